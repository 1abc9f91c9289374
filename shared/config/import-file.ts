import { isSeq, parseDocument, parse } from 'yaml';
import type { Partition } from '../domain/kernel/arn.ts';
import type { ImportedGrant } from '../domain/import/group-grants.ts';
import type { ImportFinding } from '../domain/import/import-catalogue.ts';
import { inert } from '../domain/kernel/sanitize.ts';
import { addToItem, addToList } from './configuration-addition.ts';
import { FINDINGS_HEAD, renderFindings, renderGrants } from './import-text.ts';

interface ImportedAccount {
  readonly id: string;
  readonly partition: Partition;
  readonly assumeRole?: string;
}

/** What an import adds to a configuration. */
export interface ImportAddition {
  /** That the configuration does not name yet. */
  readonly accounts: readonly ImportedAccount[];
  /** ARN of the role to assume, by the id of an account that is configured without one. */
  readonly assumeRoles: ReadonlyMap<string, string>;
  readonly grants: readonly ImportedGrant[];
  readonly findings: readonly ImportFinding[];
  /** Names of connections, and whether this import has decided about them: what an earlier one said of these is out of date. */
  readonly decided?: ReadonlyMap<string, boolean>;
}

export interface ImportFile {
  /** The configuration. */
  readonly text: string;
  /** Policies and trusts by path, relative to the configuration. */
  readonly files: Readonly<Record<string, string>>;
}

/**
 * The configuration with what is imported. What stands there stays to the byte. What is said there already is not said again:
 * the same import twice gives the same text.
 */
export function addImport(text: string, addition: ImportAddition): ImportFile {
  if (/(?:^|[^\r])\n/.test(text) || !text.includes('\n')) return addInLines(text, addition);
  const { text: added, files } = addInLines(text.replaceAll('\r\n', '\n'), addition);
  return { text: added.replaceAll('\n', '\r\n'), files };
}

function addInLines(text: string, addition: ImportAddition): ImportFile {
  const { accounts, assumeRoles, grants, findings, decided = new Map() } = addition;
  const organizations = (parse(text) as { organizations?: readonly unknown[] }).organizations ?? [];
  const rendered = renderGrants(grants, organizations.length > 1);
  const assuming = [...assumeRoles].reduce(
    (before, [id, role]) => addToItem(before, 'accounts', id, `assumeRole: ${JSON.stringify(role)}`),
    removeOutdated(text, new Set(renderFindings(findings)), decided),
  );
  const placed = addLines(assuming, 'accounts', accounts.flatMap(renderAccount));
  const known = new Set(placed.split('\n').map((line) => line.trim()));
  const news = renderFindings(findings).filter((line) => !known.has(line));
  const head = news.length > 0 && !known.has(FINDINGS_HEAD) ? [FINDINGS_HEAD] : [];
  return { text: addLines(placed, 'grants', [...rendered.lines, ...head, ...news]), files: rendered.files };
}

/** An earlier import left a comment for a connection that it could not grant. It goes when something else is known by now. */
function removeOutdated(
  text: string,
  current: ReadonlySet<string>,
  decided: ReadonlyMap<string, boolean>,
): string {
  const names = [...decided.keys()].sort((a, b) => b.length - a.length);
  const isOutdated = (line: string) => {
    if (!/^# .* \(import\.[a-z-]+\)$/.test(line) || current.has(line)) return false;
    const about = names.find((name) => line.startsWith(`# ${inert(name)} `));
    return about !== undefined && decided.get(about) === true;
  };
  const lines = text.split('\n');
  const kept = lines.filter((line) => !isOutdated(line.trim()));
  if (kept.length === lines.length) return text;
  const isNeeded = kept.some((line) => / \(import\.[a-z-]+\)$/.test(line));
  return kept.filter((line) => isNeeded || line.trim() !== FINDINGS_HEAD).join('\n');
}

const renderAccount = ({ id, partition, assumeRole }: ImportedAccount): readonly string[] => [
  `- id: ${JSON.stringify(id)}`,
  ...(partition === 'aws' ? [] : [`  partition: ${partition}`]),
  ...(assumeRole === undefined ? [] : [`  assumeRole: ${JSON.stringify(assumeRole)}`]),
];

function addLines(text: string, key: string, lines: readonly string[]): string {
  const isItem = lines.some((line) => line.startsWith('- '));
  // Comments alone belong behind a list, which may stay empty.
  if (!isItem) return lines.length === 0 ? text : `${text.replace(/\n*$/, '\n')}${lines.join('\n')}\n`;
  return addToList(text, key, lines) ?? addAsData(text, key, lines);
}

/** Of a configuration that is written as JSON: comments have no place there. */
function addAsData(text: string, key: string, lines: readonly string[]): string {
  const document = parseDocument(text, { stringKeys: true });
  const items = parse(lines.join('\n')) as readonly unknown[];
  const list = document.get(key);
  if (isSeq(list)) for (const item of items) list.items.push(document.createNode(item));
  else document.set(key, items);
  return document.toString({ lineWidth: 0 });
}
