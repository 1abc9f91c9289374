import { formatStatement } from '../../domain/policy/statement-text.ts';
import { shortenProvider } from './chain.ts';
import { compareTrusts } from './detail-words.ts';
import { buildTable, element, mark } from './elements.ts';
import type { Connection } from './report.ts';

const changes = {
  added: ['added', 'bad'],
  removed: ['missing', 'due'],
  kept: ['as it should be', 'ok'],
} as const;

/** The statements of the trust: those that were added, those that are missing, those that are as they should be. */
export function buildStatementTable(connection: Connection): readonly Node[] {
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
export function buildTrustSides({ expectedTrust, liveTrust }: Connection): readonly Node[] {
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
