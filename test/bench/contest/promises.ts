import type { ContestRun, ContestRow } from './contest.ts';

/** What the benchmark is to show, in words; and whether it did. */
export interface Promised {
  readonly says: string;
  readonly isKept: boolean;
}

const MOST_CALLS = 25;
const FEWER_CALLS = 90;
const LESS_WALL = 30;
const READS_FOR_A_CHANGE = 3;
/** What is measured against the best of them; a loop that sees no inline policy is no alternative. */
const rivals = ['Terraform', 'ACK', 'Crossplane', 'Ansible'];

export const sumCalls = ({ reads, writes }: ContestRow): number => reads + writes;

export function checkPromises(rows: readonly ContestRow[], roles: number): readonly Promised[] {
  const find = (run: ContestRun, size = roles) =>
    rows.find((row) => row.who === 'azfed' && row.run === run && row.roles === size);
  const [steady, repair, again] = [find('steady'), find('5 % drift, seven kinds'), find('once more')];
  if (!steady || !repair || !again) throw new Error(`Nothing was measured with ${roles} roles.`);
  const others = rows.filter(
    (row) => row.run === 'steady' && row.roles === roles && rivals.includes(row.who),
  );
  const fewer = Math.min(...others.map(sumCalls)) / sumCalls(steady);
  const faster = Math.min(...others.map(({ wallMs }) => wallMs)) / steady.wallMs;
  const changed = repair.changes ?? 0;
  const kinds = repair.kinds ?? [];
  const mostReads = Math.max(...kinds.map(({ reads }) => reads));
  return [
    promised(
      `A steady run takes ${sumCalls(steady)} calls; at most ${MOST_CALLS}.`,
      sumCalls(steady) <= MOST_CALLS,
    ),
    promised(
      `${round(fewer)} times fewer calls than the best; at least ${FEWER_CALLS}.`,
      fewer >= FEWER_CALLS,
    ),
    promised(`${round(faster)} times less wall than the best; at least ${LESS_WALL}.`, faster >= LESS_WALL),
    promised(
      `${changed} drifted fields are fixed with ${repair.writes} writes: one each.`,
      changed === roles / 20 && repair.writes === changed && kinds.every(({ writes }) => writes === 1),
    ),
    promised(
      `No changed role takes more than ${mostReads} reads, beside those of the look; at most ${READS_FOR_A_CHANGE}.`,
      mostReads <= READS_FOR_A_CHANGE,
    ),
    promised('Afterwards nothing is left to do.', again.changes === 0 && again.writes === 0),
  ];
}

const promised = (says: string, isKept: boolean): Promised => ({ says, isKept });
const round = (value: number) => value.toFixed(1);
