import { contestTable, repairTable } from './contest/contest-table.ts';
import { terms } from './contest/terms.ts';
import type { Results } from './results.ts';
import { runTable, seconds, table } from './table.ts';
import { computeMonth, sumReads } from './service/service.ts';

const note = '<!-- Made by `npm run docs` from test/bench/results.json: npm run bench -- --write -->';

/** What was measured last, as Markdown. */
export function benchmarkPage(results: Results): string {
  const { latencyMs, rateLimit, pageSize } = terms;
  const { days, node, cores, contest, promises, runs, planning } = results;
  return `${note}

# Benchmarks

Printed by \`npm run bench\`, part by part (${daysText(days)}): Node.js ${node}, ${cores} cores, everything on loopback. Units and calls are counted; ratios count more than seconds, which are this machine's.

## The service at rest

One invocation of each function in a process of its own, from cold, on the adapters of the deployed service. Nothing has changed since the last one. Units are what the table
says of each request (DynamoDB: 4 KB a read, 1 KB a write).

${serviceTable(results)}

A discovery that found nothing new writes nothing and sends no message. The whole service in a quarter of an hour is one discovery, a run over each account and fifteen sweeps:

${growthTable(results)}

## Creation

IAM is embedded: ${latencyMs} ms a call and one bucket of ${rateLimit.perSecond} calls a second with a burst of ${rateLimit.burst} for an account; ${stretchText(results)}. AWS publishes no rates of IAM; the bucket is of
the order that people see. Each role takes three writes. The floor is what the bucket alone makes the writes take, beside a second client that calls five times a second in the lower rows.

${creationTable(results)}

## Against the alternatives

What it costs to know that every role is as it should be: IAM as above, pages of ${pageSize}, everybody side by side in an account of its own. The alternatives are not run themselves: **one
driver replays the calls that each makes for a role** with one managed and one inline policy, as many roles at a time as each takes by default. Refused, it waits as the SDKs do.

${contestTable(
  contest.filter(({ roles }) => roles === Math.max(...contest.map((row) => row.roles))),
  'steady',
)}

One field of one role in twenty was changed (trust, tag, a policy taken off, one too many, boundary, description, inline policy):

${repairTable(contest)}

${promises.map(({ says, isKept }) => `- ${isKept ? '' : '**Not so:** '}${says}`).join('\n')}

## A run of a person

Over one account, Azure DevOps included, without latency and limits; from cold.

${runTable(runs)}

Deciding alone, from what was read to the plan: ${planningText(planning)}

## The functions

${throughputTable(results)}

Loading a bundle, as a cold start does, takes ${loadText(results)} times a process that loads nothing.
`;
}

function daysText(days: Results['days']): string {
  const all = [...new Set(Object.values(days))].sort();
  return all
    .map(
      (day) =>
        `${Object.keys(days)
          .filter((part) => days[part] === day)
          .join(', ')} on ${day}`,
    )
    .join('; ');
}

function serviceTable({ service }: Results): string {
  const names = ['discover', 'reconcile'] as const;
  const says = { discover: 'discovery', reconcile: 'run over one account' };
  return table(
    [
      '',
      'connections',
      'accounts',
      'read units',
      'write units',
      'messages',
      'IAM calls',
      'CPU s',
      'memory MB',
    ],
    names.flatMap((name) =>
      service.map(({ connections, accounts, [name]: row }) => [
        says[name],
        connections,
        accounts,
        row.reads,
        row.writes,
        row.messages,
        row.iamCalls,
        Number((row.cpuMs / 1_000).toFixed(2)),
        row.growthMb,
      ]),
    ),
  );
}

function growthTable({ service }: Results): string {
  const [first] = service;
  return table(
    ['connections', 'accounts', 'read units', 'for each connection', 'connections x', 'units x'],
    service.map((row) => [
      row.connections.toLocaleString('en-US'),
      row.accounts,
      sumReads(row),
      Number((sumReads(row) / row.connections).toFixed(2)),
      first ? `x ${(row.connections / first.connections).toFixed(1)}` : '',
      first ? `x ${(sumReads(row) / sumReads(first)).toFixed(1)}` : '',
    ]),
  );
}

/** Where the machine was busy, it would be what is measured. */
function stretchText({ creation }: Results): string {
  const [{ stretch } = { stretch: 1 }] = creation;
  return stretch === 1
    ? 'in real time'
    : `time went by ${stretch} times slower, for all alike, on a busy machine`;
}

function creationTable({ creation }: Results): string {
  const percent = (part: number, whole: number) => `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;
  return table(
    ['roles', 'others a second', 'calls', 'writes', 'throttled', 's', 'floor s', 'x', 'throttled of others'],
    creation.map((row) => [
      row.roles.toLocaleString('en-US'),
      row.others,
      row.calls,
      row.writes,
      percent(row.throttled, row.calls),
      Number(row.seconds.toFixed(1)),
      Number(row.floor.toFixed(1)),
      (row.seconds / row.floor).toFixed(2),
      row.others === 0 ? '' : percent(row.throttledOfOthers, row.callsOfOthers),
    ]),
  );
}

/** Of docs/cost.md: what DynamoDB takes in a month. */
export function costTable({ service }: Results): string {
  return table(
    ['connections', 'accounts', 'read units each quarter of an hour', 'reads a month', '$'],
    service.map((row) => {
      const { discover, reconcile, sweep, accounts } = row;
      const { reads, dollars } = computeMonth(row);
      return [
        row.connections.toLocaleString('en-US'),
        accounts,
        `${discover.reads} + ${accounts} × ${reconcile.reads} + 15 × ${sweep.reads} = ${sumReads(row).toLocaleString('en-US')}`,
        `${(reads / 1_000_000).toFixed(1)} million`,
        dollars.toFixed(2),
      ];
    }),
  );
}

function throughputTable({ throughput }: Results): string {
  return table(
    ['', 'a second'],
    throughput.map(({ what, perSecond }) => [what, Math.round(perSecond)]),
  );
}

function planningText(planning: Results['planning']): string {
  return planning
    .map(
      ({ run, connections, cpuMs, peakMb }) =>
        `${run}, ${connections.toLocaleString('en-US')} connections, ${seconds(cpuMs)} s of CPU and ${Math.round(peakMb)} MB`,
    )
    .join('; ')
    .concat('.');
}

function loadText({ loading }: Results): string {
  const times = loading.map(({ toEmpty }) => toEmpty);
  return `${Math.min(...times).toFixed(1)} to ${Math.max(...times).toFixed(1)}`;
}
