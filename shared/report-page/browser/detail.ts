import { counted, element, moment, buildTable } from './elements.ts';
import { buildEventTable } from './happenings.ts';
import type { Connection } from './report.ts';
import { findReportedConnection, rankSeverity, report, severityMark, stateMark } from './report.ts';

/** One connection over the page: opened by the address, so that it can be sent to somebody. */
export function detailDialog(): HTMLDialogElement {
  const dialog = element('dialog', { 'aria-labelledby': 'detail' });
  dialog.addEventListener('close', () => {
    if (parseHash(location.hash) !== undefined) history.replaceState(null, '', '#connections');
  });
  const follow = () => {
    const connection = findReportedConnection(parseHash(location.hash) ?? '');
    if (!connection) return;
    const close = element('button', { type: 'button' }, ['Close']);
    close.addEventListener('click', () => {
      dialog.close();
    });
    dialog.replaceChildren(element('div', { class: 'inner' }, detail(connection, close)));
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
  };
  addEventListener('hashchange', follow);
  queueMicrotask(follow);
  return dialog;
}

function parseHash(hash: string): string | undefined {
  const [, id] = /^#connection=(.+)$/.exec(hash) ?? [];
  try {
    return id === undefined ? undefined : decodeURIComponent(id);
  } catch {
    // Somebody typed half an escape.
    return undefined;
  }
}

function detail(connection: Connection, close: HTMLElement): readonly Node[] {
  const happened = buildEventTable(connection.connectionId, 'happened');
  return [
    element('div', { class: 'top' }, [element('h2', { id: 'detail' }, [connection.connection]), close]),
    facts(connection),
    ...differences(connection),
    ...trust(connection),
    ...permissions(connection),
    ...found(connection),
    ...(happened ? [element('h3', { id: 'happened' }, ['What happened']), happened] : []),
  ];
}

function facts(connection: Connection): HTMLElement {
  const {
    severity,
    reason,
    failing,
    held,
    by,
    organization,
    project,
    account,
    roleArn,
    grant,
    connectionId,
  } = connection;
  const rows: readonly (readonly [string, Node | string | null | undefined])[] = [
    ['state', stateMark(connection)],
    ['severity', severity && severityMark(severity)],
    ['why', reason],
    ['fails since', failing && moment(failing.since)],
    ['failed', failing && `${counted(failing.times, 'time')}, last at ${failing.lastAt}`],
    ['AWS says', failing && `${failing.message} (${failing.awsCode ?? failing.code})`],
    ['held because', held],
    ['by whom', by],
    ['organization', organization],
    ['project', project],
    ['account', account],
    ['role', element('code', {}, [roleArn])],
    ['grant', grant],
    ['connection id', element('code', {}, [connectionId])],
  ];
  return element(
    'dl',
    {},
    rows.flatMap(([term, value]) => (value ? [element('dt', {}, [term]), element('dd', {}, [value])] : [])),
  );
}

function differences({ differences: all }: Connection): readonly Node[] {
  if (all.length === 0) return [];
  const code = (value: unknown) =>
    element('code', {}, [value === undefined ? 'nothing' : JSON.stringify(value)]);
  const sorted = [...all].sort((a, b) => rankSeverity(a) - rankSeverity(b));
  const rows = sorted.map(({ path, expected, actual, severity }) => [
    element('code', {}, [path]),
    severity ? severityMark(severity) : '',
    code(expected),
    code(actual),
  ]);
  return [
    element('h3', { id: 'differences' }, ['Differences']),
    buildTable(['Field', 'Severity', 'Expected', 'Live'], rows, 'differences'),
  ];
}

/** Expected and live trust side by side; lines that the other one lacks are marked. */
function trust({ expectedTrust, liveTrust }: Connection): readonly Node[] {
  if (!expectedTrust) return [];
  const [expected, live] = [formatLines(expectedTrust), formatLines(liveTrust)];
  return [
    element('h3', {}, ['Trust']),
    element('div', { class: 'sides' }, [side('Expected', expected, live), side('Live', live, expected)]),
  ];
}

function formatLines(document: unknown): readonly string[] {
  if (document === undefined) return ['not read'];
  return document === null ? ['there is no such role'] : JSON.stringify(document, inOrder, 2).split('\n');
}

/** What somebody else keeps of the role: shown as it is. */
function permissions({ livePermissions }: Connection): readonly Node[] {
  if (!livePermissions) return [];
  return [
    element('h3', { id: 'permissions' }, ['Permissions (not azfed’s)']),
    element('pre', { tabindex: 0, role: 'region', 'aria-label': 'Live permissions' }, [
      JSON.stringify(livePermissions, undefined, 2),
    ]),
  ];
}

/** IAM gives the members of an object in any order, and a single text as it is or as a list of one. */
function inOrder(_key: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 1 && typeof value[0] === 'string' ? value[0] : value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function side(title: string, lines: readonly string[], others: readonly string[]): HTMLElement {
  const bare = (line: string) => line.replace(/,$/, '');
  const known = new Set(others.map(bare));
  const shown = lines.map((line) => element('span', known.has(bare(line)) ? {} : { class: 'other' }, [line]));
  return element('div', {}, [
    element('h4', {}, [title]),
    element('pre', { tabindex: 0, role: 'region', 'aria-label': `${title} trust` }, shown),
  ]);
}

function found({ connectionId }: Connection): readonly Node[] {
  const ours = report.findings.filter((finding) => finding.connectionId === connectionId);
  if (ours.length === 0) return [];
  const items = ours.map(({ code, message, fix }) =>
    element('li', {}, [element('b', {}, [code]), ` ${message} ${fix}`]),
  );
  return [element('h3', {}, ['Findings']), element('ul', { class: 'plain' }, items)];
}
