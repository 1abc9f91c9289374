import { compareUrgency, rankSeverity, words, type Flag, type Row } from './report.ts';
import type { View, ViewKey } from '../view-keys.ts';

/** What a filter compares of a connection, by its key in the address. */
const selectors = {
  state: ({ word }) => word,
  severity: ({ connection }) => connection.severity ?? '',
  organization: ({ connection }) => connection.organization,
  project: ({ connection }) => connection.project,
  account: ({ connection }) => connection.account,
  grant: ({ connection }) => connection.grant,
  owner: ({ connection }) => connection.owner ?? '',
} as const satisfies Partial<Record<ViewKey, (row: Row) => string>>;

export type FilterKey = keyof typeof selectors;

/** In words, for those that no control shows. */
export const flagTexts: Readonly<Record<Flag, string>> = {
  federated: 'federated',
  open: 'open to the whole organization',
  'open-project': 'open to a whole project',
  critical: 'something critical',
  waiting: 'waiting for a person',
  keys: 'with static keys',
};

const texts = new WeakMap<Row, string>();

function readText(row: Row): string {
  const known = texts.get(row);
  if (known !== undefined) return known;
  const { connection, word, accountName } = row;
  const { connection: name, organization, account, roleArn, connectionId, grant, owner = '' } = connection;
  const text = [name, organization, account, accountName, roleArn, connectionId, grant, owner, word]
    .join('\n')
    .toLowerCase();
  texts.set(row, text);
  return text;
}

export function selectRows(all: readonly Row[], view: View): readonly Row[] {
  const asked = (view.q ?? '').trim().toLowerCase().split(/\s+/);
  const filters = Object.entries(selectors).filter(([key]) => view[key as FilterKey] !== undefined);
  const found = all.filter(
    (row) =>
      filters.every(([key, select]) => select(row) === view[key as FilterKey]) &&
      (view.is === undefined || row.flags.has(view.is as Flag)) &&
      asked.every((word) => readText(row).includes(word)),
  );
  return [...found].sort(chooseOrder(view.sort));
}

type Order = (a: Row, b: Row) => number;

const compareTexts =
  (select: (row: Row) => string): Order =>
  (a, b) => {
    const [one, other] = [select(a), select(b)];
    // Where there is nothing it comes last.
    if (one === '' || other === '') return one === other ? 0 : one === '' ? 1 : -1;
    return one < other ? -1 : one > other ? 1 : 0;
  };

const orders = {
  state: compareUrgency,
  severity: (a, b) => rankSeverity(a.connection) - rankSeverity(b.connection),
  connection: compareTexts(({ connection }) => connection.connection.toLowerCase()),
  account: compareTexts(({ accountName }) => accountName.toLowerCase()),
  role: compareTexts(({ role }) => role.toLowerCase()),
  grant: compareTexts(({ connection }) => connection.grant),
  owner: compareTexts(({ connection }) => connection.owner ?? ''),
  since: compareTexts(({ connection }) => connection.since ?? ''),
} as const satisfies Readonly<Record<string, Order>>;

export type OrderKey = keyof typeof orders;

/** `account`, or `-account` for the other way round. */
export function parseOrder(sort = 'state'): { readonly key: OrderKey; readonly isDown: boolean } {
  const key = sort.replace(/^-/, '');
  return key in orders
    ? { key: key as OrderKey, isDown: sort.startsWith('-') }
    : { key: 'state', isDown: false };
}

function chooseOrder(sort: string | undefined): Order {
  const { key, isDown } = parseOrder(sort);
  const order: Order = orders[key];
  return (a, b) => (isDown ? order(b, a) : order(a, b)) || compareUrgency(a, b);
}

/** The values of a filter, with how often; states by urgency, all else by name. */
export function listOptions(all: readonly Row[], key: FilterKey): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const row of all) {
    const value = selectors[key](row);
    if (value !== '') counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  if (key === 'state')
    return words.flatMap((word) => (counts.has(word) ? [[word, counts.get(word) ?? 0] as const] : []));
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}
