import { metrics } from '../../contract/metrics.ts';
import type { Organization } from '../../domain/configuration/configuration.ts';
import { isDefect, rethrowDefect } from '../../domain/kernel/errors.ts';
import { isHookPassword, readPassword } from '../../domain/discovery/hook-password.ts';
import type { HookNotification } from '../../domain/discovery/hook-classification.ts';
import { classifyHook } from '../../domain/discovery/hook-classification.ts';
import { discoveryKey } from '../../domain/discovery/queue-message.ts';
import type { Clock, Telemetry } from '../../ports/clock.ts';
import type { HookMemory, HookPasswordSource } from '../../ports/state.ts';
import type { DiscoverQueue } from '../../ports/queue.ts';
import { MINUTE_MS } from '../../domain/kernel/durations.ts';

export interface HookPorts {
  readonly passwords: HookPasswordSource;
  readonly memory: HookMemory;
  readonly queue: DiscoverQueue;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  /** How long the queue delays; left out: as in AWS. */
  readonly slotMs?: number | undefined;
}

export interface HookRequest {
  readonly authorization: string | undefined;
  readonly body: Uint8Array;
}

/**
 *     refused    not from those who know the password
 *     unknown    authentic, and nothing for us
 *     repeated   authentic, and worked off already
 *     queued     a discovery will see what it speaks of
 *     deferred   it could not be told or queued: Azure DevOps has to send it again
 */
export type HookOutcome = 'refused' | 'unknown' | 'repeated' | 'queued' | 'deferred';

const PASSWORD_AGE_MS = 5 * MINUTE_MS;
/** A password that does not fit may be newer than our reading. Nobody makes us read more often than this by guessing. */
const FRESH_PASSWORD_AGE_MS = 10_000;

/**
 * Whatever goes wrong here, the hook is not lost as long as Azure DevOps sends it again. Rejects for an error of azfed's own
 * alone: the gateway answers with the same 503, and the function alarms.
 */
export async function receiveHook(
  ports: HookPorts,
  organizations: readonly Organization[],
  request: HookRequest,
): Promise<HookOutcome> {
  const outcome = await processHook(ports, organizations, request).catch((error: unknown) => {
    ports.telemetry.error('A hook could not be queued; Azure DevOps will send it again.', error);
    if (isDefect(error)) {
      ports.telemetry.add(metrics.hooksDeferred);
      throw error;
    }
    return 'deferred' as const;
  });
  ports.telemetry.add(metricOf[outcome]);
  return outcome;
}

const metricOf = {
  refused: metrics.hooksRefused,
  unknown: metrics.hooksUnknown,
  repeated: metrics.hooksRepeated,
  queued: metrics.hooksQueued,
  deferred: metrics.hooksDeferred,
} as const satisfies Record<HookOutcome, unknown>;

async function processHook(
  ports: HookPorts,
  organizations: readonly Organization[],
  { authorization, body }: HookRequest,
): Promise<HookOutcome> {
  const { queue, telemetry, clock } = ports;
  if (!(await isAuthentic(ports.passwords, authorization))) return 'refused';
  const classification = classifyHook(body, organizations);
  if (classification.kind === 'unknown') {
    telemetry.info('A hook was nothing for us.', { reason: classification.reason });
    return 'unknown';
  }
  const { message, notification } = classification;
  if (notification && (await isKnown(ports, notification))) return 'repeated';
  await queue.send([{ message, key: discoveryKey(message, clock.now(), ports.slotMs) }]);
  // Afterwards: a crash between the two repeats a read, the other way round it would lose one.
  if (notification) await remember(ports, notification);
  telemetry.info('A hook was queued.', { ...message });
  return 'queued';
}

async function isAuthentic(
  passwords: HookPasswordSource,
  authorization: string | undefined,
): Promise<boolean> {
  const given = readPassword(authorization);
  if (given === undefined) return false;
  const known = await passwords.read(PASSWORD_AGE_MS);
  if (isHookPassword(given, known)) return true;
  // Azure DevOps takes a 401 for lasting and drops events meanwhile, so a rotation must not lead to one.
  const fresh = await passwords.read(FRESH_PASSWORD_AGE_MS);
  return fresh !== known && isHookPassword(given, fresh);
}

/** Trouble with the memory costs a read at most; it is no reason to turn a hook away. */
async function isKnown(
  { memory, telemetry, clock }: HookPorts,
  notification: HookNotification,
): Promise<boolean> {
  return memory.knows(notification, clock.now()).catch((error: unknown) => {
    telemetry.error('Whether a hook is a repeat is not known; it is taken for new.', error);
    rethrowDefect(error);
    return false;
  });
}

async function remember(
  { memory, telemetry, clock }: HookPorts,
  notification: HookNotification,
): Promise<void> {
  await memory.remember(notification, clock.now()).catch((error: unknown) => {
    telemetry.error('A hook was queued but not remembered; a repeat costs a read.', error);
    rethrowDefect(error);
  });
}
