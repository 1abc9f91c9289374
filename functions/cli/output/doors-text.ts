import type { Door, DoorReport } from '../../../shared/application/checks/doors.ts';
import { formatHolder } from '../../../shared/domain/entries/holder-text.ts';
import type { EntryHolder } from '../../../shared/domain/entries/holders.ts';
import { inert } from './sanitize.ts';
import { groupItems } from '../../../shared/domain/kernel/group-by.ts';
import { counted } from '../../../shared/domain/kernel/counted.ts';
import { accountName, type Layout } from './layout.ts';
import { shortenRoleArn } from './style.ts';
import { table } from './table.ts';

/** One row for each way into a role, then the totals and what could not be read. */
export function formatDoors(report: DoorReport, layout: Layout): string {
  const { columns } = layout;
  const { doors, accounts, unreadOrganizations } = report;
  const roles = new Set(doors.map(({ roleArn }) => roleArn)).size;
  const unread = [
    ...accounts.flatMap(({ account, unread: reason }) =>
      reason === null ? [] : [`account ${account}: ${reason}`],
    ),
    ...unreadOrganizations.map(({ organization, reason }) => `organization ${organization}: ${reason}`),
  ];
  return [
    ...[...groupItems(doors, ({ account }) => account)].flatMap(([account, here]) => [
      `Account ${inert(describeAccount(account, layout))}`,
      table(
        headings,
        here.map((door) => listCells(door, layout)),
        columns,
      ),
      '',
    ]),
    `${counted(doors.length, 'door')} of ${counted(roles, 'role')} in ${counted(accounts.length, 'account')}${summarizeHolders(doors)}.`,
    ...unread.map((text) => `Could not be read: ${inert(text)}`),
  ].join('\n');
}

const describeAccount = (id: string, layout: Layout) =>
  accountName(id, layout) === id ? id : `${accountName(id, layout)} (${id})`;

const headings = ['ROLE', 'SUBJECT', 'HOLDER', { heading: 'LAST USE', isWhole: true, leaves: 1 }] as const;

/** On a screen a role is its name alone, which no other one of the account has. */
function listCells(door: Door, { columns }: Layout): readonly string[] {
  const path = shortenRoleArn(door.roleArn).slice(`${door.account}/`.length);
  const role = columns === undefined ? path : path.slice(path.lastIndexOf('/') + 1);
  const subject = door.match === 'any' ? 'any subject' : door.subject;
  return [role, subject, formatHolder(door.holder, subject), formatUse(door)].map(inert);
}

function formatUse({ use, roleLastUsedAt }: Door): string {
  if (use === null) return 'not in 90 days';
  if (use?.state === 'used') return `${use.lastAt.slice(0, 10)} (${use.times})`;
  if (use?.state === 'unread') return 'unknown';
  if (roleLastUsedAt === undefined) return 'unknown';
  return roleLastUsedAt === null ? 'role: never' : `role: ${roleLastUsedAt.slice(0, 10)}`;
}

/** `: 12 with a connection, 1 with nobody`; empty where there is none. */
export function summarizeHolders(doors: readonly Door[]): string {
  const count = (state: EntryHolder['state']) => doors.filter(({ holder }) => holder.state === state).length;
  const parts = (
    [
      ['connection', 'with a connection'],
      ['nobody', 'with nobody'],
      ['never-works', 'that never work'],
      ['pipeline', 'with a pipeline'],
      ['outside', 'outside of this configuration'],
      ['unknown', 'with an unknown holder'],
    ] as const
  ).flatMap(([state, text]) => (count(state) > 0 ? [`${count(state)} ${text}`] : []));
  return parts.length > 0 ? `: ${parts.join(', ')}` : '';
}
