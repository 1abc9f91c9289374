import { groupItems } from '../../domain/kernel/group-by.ts';
import type { ReportedFinding, ReportedIssuerStatus } from '../../application/reporting/report-document.ts';
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
  mark,
} from './elements.ts';
import { findRow, report, type Tone } from './report.ts';
import type { ReportedCandidate } from '../../application/reporting/reported-adoption.ts';
import { adoptionGroups, groupTitles } from '../../domain/adoption/adoption-groups.ts';
import { RETIRED_ISSUER_ENDS } from '../../domain/issuers/issuer.ts';

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
      ...buildMoreButton(rest.length, () => {
        list.append(...rest.map(findingItem));
      }),
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

/** Roles inside a grant that somebody else made, by what their adoption would change. */
export function adoption(): HTMLElement | undefined {
  const { roles, unreadAccounts } = report.adoption;
  if (roles.length + unreadAccounts.length === 0) return undefined;
  const groups = adoptionGroups.flatMap((group) => {
    const here = roles.filter((role) => role.group === group);
    if (here.length === 0) return [];
    const id = `adoption-${group}`;
    return [
      element('h3', { id }, [`${groupTitles[group]} (${here.length.toLocaleString('en-US')})`]),
      buildTable(['Connection', 'Role', 'What'], here.map(toCells), id),
    ];
  });
  const unread = `Not known of ${countedText(unreadAccounts.length, 'account')}, whose roles could not be read: ${unreadAccounts.join(', ')}`;
  return section('Roles that azfed does not manage yet', 'adoption', [
    ...(unreadAccounts.length > 0 ? [element('p', {}, [unread])] : []),
    ...(roles.length > 0
      ? [element('p', {}, ['To adopt them: ', element('code', {}, ['azfed adopt --all'])])]
      : []),
    ...groups,
  ]);
}

function toCells({ connections, roleArn, what, isUseUnknown, refusal }: ReportedCandidate) {
  const links = connections.flatMap(({ connectionId, name }, at) => [
    ...(at > 0 ? [', '] : []),
    findRow(connectionId) ? connectionLink(connectionId) : name,
  ]);
  const words = [
    what,
    ...(isUseUnknown ? ['who used it is not known here; azfed adopt --all asks CloudTrail'] : []),
    ...(refusal ? [refusal.fix] : []),
  ];
  return [
    element('span', {}, links.length > 0 ? links : ['several connections']),
    roleArn,
    words.filter((word) => word !== '').join('; '),
  ];
}

interface Kind {
  readonly title: string;
  readonly tone: Tone;
  readonly advice: string;
}

/** In the order of the way past the issuer that is retired. */
const kinds = {
  vstoken: {
    title: 'vstoken alone',
    tone: 'due',
    advice: `Its tokens end with the issuer, on ${RETIRED_ISSUER_ENDS}. Write issuer: both, then: azfed migrate issuer`,
  },
  both: {
    title: 'both issuers',
    tone: 'due',
    advice: 'Once a token of Entra has got in: azfed migrate issuer CONNECTION --finish',
  },
  entra: { title: 'Entra alone', tone: 'ok', advice: 'Nothing.' },
  none: {
    title: 'nobody',
    tone: 'still',
    advice: 'Nobody is let in: the role is closed, or not as it should be.',
  },
  unread: { title: 'not known', tone: 'still', advice: 'There is no role yet, or it was not read.' },
} as const satisfies Record<string, Kind>;

/** Which issuers' tokens get in now, by what the live trusts say. */
export function issuers(): HTMLElement {
  const title = 'Whose tokens get in';
  if (report.issuers.length === 0)
    return section(title, 'issuers', [element('p', { class: 'faint' }, ['No connection was read.'])]);
  const groups = groupItems(report.issuers, selectKind);
  const blocks = Object.entries(kinds).flatMap(([key, kind]) => {
    const group = groups.get(key as keyof typeof kinds);
    return group ? [block(kind, group)] : [];
  });
  return section(title, 'issuers', [element('div', { class: 'card' }, blocks)]);
}

function selectKind({ trusted }: ReportedIssuerStatus): keyof typeof kinds {
  if (trusted === null) return 'unread';
  const [first, second] = trusted;
  if (second !== undefined) return 'both';
  return first ?? 'none';
}

/** More names than that are found by the search. */
const MOST_NAMES = 200;

function block({ title, tone, advice }: Kind, group: readonly ReportedIssuerStatus[]): HTMLElement {
  const names = group
    .slice(0, MOST_NAMES)
    .map(({ connectionId }) => element('li', {}, [connectionLink(connectionId)]));
  const left = group.length - names.length;
  return element('details', { class: 'finding' }, [
    element('summary', {}, [mark(title, tone), ' ', countedText(group.length, 'connection')]),
    element('p', {}, [`What to do: ${advice}`]),
    element('ul', { class: 'plain' }, [
      ...names,
      ...(left > 0 ? [element('li', {}, [`and ${countedText(left, 'more connection')}`])] : []),
    ]),
  ]);
}
