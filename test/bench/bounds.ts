import type { Results } from './results.ts';
import { computeMonth, sumReads } from './service/service.ts';

/** What every run of the benchmark is to show, at the most. */
const LARGEST = { reads: 60, cpuMs: 500, growthMb: 150, dollars: 15 };
const CREATION = { timesFloor: 1.3, throttled: 0.02, throttledOfOthers: 0.05 };
const EVENTS_A_SECOND = 200;
const PLANNING = { cpuMs: 1_000, peakMb: 300 };
/** Units for each connection grow with what is rounded up at the most. */
const GROWTH = 1.1;

/** Sentences about what is not so; none when all of it is. */
export function listBroken(results: Results): readonly string[] {
  const { promises, planning, throughput } = results;
  const lane = throughput.find(({ what }) => what.includes('one lane'));
  const rules: readonly (readonly [isKept: boolean, says: string])[] = [
    ...promises.map(({ isKept, says }) => [isKept, says] as const),
    ...listServiceRules(results),
    ...listCreationRules(results),
    [
      lane !== undefined && lane.perSecond > EVENTS_A_SECOND,
      `A lane delivers over ${EVENTS_A_SECOND} events a second.`,
    ],
    [
      planning.every(({ cpuMs, peakMb }) => cpuMs < PLANNING.cpuMs && peakMb < PLANNING.peakMb),
      `Planning takes less than ${PLANNING.cpuMs} ms of CPU and ${PLANNING.peakMb} MB.`,
    ],
  ];
  return rules.flatMap(([isKept, says]) => (isKept ? [] : [says]));
}

function listServiceRules({ service }: Results): readonly (readonly [boolean, string])[] {
  const [first] = service;
  return service.flatMap((row) => {
    const { connections, accounts, discover, reconcile } = row;
    const size = `${connections} connections in ${accounts} accounts`;
    const perConnection = sumReads(row) / connections;
    return [
      [reconcile.reads <= LARGEST.reads, `A run takes at most ${LARGEST.reads} read units: ${size}.`],
      [reconcile.cpuMs < LARGEST.cpuMs, `A run takes less than ${LARGEST.cpuMs} ms of CPU: ${size}.`],
      [reconcile.growthMb < LARGEST.growthMb, `A run takes less than ${LARGEST.growthMb} MB: ${size}.`],
      [
        discover.writes + discover.messages === 0,
        `A discovery of nothing new writes and sends nothing: ${size}.`,
      ],
      [computeMonth(row).dollars <= LARGEST.dollars, `A month costs at most $${LARGEST.dollars}: ${size}.`],
      [
        first !== undefined && perConnection <= (GROWTH * sumReads(first)) / first.connections,
        `Reads grow with connections alone: ${size}.`,
      ],
    ] as const;
  });
}

function listCreationRules({ creation }: Results): readonly (readonly [boolean, string])[] {
  return creation.flatMap((row) => {
    const what = `${row.roles} roles beside ${row.others} calls a second`;
    return [
      [
        row.seconds <= CREATION.timesFloor * row.floor,
        `Creation takes at most ${CREATION.timesFloor} times the floor: ${what}.`,
      ],
      [row.throttled <= CREATION.throttled * row.calls, `At most 2 % are throttled: ${what}.`],
      [
        row.throttledOfOthers <= CREATION.throttledOfOthers * row.callsOfOthers,
        `At most 5 % of the calls of others are throttled: ${what}.`,
      ],
    ] as const;
  });
}
