import type { LocalAwsCall } from '../../../infra/local/aws/call-log.ts';
import type { LocalAwsOptions } from '../../../infra/local/aws/local-aws.ts';
import { startLocalAws } from '../../../infra/local/aws/local-aws.ts';
import type { LocalCloud } from '../../../infra/local/local-cloud.ts';

/** Calls of IAM as IAM has met them. */
export interface Tally {
  readonly reads: number;
  readonly writes: number;
  /** How many of them it refused for coming too fast. */
  readonly throttled: number;
}

/** An account of its own for whoever is measured: nobody else draws on its bucket. */
export interface Arena {
  readonly url: string;
  /** How far its clock is ahead of the machine's. */
  readonly laterMs: number;
  takeTally(): Tally;
  close(): Promise<void>;
}

/** AWS once more, with what the cloud's own AWS holds now, so much later. */
export async function startArena(
  { aws, azureDevOps }: LocalCloud,
  laterMs: number,
  options: LocalAwsOptions,
): Promise<Arena> {
  const arena = await startLocalAws({
    ...options,
    state: aws.snapshot(),
    now: () => Date.now() + laterMs,
    resolveIssuer: (issuer) => azureDevOps.resolveIssuer(issuer),
  });
  let taken = 0;
  return {
    url: arena.url,
    laterMs,
    takeTally() {
      const fresh = arena.calls.slice(taken);
      taken = arena.calls.length;
      return tallyOf(fresh);
    },
    close: () => arena.close(),
  };
}

/** Sessions are STS's, who did what is CloudTrail's. */
const ofOthers = /^(AssumeRole|GetCallerIdentity|LookupEvents)/;

function tallyOf(calls: readonly LocalAwsCall[]): Tally {
  const iam = calls.filter(({ operation }) => !ofOthers.test(operation));
  const reads = iam.filter(({ operation }) => /^(Get|List)/.test(operation)).length;
  const throttled = iam.filter(({ errorCode }) => errorCode === 'Throttling').length;
  return { reads, writes: iam.length - reads, throttled };
}
