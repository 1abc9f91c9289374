import { blockedReasons } from '../../domain/records/blocked-reason.ts';
import { isRecord } from '../../domain/kernel/json.ts';
import { toList, type Statement } from '../../domain/policy/policy-document.ts';
import { describePolicies, drawChain, summarizeStatement, shortenProvider } from './chain.ts';
import { buildCommands, buildLinks } from './detail-actions.ts';
import { describeDifferences, compareTrusts } from './detail-words.ts';
import {
  buildTable,
  copyable,
  countedText,
  formatCode,
  element,
  moment,
  severityMark,
  stateMark,
  mark,
} from './elements.ts';
import { buildEventTable } from './happenings.ts';
import { findRow, rankSeverity, report, type Connection, type Row } from './report.ts';
import { changeView, readView, watchView } from './view.ts';
import { formatStatement } from '../../domain/policy/statement-text.ts';

/** One connection over the page: opened by the address, so that it can be sent to somebody. */
export function detailDialog(): HTMLDialogElement {
  const dialog = element('dialog', { 'aria-labelledby': 'detail' });
  // At once: whoever copies the address right after has the one without it.
  const leave = () => {
    if (readView().connection !== undefined) changeView({ connection: '' });
  };
  dialog.addEventListener('cancel', leave);
  // The browser may close it without `cancel`.
  dialog.addEventListener('close', leave);
  dialog.addEventListener('click', ({ target }) => {
    if (target === dialog) leave();
  });
  let shown = '';
  watchView(({ connection: id = '' }) => {
    if (id === shown) return;
    shown = id;
    const row = findRow(id);
    if (!row) {
      dialog.close();
      return;
    }
    const close = element('button', { type: 'button', class: 'close' }, ['Close']);
    close.addEventListener('click', leave);
    dialog.replaceChildren(element('div', { class: 'inner' }, detail(row, close)));
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
  });
  return dialog;
}

function detail(row: Row, close: HTMLElement): readonly Node[] {
  const { connection } = row;
  const happened = buildEventTable(connection.connectionId, 'happened');
  return [
    element('div', { class: 'top' }, [
      element('div', {}, [element('h2', { id: 'detail' }, [connection.connection]), stateMark(row)]),
      close,
    ]),
    lead(connection),
    ...drawChain(row),
    ...buildStatementTable(connection),
    ...otherDifferences(connection),
    ...buildTrustSides(connection),
    ...describePolicies(connection),
    ...permissions(connection),
    ...mayUse(connection),
    ...found(connection),
    facts(row),
    ...(happened ? [element('h3', { id: 'happened' }, ['What happened']), happened] : []),
    ...buildCommands(row),
    ...buildLinks(connection),
  ];
}

/** In words: what is wrong, by whom, and what becomes of it. */
function lead(connection: Connection): HTMLElement {
  const { reason, by, held, failing, since } = connection;
  const differing = describeDifferences(connection);
  const lines = [
    ...(reason === undefined ? [] : [element('p', { class: 'reason' }, [reason])]),
    ...(differing.length > 0
      ? [
          element(
            'ul',
            { class: 'differing' },
            differing.map(({ kind, text }) => element('li', { class: kind }, [text])),
          ),
        ]
      : []),
    ...(by === undefined ? [] : [element('p', {}, ['By ', element('b', {}, [by])])]),
    ...(since === undefined || reason === undefined
      ? []
      : [element('p', {}, ['Since ', moment(since), ' UTC'])]),
    ...(held === null
      ? []
      : [
          element('p', { class: 'notice' }, [
            element('b', {}, [`Held (${held}): `]),
            ...formatCode(blockedReasons[held]),
          ]),
        ]),
    ...(failing
      ? [
          element('p', { class: 'notice bad' }, [
            `It has failed ${countedText(failing.times, 'time')} since `,
            moment(failing.since),
            `, last at ${failing.lastAt.slice(0, 16).replace('T', ' ')}. AWS says: ${failing.message} (${failing.awsCode ?? failing.code})`,
          ]),
        ]
      : []),
  ];
  return element('div', { class: 'lead' }, lines);
}

function facts({ connection, accountName }: Row): HTMLElement {
  const { organization, project, account, roleArn, grant, owner, connectionId, lastUsedAt, sharedWith } =
    connection;
  const used =
    lastUsedAt === null ? 'not in 400 days' : lastUsedAt === undefined ? undefined : moment(lastUsedAt);
  const rows: readonly (readonly [string, Node | string | undefined])[] = [
    ['last used', used],
    ['owner', owner],
    ['grant', grant],
    ['account', accountName === account ? account : `${accountName} (${account})`],
    ['role', roleArn === '' ? undefined : copyable(roleArn, 'the ARN of the role')],
    ['organization', organization],
    ['project', project],
    ['shared with', sharedWith?.join(', ')],
    ['connection id', copyable(connectionId, 'the id of the connection')],
  ];
  return element(
    'dl',
    {},
    rows.flatMap(([term, value]) => (value ? [element('dt', {}, [term]), element('dd', {}, [value])] : [])),
  );
}

/** What is in no statement: boundary, session, tags. */
function otherDifferences({ differences }: Connection): readonly Node[] {
  const others = differences.filter(({ path }) => !/^trust\b/.test(path) && path !== 'role');
  if (others.length === 0) return [];
  const sorted = [...others].sort((a, b) => rankSeverity(a) - rankSeverity(b));
  const rows = sorted.map(({ path, expected, actual, severity }) => [
    element('code', {}, [path]),
    severity ? severityMark(severity) : '',
    describeValue(expected),
    describeValue(actual),
  ]);
  return [
    element('h3', { id: 'differences' }, ['Other differences']),
    buildTable(['Field', 'Severity', 'Expected', 'Live'], rows, 'differences'),
  ];
}

/** A policy as what it allows, in short. */
function describeValue(value: unknown): HTMLElement {
  if (value === undefined) return element('span', { class: 'faint' }, ['none']);
  if (isRecord(value) && 'Statement' in value)
    return element('span', {}, [
      toList<Statement>(value['Statement'] as Statement)
        .map(summarizeStatement)
        .join('; '),
    ]);
  return element('code', {}, [typeof value === 'string' ? value : JSON.stringify(value)]);
}

/** What somebody else keeps of the role: shown as it is. */
function permissions({ livePermissions }: Connection): readonly Node[] {
  if (!livePermissions) return [];
  return [
    element('h3', { id: 'permissions' }, ['Permissions that somebody else keeps']),
    element('pre', { tabindex: 0, role: 'region', 'aria-label': 'Live permissions' }, [
      JSON.stringify(livePermissions, undefined, 2),
    ]),
  ];
}

/** Every subject that the trust accepts, and who holds tokens with it. */
function mayUse({ roleArn }: Connection): readonly Node[] {
  const doors = roleArn === '' ? [] : report.doors.filter((door) => door.roleArn === roleArn);
  if (doors.length === 0) return [];
  const rows = doors.map(({ subject, holder }) => [element('code', {}, [subject ?? 'any subject']), holder]);
  return [
    element('h3', { id: 'may-use' }, ['Who may use it']),
    buildTable(['Subject', 'Connection behind it'], rows, 'may-use'),
  ];
}

function found({ connectionId }: Connection): readonly Node[] {
  const ours = report.findings.filter((finding) => finding.connectionId === connectionId);
  if (ours.length === 0) return [];
  const items = ours.map(({ code, message, fix, severity }) =>
    element('li', {}, [
      severityMark(severity),
      ' ',
      element('b', {}, [code]),
      ` ${message} `,
      element('span', { class: 'faint' }, formatCode(fix)),
    ]),
  );
  return [element('h3', {}, ['Findings']), element('ul', { class: 'plain findings' }, items)];
}

const changes = {
  added: ['added', 'bad'],
  removed: ['missing', 'due'],
  kept: ['as it should be', 'ok'],
} as const;

/** The statements of the trust: those that were added, those that are missing, those that are as they should be. */
function buildStatementTable(connection: Connection): readonly Node[] {
  const compared = compareTrusts(connection);
  if (!compared.some(({ change }) => change !== 'kept')) return [];
  const rows = compared.map(({ change, statement }) => {
    const { effect, principals, conditions } = formatStatement(statement);
    const list = (texts: readonly string[]) => element('code', {}, [texts.join('\n') || 'none']);
    const [says, tone] = changes[change];
    return [mark(says, tone), effect, list(principals.map(shortenProvider)), list(conditions)];
  });
  return [
    element('h3', { id: 'statements' }, ['Statements of the trust']),
    buildTable(['Change', 'Effect', 'Principal', 'Condition'], rows, 'statements'),
  ];
}

/** Expected and live trust side by side; lines that the other one lacks are marked. */
function buildTrustSides({ expectedTrust, liveTrust }: Connection): readonly Node[] {
  if (!expectedTrust) return [];
  const [expected, live] = [formatLines(expectedTrust), formatLines(liveTrust)];
  const isSame = expected.join('\n') === live.join('\n');
  const sides = element('div', { class: 'sides' }, [
    buildSide('Expected', expected, live),
    buildSide('Live', live, expected),
  ]);
  if (!isSame) return [element('h3', {}, ['Trust']), sides];
  return [
    element('details', { class: 'same' }, [element('summary', {}, ['Trust policy, as it should be']), sides]),
  ];
}

function formatLines(document: unknown): readonly string[] {
  if (document === undefined) return ['not read'];
  return document === null ? ['there is no such role'] : JSON.stringify(document, inOrder, 2).split('\n');
}

/** IAM gives the members of an object in any order, and a single text as it is or as a list of one. */
function inOrder(_key: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 1 && typeof value[0] === 'string' ? value[0] : value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function buildSide(title: string, lines: readonly string[], others: readonly string[]): HTMLElement {
  const bare = (line: string) => line.replace(/,$/, '');
  const known = new Set(others.map(bare));
  const shown = lines.map((line) => element('span', known.has(bare(line)) ? {} : { class: 'other' }, [line]));
  return element('div', {}, [
    element('h4', {}, [title]),
    element('pre', { tabindex: 0, role: 'region', 'aria-label': `${title} trust` }, shown),
  ]);
}
