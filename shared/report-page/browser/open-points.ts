import { groupItems } from '../../domain/kernel/group-by.ts';
import type { ReportedFinding } from '../../application/reporting/report-document.ts';
import {
  buildMoreButton,
  buildTable,
  connectionLink,
  countedText,
  element,
  formatCode,
  moment,
  section,
  severityMark,
} from './elements.ts';
import { findRow, report } from './report.ts';

const isUrgent = ({ severity, accepted }: ReportedFinding) =>
  !accepted && (severity === 'critical' || severity === 'high');

/** An urgent group of fewer is open at first. */
const FEW = 6;
/** Findings of a group that are shown at first. */
const FIRST = 50;

/** What azfed does not decide by itself, by kind, with what to do. */
export function findings(): HTMLElement {
  const groups = groupItems(report.findings, ({ code, accepted }) => (accepted ? `${code} accepted` : code));
  if (groups.size === 0)
    return section('Findings', 'findings', [element('p', { class: 'faint' }, ['Nothing was found.'])]);
  return section('Findings', 'findings', [
    element('div', { class: 'card' }, [...groups.values()].flatMap(findingGroup)),
  ]);
}

function findingGroup(group: readonly ReportedFinding[]): readonly HTMLElement[] {
  const [first] = group;
  if (!first) return [];
  const title = [
    severityMark(first.severity),
    ' ',
    element('b', {}, [first.code]),
    ` ${countedText(group.length, 'time')}${first.accepted ? ', accepted' : ''}`,
  ];
  const list = element('ul', { class: 'plain' }, group.slice(0, FIRST).map(findingItem));
  const rest = group.slice(FIRST);
  return [
    element('details', { class: 'finding', open: isUrgent(first) && group.length < FEW ? '' : undefined }, [
      element('summary', {}, title),
      element('p', {}, ['What to do: ', ...formatCode(first.fix)]),
      list,
      ...(rest.length > 0
        ? [
            buildMoreButton(rest.length, () => {
              list.append(...rest.map(findingItem));
            }),
          ]
        : []),
    ]),
  ];
}

function findingItem({ message: found, connectionId, accepted }: ReportedFinding): HTMLElement {
  const message = accepted ? `${found} Accepted until ${accepted.until}: ${accepted.reason}` : found;
  const isKnown = connectionId && findRow(connectionId);
  return element('li', {}, isKnown ? [message, ' ', connectionLink(connectionId)] : [message]);
}

/** Connections that pipelines still sign in with by keys that do not end. */
export function staticKeys(): HTMLElement {
  const title = 'Still with static keys';
  if (report.staticKeys.length === 0)
    return section(title, 'keys', [element('p', { class: 'faint' }, ['None that was read.'])]);
  const rows = report.staticKeys.map(({ organization, connection, credentials, next }) => [
    credentials,
    connection,
    organization,
    next === null ? 'look at it in Azure DevOps' : element('code', {}, [next]),
  ]);
  return section(title, 'keys', [
    buildTable(['Signs in with', 'Connection', 'Organization', 'What to do'], rows, 'keys'),
  ]);
}

function listScope({ account, paths, isUnread }: NonNullable<typeof report.doorScopes>[number]) {
  return [account, isUnread ? `${paths.join(' ')} (not read)` : paths.join(' ')];
}

/** Whoever holds the subject of a trust gets the role. Those without a connection come first. */
export function doors(): HTMLElement | undefined {
  const { doorScopes = [] } = report;
  if (report.doors.length + doorScopes.length === 0) return undefined;
  const inOrder = [...report.doors].sort(
    (a, b) => Number(a.state === 'connection') - Number(b.state === 'connection'),
  );
  const rows = inOrder.map(({ roleArn, subject, holder, roleLastUsedAt }) => [
    roleArn,
    subject ?? 'any subject',
    holder,
    roleLastUsedAt === undefined ? '' : roleLastUsedAt === null ? 'not in 400 days' : moment(roleLastUsedAt),
  ]);
  return section('Who is behind each trust', 'doors', [
    element('p', {}, [
      'These are the roles that runs read: those on the paths that grants and records name. Other roles of the accounts may trust Azure DevOps too. To see all of them, and who used them when: ',
      element('code', {}, ['azfed doors --uses']),
    ]),
    ...(doorScopes.length > 0
      ? [buildTable(['Account', 'Paths that runs read'], doorScopes.map(listScope), 'doors')]
      : []),
    buildTable(['Role', 'Subject', 'Connection', 'Role last used (UTC)'], rows, 'doors'),
  ]);
}

/** Changes that have failed whenever they were tried. */
export function failures(): HTMLElement | undefined {
  const rows = report.connections.flatMap(({ connectionId, failing }) => {
    if (!failing) return [];
    const { since, times, lastAt, nature, message, awsCode, code } = failing;
    const text = element('span', {}, [message, ' ', element('code', {}, [awsCode ?? code])]);
    return [[moment(since), connectionLink(connectionId), String(times), moment(lastAt), nature, text]];
  });
  if (rows.length === 0) return undefined;
  const heads = ['Since (UTC)', 'Connection', 'Times', 'Last (UTC)', 'Kind', 'What AWS says'];
  return section('Changes that keep failing', 'failures', [buildTable(heads, rows, 'failures')]);
}

/** Roles that nobody is let into any more. */
export function retirements(): HTMLElement | undefined {
  const rows = report.connections.flatMap(({ connectionId, retirement }) => {
    if (!retirement) return [];
    const { closedAt, deletedAt, dueAt, isRestorable } = retirement;
    const end = deletedAt ?? dueAt;
    const said = deletedAt === null ? 'after ' : '';
    return [
      [
        moment(closedAt),
        connectionLink(connectionId),
        end === null ? 'not by itself' : element('span', {}, [said, moment(end)]),
        isRestorable ? element('code', {}, [`azfed restore ${connectionId}`]) : '',
      ],
    ];
  });
  if (rows.length === 0) return undefined;
  const heads = ['Closed (UTC)', 'Connection', 'Deleted', 'To have it back'];
  return section('Closed roles, and what becomes of them', 'retirements', [
    buildTable(heads, rows, 'retirements'),
  ]);
}
