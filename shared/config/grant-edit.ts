import { isMap, isSeq, parse, parseDocument } from 'yaml';
import type { AcceptedTerms } from '../domain/adoption/accepted-terms.ts';
import type { Split } from '../domain/adoption/grant-split.ts';
import { canonicalJson } from '../domain/kernel/digest.ts';
import type { Json, JsonObject, Statement } from '../domain/policy/policy-document.ts';
import { isList, isObject, toList } from '../domain/policy/policy-document.ts';
import type { ReadFile } from './inline-policies.ts';
import { endOfLine, findLine, findNextLine } from './yaml-lines.ts';
import { rewriteYaml } from './yaml-rewrite.ts';

/** A configuration after an edit. */
export interface EditedGrant {
  readonly text: string;
  /** Policies and statements that stand in files of their own: new texts by their paths as the configuration has them. */
  readonly files: Readonly<Record<string, string>>;
  /** Files that the configuration named before, and names no more. */
  readonly unusedFiles: readonly string[];
}

type Fields = Record<string, Json>;

/**
 * The configuration with other terms in one grant: only the lines concerned change. What stands in a file of this grant alone
 * is edited there; a file that others name too is left to them. Throws RangeError when the text has no such grant: it was read
 * before.
 */
export function editGrant(
  text: string,
  grant: string,
  split: Split,
  terms: AcceptedTerms,
  readFile: ReadFile,
): EditedGrant {
  const wanted = parse(text, { stringKeys: true }) as { readonly grants: Fields[] };
  const named = listFiles(wanted);
  const index = wanted.grants.findIndex(({ name }) => name === grant);
  const old = wanted.grants[index];
  if (!old) throw new RangeError(`The file has no grant ${grant}.`);
  const edited = split.as === 'whole' ? old : splitGrant(wanted.grants, index, old, split);
  const files: Record<string, string> = {};
  const count = (path: string) => JSON.stringify(wanted).split(JSON.stringify({ file: path })).length - 1;
  const editFile = (path: string, change: (value: Json) => Json): boolean => {
    const reading = count(path) === 1 ? readFile(path) : undefined;
    if (!reading || !('text' in reading)) return false;
    const value = change(JSON.parse(reading.text) as Json);
    if (canonicalJson(value) !== canonicalJson(JSON.parse(reading.text)))
      files[path] = rewriteFile(reading.text, value);
    return true;
  };
  applyTerms(edited, terms, editFile);
  const [pair] = split.as === 'pairs' ? split.indexes : [];
  const notes = pair === undefined ? undefined : findNotes(text, index, pair);
  const rest = notes ? text.slice(0, notes.start) + text.slice(notes.end) : text;
  const rewritten = rewriteYaml(rest, wanted);
  return {
    text: notes ? addNotes(rewritten, index + 1, text.slice(notes.start, notes.end)) : rewritten,
    files,
    unusedFiles: [...new Set(named)].filter((file) => !listFiles(wanted).includes(file)),
  };
}

/** What `file` says, wherever it stands. */
function listFiles(value: Json): readonly string[] {
  if (isList(value)) return value.flatMap(listFiles);
  if (!isObject(value)) return [];
  const file = getFile(value);
  return file === undefined ? Object.values(value).flatMap((one = null) => listFiles(one)) : [file];
}

function rewriteFile(text: string, value: Json): string {
  try {
    return rewriteYaml(text, value);
  } catch {
    return `${JSON.stringify(value, null, 2)}\n`;
  }
}

/** Puts the new grant right behind the one that it is split off. */
function splitGrant(
  grants: Fields[],
  index: number,
  old: Fields,
  split: Exclude<Split, { as: 'whole' }>,
): Fields {
  const gone = [
    'name',
    'connections',
    'role',
    'roles',
    'accounts',
    ...(split.as === 'names' ? ['shareRole'] : []),
  ];
  const terms = Object.fromEntries(Object.entries(old).filter(([field]) => !gone.includes(field)));
  const pairs = toList<Json>(old['roles'] ?? []);
  const own =
    split.as === 'names'
      ? [split.pair]
      : split.indexes.map((at) => ({ ...(pairs[at] as JsonObject), role: split.role }));
  const edited: Fields = { name: split.name, ...structuredClone(terms), roles: own };
  grants.splice(index + 1, 0, edited);
  if (split.as === 'pairs') old['roles'] = pairs.filter((_pair, at) => !split.indexes.includes(at));
  else old['connections'] = { ...(old['connections'] as JsonObject), name: split.others };
  return edited;
}

type EditFile = (path: string, change: (value: Json) => Json) => boolean;

function applyTerms(
  grant: Fields,
  { trust, inlinePolicies, tags, ...terms }: AcceptedTerms,
  editFile: EditFile,
): void {
  Object.assign(grant, terms);
  if (tags) setOrDrop(grant, 'tags', tags);
  if (inlinePolicies)
    setOrDrop(grant, 'inlinePolicies', editPolicies(grant['inlinePolicies'], inlinePolicies, editFile));
  if (trust) setOrDrop(grant, 'trust', editTrust(grant['trust'], trust, editFile));
}

function setOrDrop(fields: Fields, key: string, value: JsonObject): void {
  if (Object.keys(value).length > 0) fields[key] = value;
  else Reflect.deleteProperty(fields, key);
}

const getFile = (source: Json | undefined): string | undefined => {
  const file = isObject(source) ? source['file'] : undefined;
  return typeof file === 'string' ? file : undefined;
};

function editPolicies(
  source: Json | undefined,
  policies: NonNullable<AcceptedTerms['inlinePolicies']>,
  editFile: EditFile,
): JsonObject {
  const edited: Fields = { ...(isObject(source) ? (source as Fields) : {}) };
  for (const [name, policy] of Object.entries(policies)) {
    const file = getFile(edited[name]);
    if (policy === undefined) Reflect.deleteProperty(edited, name);
    else if (file === undefined || !editFile(file, () => policy)) edited[name] = { document: policy };
  }
  return edited;
}

function editTrust(
  source: Json | undefined,
  { statements, conditions, expectDeny }: NonNullable<AcceptedTerms['trust']>,
  editFile: EditFile,
): JsonObject {
  const old = isObject(source) ? source : {};
  const edited: Fields = { ...(old as Fields) };
  setStatements(edited, 'statements', statements, editFile);
  if (Object.keys(conditions).length > 0) edited['conditions'] = conditions;
  else Reflect.deleteProperty(edited, 'conditions');
  if (typeof expectDeny !== 'string') setStatements(edited, 'expectDeny', expectDeny, editFile);
  else if (expectDeny === 'any') edited['expectDeny'] = 'any';
  else Reflect.deleteProperty(edited, 'expectDeny');
  return edited;
}

function setStatements(
  trust: Fields,
  field: string,
  statements: readonly Statement[],
  editFile: EditFile,
): void {
  const file = getFile(trust[field]);
  const wanted = statements as unknown as readonly Json[];
  if (wanted.length === 0) Reflect.deleteProperty(trust, field);
  else if (file === undefined || !editFile(file, (value) => putStatements(value, wanted)))
    trust[field] = wanted;
}

/** A file holds a list of statements, one of them, or a whole policy. */
function putStatements(value: Json, statements: readonly Json[]): Json {
  if (isList(value)) return statements;
  if (isObject(value) && value['Statement'] !== undefined)
    return { ...value, Statement: putStatements(value['Statement'], statements) };
  return statements.length === 1 ? (statements[0] ?? null) : statements;
}

/** What an import has written about a pair, in the lines above it: it goes along with the pair. */
const note = /^[ \t]*# Loose: /;

function findPairLine(text: string, grant: number, pair: number): number | undefined {
  const list = parseDocument(text, { stringKeys: true }).getIn(['grants', grant, 'roles']);
  const item = isSeq(list) && !list.flow ? list.items[pair] : undefined;
  return isMap(item) && item.range ? findLine(text, item.range[0]) : undefined;
}

function findNotes(
  text: string,
  grant: number,
  pair: number,
): { readonly start: number; readonly end: number } | undefined {
  const end = findPairLine(text, grant, pair);
  if (end === undefined) return undefined;
  let start = end;
  while (start > 0 && note.test(text.slice(findLine(text, start - 1), start)))
    start = findLine(text, start - 1);
  return start < end ? { start, end } : undefined;
}

function addNotes(text: string, grant: number, notes: string): string {
  const at = findPairLine(text, grant, 0);
  if (at === undefined) return text;
  const lead = /^[ \t]*/.exec(text.slice(at, endOfLine(text, at)))?.[0] ?? '';
  return `${text.slice(0, at)}${notes.replace(/^[ \t]+/gm, lead)}${text.slice(at, findNextLine(text, at))}${text.slice(findNextLine(text, at))}`;
}
