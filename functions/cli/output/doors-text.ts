import type { Door, DoorReport } from '../../../shared/application/checks/doors.ts';
import type { EntryHolder, HoldingConnection } from '../../../shared/domain/entries/holders.ts';
import { inert } from './sanitize.ts';
import { counted } from './style.ts';
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
    ...(doors.length > 0 ? [table(headings, doors.map(listCells), columns), ''] : []),
    `${counted(doors.length, 'door')} of ${counted(roles, 'role')} in ${counted(accounts.length, 'account')}${summarizeHolders(doors)}.`,
    ...unread.map((text) => `Could not be read: ${inert(text)}`),
  ].join('\n');
}

const headings = ['ROLE', 'SUBJECT', 'CONNECTION', 'LAST USE'] as const;

function listCells(door: Door): readonly string[] {
  const role = door.roleArn.replace(/^arn:[^:]+:iam::(\d{12}):role/, '$1');
  const subject = door.match === 'any' ? 'any subject' : door.subject;
  return [role, subject, formatHolder(door.holder), formatUse(door)].map(inert);
}

/** Who is behind a subject, in a few words. */
export function formatHolder(holder: EntryHolder): string {
  switch (holder.state) {
    case 'connection':
      return formatConnections(holder.connections, holder.isWhole);
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

function formatConnections(connections: readonly HoldingConnection[], isWhole: boolean): string {
  const [first, ...others] = connections;
  if (!first) return isWhole ? 'nobody' : 'unknown';
  const more = others.length > 0 ? ` (+${others.length})` : '';
  return `${formatConnection(first)}${more}${isWhole ? '' : ', perhaps more'}`;
}

function formatConnection({ type, project, name, isDisabled }: HoldingConnection): string {
  return `${type ?? 'type not shown'}: ${project} / ${name}${isDisabled === true ? ' (disabled)' : ''}`;
}

function formatUse({ use, roleLastUsedAt }: Door): string {
  if (use === null) return 'not in 90 days';
  if (use?.state === 'used') return `${use.lastAt.slice(0, 10)} (${use.times})`;
  if (use?.state === 'unread') return 'unknown';
  if (roleLastUsedAt === undefined) return 'not told';
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
