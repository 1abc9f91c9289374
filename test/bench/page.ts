import { cpus } from 'node:os';
import { contestTable, growthTable, kindTable, repairTable } from './contest/contest-table.ts';
import type { ContestRow } from './contest/contest.ts';
import { peers } from './contest/peers.ts';
import type { Promised } from './contest/promises.ts';
import { terms } from './contest/terms.ts';
import type { LoadRow } from './loading.ts';
import type { RunRow, PlanningRow } from './table.ts';
import { loadTable, runTable, planningTable, throughputTable } from './table.ts';
import type { Throughput } from './throughput.ts';

/** All that one run has measured. */
export interface Measured {
  readonly contest: readonly ContestRow[];
  readonly promises: readonly Promised[];
  readonly runs: readonly RunRow[];
  readonly planning: readonly PlanningRow[];
  readonly throughput: readonly Throughput[];
  readonly loading: readonly LoadRow[];
}

/** What was asked for, and when. */
export interface Asked {
  readonly command: string;
  /** ISO date. */
  readonly day: string;
}

/** The run as Markdown. */
export function benchmarkPage(measured: Measured, { command, day }: Asked): string {
  const { contest, runs, planning, throughput, loading } = measured;
  const { latencyMs, rateLimit, pageSize } = terms;
  return `<!-- Made by \`npm run bench -- --write\`. Change the benchmark that it is made from. -->

# Benchmarks

One run of \`${command}\` on ${day}: Node.js ${process.version}, ${cpus().length} cores. Ratios count more than seconds, which are this machine's.

## Against the alternatives

What it costs in calls of IAM to know that every role is as it should be. IAM is embedded: ${latencyMs} ms a call, for each account a bucket of
${rateLimit.perSecond} calls a second with a burst of ${rateLimit.burst}, pages of ${pageSize}. AWS publishes no rates of IAM; the bucket is of the order that people see. Everybody
works side by side, each in an account of their own, in a process of their own; azfed at the pace that it keeps in AWS.

The alternatives are not run themselves. **One driver replays the calls that each makes for a role** with one managed and one inline policy, as many roles at
a time as each takes by default; refused, it waits as the SDKs do (doubling, jitter) and never gives up. Reading state, planning and starting processes,
which they do as well, are not in it.

| | calls for a role | at once | of |
| --- | --- | ---: | --- |
${peers.map(({ name, ofRole, concurrency, source }) => `| ${name} | ${ofRole.join(', ')} | ${concurrency} | ${source} |`).join('\n')}

A steady run, azfed's the fastest of three; everybody else waits for the bucket, whatever else the machine does:

${contestTable(contest, 'steady')}

One role in a hundred has a policy that somebody attached; whoever finds it takes it off:

${contestTable(contest, '1 % drift')}

\`>=\`: measured without limits, for a quarter of an hour each was too long. So nothing was refused, calls and CPU are the least that there can be, and the time is what the
bucket alone makes so many calls take.

How a steady run grows, by the calls that have to be answered: with pages of the account, or with roles.

${growthTable(contest)}

azfed alone, on the same terms. One field of one role in twenty was changed: trust, tag, a policy taken off, one too many, boundary, description, inline policy in turn.

${repairTable(contest)}

By kind, the role that took the most calls of each, beside those of the look. A role is read before it is written and what was written is read back:

${kindTable(contest)}

What this shows${measured.promises.every(({ isKept }) => isKept) ? '' : ', and does not'}:

${measured.promises.map(({ says, isKept }) => `- ${isKept ? '' : '**Not so:** '}${says}`).join('\n')}

## What a run costs

Without latency and limits, so that nothing is waited for: calls, and time and memory of azfed's own process, from cold.

${runTable(runs)}

Deciding alone, from what was read to the plan:

${planningTable(planning)}

## The functions

${throughputTable(throughput)}

One process beside the embedded DynamoDB, queues and receiver on the same machine: a lower bound.

Loading a bundle as a cold start does, against a process that loads nothing and one that loads the SDK's clients alone:

${loadTable(loading)}
`;
}
