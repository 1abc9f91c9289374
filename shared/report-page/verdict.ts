import type { View } from './view-keys.ts';

/** What the first sentence of the page is made from. */
export interface VerdictCounts {
  readonly connections: number;
  readonly ok: number;
  readonly open: number;
  readonly openProject: number;
  readonly drifted: number;
  readonly waiting: number;
  readonly pending: number;
  readonly keys: number;
  readonly unknown: number;
  /** What could not be read: of the rest nothing is said. */
  readonly gaps: number;
  /** Connections that rest on the issuer that is to be retired, and the days that are left. */
  readonly retiring: number;
  readonly daysLeft: number;
}

export interface VerdictPart {
  readonly text: string;
  readonly tone: 'bad' | 'due' | 'plain' | 'ok';
  readonly view?: View;
}

const counted = (count: number, noun: string) =>
  `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
const are = (count: number) => (count === 1 ? 'is' : 'are');

/** The worst first; what is not so is not said. */
export function writeVerdict(counts: VerdictCounts): readonly VerdictPart[] {
  const { open, openProject, drifted, waiting, keys, unknown, retiring, daysLeft } = counts;
  const trouble: readonly (readonly [count: number, part: VerdictPart])[] = [
    [
      open,
      part(`${counted(open, 'role')} ${are(open)} open to the whole organization.`, 'bad', { is: 'open' }),
    ],
    [
      openProject,
      part(`${counted(openProject, 'role')} ${are(openProject)} open to a whole project.`, 'bad', {
        is: 'open-project',
      }),
    ],
    [drifted, part(`${drifted.toLocaleString('en-US')} drifted.`, 'bad', { state: 'drifted' })],
    [
      waiting,
      part(`${waiting.toLocaleString('en-US')} ${waiting === 1 ? 'waits' : 'wait'} for a person.`, 'due', {
        is: 'waiting',
      }),
    ],
    [unknown, part(`Nothing is known of ${unknown.toLocaleString('en-US')}.`, 'due', { state: 'unknown' })],
    [
      keys,
      part(`${counted(keys, 'connection')} still ${keys === 1 ? 'uses' : 'use'} keys.`, 'due', {
        is: 'keys',
      }),
    ],
  ];
  const said = trouble.flatMap(([count, one]) => (count > 0 ? [one] : []));
  return [...(said.length > 0 ? said : [describeCalm(counts)]), ...describeIssuer(retiring, daysLeft)];
}

const part = (text: string, tone: VerdictPart['tone'], view?: View): VerdictPart =>
  view ? { text, tone, view } : { text, tone };

function describeCalm({ connections, ok, pending, gaps }: VerdictCounts): VerdictPart {
  if (gaps > 0)
    return part(
      connections === 0
        ? 'No connection could be read.'
        : 'Nothing drifted in what could be read, and nothing waits.',
      'due',
    );
  if (connections === 0) return part('There is no AWS connection yet.', 'plain');
  if (pending > 0)
    return part(`Nothing drifted. ${counted(pending, 'change')} of azfed ${are(pending)} under way.`, 'ok', {
      state: 'pending',
    });
  if (ok < connections) return part('Nothing drifted, and nothing waits.', 'ok');
  return part(
    ok === 1
      ? 'The only connection is as it should be.'
      : `All ${counted(ok, 'connection')} are as they should be.`,
    'ok',
  );
}

function describeIssuer(retiring: number, daysLeft: number): readonly VerdictPart[] {
  if (retiring === 0) return [];
  return [
    part(
      daysLeft > 0
        ? `${counted(daysLeft, 'day')} to the end of the old issuer.`
        : 'The end of the old issuer has passed.',
      daysLeft < 90 ? 'bad' : 'plain',
    ),
  ];
}
