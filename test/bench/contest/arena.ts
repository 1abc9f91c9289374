import type { LocalAwsCall } from '../../../infra/local/aws/protocol/call-log.ts';
import type { LocalAwsOptions } from '../../../infra/local/aws/local-aws.ts';
import { startLocalAws } from '../../../infra/local/aws/local-aws.ts';
import type { LocalCloud } from '../../../infra/local/local-cloud.ts';
import { terms } from './terms.ts';

/** Calls of IAM as IAM has met them. */
export interface Tally {
  readonly reads: number;
  readonly writes: number;
  /** How many of them it refused for coming too fast. */
  readonly throttled: number;
}

/** What one kind of drift took of IAM, of the role that took the most; beside it lie the calls of the look. */
export interface KindTally {
  readonly kind: string;
  readonly roles: number;
  readonly reads: number;
  readonly writes: number;
}

/** An account of its own for whoever is measured: nobody else draws on its bucket. */
export interface Arena {
  readonly url: string;
  /** How far its clock is ahead of the machine's. */
  readonly laterMs: number;
  /** The calls of IAM since the last time. */
  takeCalls(): readonly LocalAwsCall[];
  close(): Promise<void>;
}

/** AWS once more, with what the cloud's own AWS holds now, so much later. */
export async function startArena(
  { aws, azureDevOps }: LocalCloud,
  laterMs: number,
  given: LocalAwsOptions = {},
): Promise<Arena> {
  const arena = await startLocalAws({
    ...terms,
    state: aws.snapshot(),
    now: () => Date.now() + laterMs,
    ...given,
    resolveIssuer: (issuer) => azureDevOps.resolveIssuer(issuer),
  });
  let taken = 0;
  return {
    url: arena.url,
    laterMs,
    takeCalls() {
      const fresh = arena.calls.slice(taken);
      taken = arena.calls.length;
      return fresh.filter(({ operation }) => !ofOthers.test(operation));
    },
    close: () => arena.close(),
  };
}

/** Sessions are STS's, who did what is CloudTrail's. */
const ofOthers = /^(AssumeRole|GetCallerIdentity|LookupEvents)/;

export function countCalls(calls: readonly LocalAwsCall[]): Tally {
  const reads = calls.filter(({ operation }) => /^(Get|List)/.test(operation)).length;
  const throttled = calls.filter(({ errorCode }) => errorCode === 'Throttling').length;
  return { reads, writes: calls.length - reads, throttled };
}

/** `drifted`: the names of roles of each kind of drift. */
export function tallyByKind(
  calls: readonly LocalAwsCall[],
  drifted: ReadonlyMap<string, readonly string[]>,
): readonly KindTally[] {
  return [...drifted].map(([kind, roles]) => {
    const tallies = roles.map((role) =>
      countCalls(calls.filter(({ resource }) => resource?.endsWith(`/${role}`))),
    );
    return {
      kind,
      roles: roles.length,
      reads: Math.max(...tallies.map(({ reads }) => reads)),
      writes: Math.max(...tallies.map(({ writes }) => writes)),
    };
  });
}
