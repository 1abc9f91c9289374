import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts';
import type { Account } from '../../domain/configuration/configuration.ts';
import type { RoleArn } from '../../domain/kernel/ids.ts';
import type { Clock, IdSource } from '../../ports/clock.ts';
import { present, retrying, type Credentials } from './iam-client.ts';
import { readingPolicy } from './session-policy.ts';
import { MINUTE_MS } from '../../domain/kernel/durations.ts';

/** The role of a spoke, and what a session of it needs. */
export interface Spoke {
  readonly role: RoleArn;
  readonly externalId: string | undefined;
}

interface SessionRequest {
  readonly spoke: Spoke;
  /** Inline session policy: it narrows what the role can do, and never widens it. */
  readonly policy: string;
  /** Seconds, 900 to 3600: sessions that were got with a session last an hour at most (IAM User Guide, role chaining). */
  readonly seconds: number;
}

interface Session {
  readonly credentials: Credentials;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

export interface SessionSource {
  assume(hub: STSClient, request: SessionRequest): Promise<Session>;
  /** A session that can only read; the same one until shortly before it ends. */
  assumeForReading(hub: STSClient, account: Account, spoke: Spoke): Promise<Session>;
}

const SHORTEST_SESSION_SECONDS = 900;
const LONGEST_SESSION_SECONDS = 3_600;
/** A look at a large account takes minutes. */
const MARGIN_MS = 5 * MINUTE_MS;

/** How long a session has to be to reach that time, as far as a session can. */
export function computeSessionSeconds(until: number, now: number): number {
  const seconds = Math.ceil((until - now) / 1_000);
  return Math.min(Math.max(seconds, SHORTEST_SESSION_SECONDS), LONGEST_SESSION_SECONDS);
}

/** `sessionPrefix` begins the name of every session, by which CloudTrail shows what azfed did. Throws PermissionError, TransientError, UpstreamError. */
export function createSessionSource(clock: Clock, ids: IdSource, sessionPrefix: string): SessionSource {
  const readers = new Map<string, Session>();

  async function assume(hub: STSClient, { spoke, policy, seconds }: SessionRequest): Promise<Session> {
    const command = new AssumeRoleCommand({
      RoleArn: spoke.role,
      RoleSessionName: `${sessionPrefix}${ids.next()}`,
      Policy: policy,
      DurationSeconds: seconds,
      ...(spoke.externalId === undefined ? {} : { ExternalId: spoke.externalId }),
    });
    const call = { action: 'sts:AssumeRole', target: spoke.role, isRepeatable: true } as const;
    const answer = await retrying(call, { clock }, () => hub.send(command));
    const credentials = present(answer.Credentials, call.action);
    return {
      // Without `expiration`: the SDK would hold it against the time of this machine, not against the clock.
      credentials: {
        accessKeyId: present(credentials.AccessKeyId, call.action),
        secretAccessKey: present(credentials.SecretAccessKey, call.action),
        sessionToken: present(credentials.SessionToken, call.action),
      },
      expiresAt: present(credentials.Expiration, call.action).getTime(),
    };
  }

  async function assumeForReading(hub: STSClient, account: Account, spoke: Spoke): Promise<Session> {
    const key = JSON.stringify([account.id, spoke.role, spoke.externalId]);
    const held = readers.get(key);
    if (held && clock.now() < held.expiresAt - MARGIN_MS) return held;
    const policy = readingPolicy();
    const session = await assume(hub, { spoke, policy, seconds: LONGEST_SESSION_SECONDS });
    readers.set(key, session);
    return session;
  }

  return { assume, assumeForReading };
}
