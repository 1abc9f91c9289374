import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { HttpResponse } from '@smithy/core/protocols';
import { setTimeout } from 'node:timers/promises';
import type { Account } from '../../domain/configuration/configuration.ts';
import type { ClockReading, Duty, ExaminedSession } from '../../domain/doctor/examination.ts';
import { groupItems } from '../../domain/kernel/group-by.ts';
import { captureReading, complete, unknown, type Reading } from '../../domain/kernel/result.ts';
import type { Clock, IdSource } from '../../ports/clock.ts';
import { createSessionSource, type Spoke } from './account-session.ts';
import { findSpokes } from './aws-accounts.ts';
import type { ConnectionOptions, Credentials } from './iam-client.ts';
import { createStsClient, present, retrying } from './iam-client.ts';
import type { CallerSource } from '../../ports/accounts.ts';

interface CallerOptions extends Pick<ConnectionOptions, 'credentials' | 'endpoint'> {
  /** Without it the SDK's own rules decide. */
  readonly region?: string;
  /** Milliseconds. */
  readonly timeoutMs?: number;
}

/** Nobody waits longer to be told who they are. */
const TIMEOUT_MS = 2_000;

/** Asks STS, which tells everybody who has credentials, whatever they may do (STS API Reference, GetCallerIdentity). */
export function createCallerSource({ timeoutMs = TIMEOUT_MS, ...client }: CallerOptions): CallerSource {
  return {
    async caller() {
      const sts = new STSClient({ ...client, maxAttempts: 1 });
      const race = new AbortController();
      const { signal } = race;
      try {
        // The search for credentials counts too, which no abort reaches.
        const answer = await Promise.race([
          sts.send(new GetCallerIdentityCommand({}), { abortSignal: signal }),
          setTimeout(timeoutMs, undefined, { signal }),
        ]);
        return answer?.Arn;
      } catch {
        return undefined;
      } finally {
        race.abort();
        sts.destroy();
      }
    },
  };
}

export interface SignInOptions extends ConnectionOptions {
  readonly clock: Clock;
  readonly ids: IdSource;
}

/** A session, or azfed's own credentials, and who STS says that this is. */
export interface SignedIn extends ExaminedSession {
  /** `undefined` inside: azfed's own. */
  readonly credentials: Reading<Credentials | undefined>;
  readonly clock: Reading<ClockReading>;
}

const SESSION_SECONDS = 900;

/** One session for each role that the account has for these duties, all of them narrowed by the session policy. */
export async function openSessions(
  options: SignInOptions,
  account: Account,
  duties: readonly Duty[],
  policy: string,
): Promise<readonly SignedIn[]> {
  const spokes = findSpokes(account);
  const byRole = [...groupItems(duties, (duty) => spokes?.[duty].role ?? '').values()];
  return Promise.all(
    byRole.map(async (same): Promise<SignedIn> => {
      const spoke = spokes && same[0] && spokes[same[0]];
      const credentials = await captureReading(() => openSession(options, account, spoke, policy));
      const who = await askWho(options, account, credentials);
      return { ...(spoke ? { role: spoke.role } : {}), duties: same, credentials, ...who };
    }),
  );
}

async function openSession(
  { clock, ids, ...options }: SignInOptions,
  { partition }: Account,
  spoke: Spoke | undefined,
  policy: string,
): Promise<Credentials | undefined> {
  if (!spoke) return undefined;
  const hub = createStsClient(partition, options);
  try {
    const sessions = createSessionSource(clock, ids, 'azfed-doctor-');
    return (await sessions.assume(hub, { spoke, policy, seconds: SESSION_SECONDS })).credentials;
  } finally {
    hub.destroy();
  }
}

/** STS tells everybody who has credentials, whatever they may do (STS API Reference, GetCallerIdentity). */
async function askWho(
  { clock, ...options }: SignInOptions,
  { partition }: Account,
  credentials: Reading<Credentials | undefined>,
): Promise<Pick<SignedIn, 'caller' | 'clock'>> {
  if (credentials.state === 'unknown') return { caller: credentials, clock: undated };
  const sts = createStsClient(partition, {
    ...options,
    ...(credentials.value ? { credentials: credentials.value } : {}),
  });
  let dated: Reading<ClockReading> = undated;
  sts.middlewareStack.add(
    (next) => async (request) => {
      const result = await next(request);
      dated = readClock(result.response, clock.now());
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'noteDate' },
  );
  try {
    const caller = await captureReading(async () => {
      const call = { action: 'sts:GetCallerIdentity', target: '*', isRepeatable: true } as const;
      const answer = await retrying(call, { clock }, () => sts.send(new GetCallerIdentityCommand({})));
      return { account: present(answer.Account, call.action), arn: present(answer.Arn, call.action) };
    });
    return { caller, clock: dated };
  } finally {
    sts.destroy();
  }
}

const undated = unknown('undated', 'No answer came that says what time it is there.');

function readClock(response: unknown, ours: number): Reading<ClockReading> {
  const theirs = HttpResponse.isInstance(response) ? Date.parse(response.headers['date'] ?? '') : NaN;
  return Number.isNaN(theirs) ? undated : complete({ theirs, ours });
}
