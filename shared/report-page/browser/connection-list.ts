import { counted, element, section } from './elements.ts';
import type { Connection } from './report.ts';
import {
  formatConnectionHref,
  rankSeverity,
  report,
  severityMark,
  stateMark,
  describeState,
  tally,
  selectTone,
  tones,
} from './report.ts';

/** Rows that the browser draws, or leaves out while they are far from the screen, together. */
const CHUNK = 100;
/** Pixels. */
const ROW_HEIGHT = 41;
const EVERY = 'all';
const titles = ['State', 'Severity', 'Connection', 'Organization', 'Account', 'Role', 'Grant'];

/** All connections, searched by words and filtered by state. */
export function connectionList(): HTMLElement {
  const search = element('input', {
    ...{ type: 'search', id: 'search', autocomplete: 'off' },
    placeholder: 'name, project, account, role, id',
    'aria-label': 'Search connections',
  });
  const result = element('p', { class: 'faint', role: 'status' });
  const list = element('div', { class: 'card list', role: 'table', 'aria-labelledby': 'connections' });
  const texts = [...report.connections]
    .sort(byUrgency)
    .map((connection) => ({ connection, text: searchable(connection) }));
  let wanted = EVERY;

  const show = () => {
    const words = search.value.trim().toLowerCase().split(/\s+/);
    const found = texts.filter(
      ({ connection, text }) =>
        (wanted === EVERY || describeState(connection) === wanted) &&
        words.every((word) => text.includes(word)),
    );
    list.replaceChildren(head(), ...chunks(found.map(({ connection }) => connection)));
    const all = counted(texts.length, 'connection');
    result.textContent =
      found.length === texts.length ? all : `${found.length.toLocaleString('en-US')} of ${all}`;
  };
  const buttons = [EVERY, ...tally(report.connections.map(describeState)).map(([state]) => state)].map(
    (state) => {
      const button = element('button', { type: 'button', 'aria-pressed': String(state === wanted) }, [state]);
      button.addEventListener('click', () => {
        wanted = state;
        for (const other of buttons) other.setAttribute('aria-pressed', String(other === button));
        show();
      });
      return button;
    },
  );
  search.addEventListener('input', show);
  show();
  const tools = element('div', { class: 'tools', role: 'group', 'aria-label': 'Filter' }, [
    search,
    ...buttons,
  ]);
  return section('Connections', 'connections', [tools, result, list]);
}

function searchable(connection: Connection): string {
  const { connection: name, organization, account, roleArn, connectionId, grant } = connection;
  return [name, organization, account, roleArn, connectionId, grant, describeState(connection)]
    .join('\n')
    .toLowerCase();
}

function head(): HTMLElement {
  const cells = titles.map((title) => element('div', { role: 'columnheader' }, [title]));
  return element('div', { role: 'rowgroup' }, [element('div', { class: 'row head', role: 'row' }, cells)]);
}

/** What is most dangerous first, then what somebody has changed; the report is in the order of names. */
function byUrgency(a: Connection, b: Connection): number {
  return rankSeverity(a) - rankSeverity(b) || tones.indexOf(selectTone(a)) - tones.indexOf(selectTone(b));
}

function chunks(connections: readonly Connection[]): readonly HTMLElement[] {
  return Array.from({ length: Math.ceil(connections.length / CHUNK) }, (_, index) => {
    const rows = connections.slice(index * CHUNK, (index + 1) * CHUNK).map(row);
    const chunk = element('div', { class: 'chunk', role: 'rowgroup' }, rows);
    // Until it was drawn once, so that the scroll bar tells the truth.
    chunk.style.containIntrinsicSize = `auto ${rows.length * ROW_HEIGHT}px`;
    return chunk;
  });
}

function row(connection: Connection): HTMLElement {
  const { connectionId, organization, account, roleArn, grant } = connection;
  const link = element('a', { href: formatConnectionHref(connectionId) }, [connection.connection]);
  const role = roleArn.slice(roleArn.indexOf(':role/') + ':role/'.length);
  const severity = connection.severity ? severityMark(connection.severity) : '';
  const cells = [stateMark(connection), severity, link, organization, account, role, grant];
  return element(
    'div',
    { class: 'row', role: 'row' },
    cells.map((cell) => element('div', { role: 'cell' }, [cell])),
  );
}
