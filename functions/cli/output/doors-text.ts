import type { Door, DoorReport } from '../../../shared/application/checks/doors.ts';
import type { EntryHolder, HoldingConnection } from '../../../shared/domain/entries/holders.ts';
import { inert } from './sanitize.ts';
import { groupItems } from '../../../shared/domain/kernel/group-by.ts';
import { counted, shortenRoleArn } from './style.ts';
import { table } from './table.ts';

/** One row for each way into a role, then the totals and what could not be read. */
export function formatDoors(report: DoorReport, columns?: number): string {
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
      `Account ${account}`,
      table(headings, here.map(listCells), columns),
      '',
    ]),
    `${counted(doors.length, 'door')} of ${counted(roles, 'role')} in ${counted(accounts.length, 'account')}${summarizeHolders(doors)}.`,
    ...unread.map((text) => `Could not be read: ${inert(text)}`),
  ].join('\n');
}

const headings = ['ROLE', 'SUBJECT', 'CONNECTION', 'LAST USE'] as const;

function listCells(door: Door): readonly string[] {
  const role = shortenRoleArn(door.roleArn).slice(`${door.account}/`.length);
  const subject = door.match === 'any' ? 'any subject' : door.subject;
  return [role, subject, formatHolder(door.holder, subject), formatUse(door)].map(inert);
}

/** Who is behind a subject, in a few words. Of a connection that the subject names, its type says all that is new. */
export function formatHolder(holder: EntryHolder, subject = ''): string {
  switch (holder.state) {
    case 'connection':
      return formatConnections(holder.connections, holder.isWhole, subject);
    case 'nobody':
      return holder.similar ? `nobody (${formatConnection(holder.similar)} differs in case)` : 'nobody';
    case 'never-works':
      return `never works: ${holder.reason}`;
    case 'unknown':
      return 'unknown';
    case 'pipeline':
      return 'a pipeline';
    case 'outside':
      return 'not of this configuration';
  }
}

function formatConnections(
  connections: readonly HoldingConnection[],
  isWhole: boolean,
  subject: string,
): string {
  const [first, ...others] = connections;
  if (!first) return isWhole ? 'nobody' : 'unknown';
  const more = others.length > 0 ? ` (+${others.length})` : '';
  return `${formatConnection(first, subject)}${more}${isWhole ? '' : ', perhaps more'}`;
}

function formatConnection({ type, project, name, isDisabled }: HoldingConnection, subject = ''): string {
  const kind = type?.toLowerCase() ?? 'type not shown';
  const isNamed = subject.endsWith(`/${project}/${name}`);
  return `${kind}${isNamed ? '' : `: ${project} / ${name}`}${isDisabled === true ? ' (disabled)' : ''}`;
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
