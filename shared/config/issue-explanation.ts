import type * as z from 'zod';
import { formatFieldName, renderPath, type Complaint, type FieldPath } from './field.ts';
import { configurationJsonSchema, type JsonSchema } from './schema.ts';
import { isRecord } from '../domain/kernel/json.ts';
import { nearestWord } from '../domain/kernel/nearest-word.ts';

type Issue = z.core.$ZodIssue;

interface UnknownKey {
  readonly path: FieldPath;
  readonly known: readonly string[];
  /** The known key that was probably meant; one that is missing rather than one that is there. */
  readonly meant: string | undefined;
}

/** What zod found, in sentences. A slip of the hand in a key is told once: not as a missing key as well. */
export function explainIssues(found: readonly Issue[]): readonly Complaint[] {
  if (found.length === 0) return [];
  const root = configurationJsonSchema();
  const issues = found.flatMap(resolveUnions);
  const missing = new Set(issues.filter(isMissing).map(renderIssuePath));
  const unknownKeys = issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? findImpostors(issue, root, missing) : [],
  );
  const meant = new Set(
    unknownKeys.flatMap((key) =>
      key.meant === undefined ? [] : renderPath([...key.path.slice(0, -1), key.meant]),
    ),
  );
  const others = issues.filter(
    (issue) => issue.code !== 'unrecognized_keys' && !(isMissing(issue) && meant.has(renderIssuePath(issue))),
  );
  return [...unknownKeys.map(explainUnknownKey), ...others.map((issue) => explain(issue, root))];
}

/** A union is as good as the one of its forms that was meant, or as the key that tells its forms apart. */
function resolveUnions(issue: Issue): readonly Issue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const { path, message } = issue;
  if (issue.discriminator !== undefined) {
    const values = 'options' in issue ? (issue.options ?? []) : [];
    return [
      { code: 'invalid_value', path, message, values, input: readValue(issue.input, issue.discriminator) },
    ];
  }
  const isOther = (one: Issue) => one.path.length === 0 && /^invalid_(?:type|value)$/.test(one.code);
  const countUnknown = (errors: readonly Issue[]) =>
    errors.filter(({ code }) => code === 'unrecognized_keys').length;
  const [meant] = issue.errors
    .filter((errors) => !errors.some(isOther))
    .sort((a, b) => countUnknown(a) - countUnknown(b));
  if (!meant)
    return [{ code: 'custom', path, message: describeForms(issue.errors.flat()), input: issue.input }];
  return meant.flatMap((inner) => resolveUnions({ ...inner, path: [...path, ...inner.path] }));
}

/** `is neither text nor a list` */
function describeForms(errors: readonly Issue[]): string {
  const forms = errors.flatMap((one) => {
    if (one.code === 'invalid_type') return kinds[one.expected] ?? one.expected;
    return one.code === 'invalid_value' ? one.values.map(String) : [];
  });
  const distinct = [...new Set(forms)];
  return `is neither ${distinct.slice(0, -1).join(', ')} nor ${distinct.at(-1) ?? ''}`;
}

function readValue(map: unknown, key: string): unknown {
  return typeof map === 'object' && map !== null
    ? Object.entries(map).find(([name]) => name === key)?.[1]
    : undefined;
}

function findImpostors(
  issue: z.core.$ZodIssueUnrecognizedKeys,
  root: JsonSchema,
  missing: ReadonlySet<string>,
): readonly UnknownKey[] {
  const parent = fieldPath(issue.path);
  const known = Object.keys(selectVariant(selectSchema(root, parent), issue.input).properties ?? {});
  const absent = known.filter((key) => missing.has(renderPath([...parent, key])));
  return issue.keys.map((key) => ({
    path: [...parent, key],
    known,
    meant: nearestWord(key, absent) ?? nearestWord(key, known),
  }));
}

function explainUnknownKey({ path, known, meant }: UnknownKey): Complaint {
  const fix = meant === undefined ? `Known here: ${known.join(', ')}.` : `Did you mean \`${meant}\`?`;
  return { path, at: 'key', what: `${formatFieldName(path)} is not known here.`, fix };
}

const start = 'Begin with `version: 1`; `azfed init` writes a whole file.';

function explain(issue: Issue, root: JsonSchema): Complaint {
  const path = fieldPath(issue.path);
  if (issue.code === 'invalid_key') {
    const [reason] = issue.issues;
    const fix = selectSchema(root, path.slice(0, -1)).description ?? '';
    return { path, at: 'key', what: `${formatFieldName(path)} ${reason?.message ?? 'is not a name'}.`, fix };
  }
  const fix = path.length === 0 ? start : (selectSchema(root, path).description ?? '');
  return { path, at: 'value', what: `${formatFieldName(path)} ${fault(issue)}.`, fix };
}

function isMissing({ code, input }: Issue): boolean {
  return (code === 'invalid_type' || code === 'invalid_value') && input === undefined;
}

function fault(issue: Issue): string {
  if (isMissing(issue)) return 'is missing';
  if (issue.input === null) return 'is empty';
  if (issue.code === 'invalid_type') return typeFault(issue);
  if (issue.code === 'invalid_value') return valueFault(issue);
  if (issue.code === 'too_big') return `is more than ${issue.maximum}`;
  if (issue.code !== 'too_small') return issue.message;
  const isCount = issue.origin === 'array' || issue.origin === 'string';
  return isCount ? 'is empty' : `is less than ${issue.minimum}`;
}

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
};

function typeFault({ expected, input }: z.core.$ZodIssueInvalidType): string {
  const given = Array.isArray(input) ? 'array' : typeof input;
  const isUnquoted = expected === 'string' && (given === 'number' || given === 'boolean');
  return isUnquoted ? 'is not text until it stands in quotes' : `is not ${kinds[expected] ?? expected}`;
}

function valueFault({ values, input }: z.core.$ZodIssueInvalidValue): string {
  const given = `(${typeof input === 'string' || typeof input === 'number' ? input : typeof input})`;
  const [only, another] = values.map(String);
  return another === undefined
    ? `${given} is not supported by this version, which knows ${only ?? 'none'}`
    : `${given} is none of ${values.map(String).join(', ')}`;
}

/** The part of the JSON Schema that a path leads to: it holds the known keys and the advice. */
function selectSchema(root: JsonSchema, path: FieldPath): JsonSchema {
  return path.reduce<JsonSchema>((schema, key) => {
    const inner = typeof key === 'number' ? findItems(schema) : findProperty(schema, key);
    return isSchema(inner) ? { description: schema.description ?? '', ...inner } : {};
  }, root);
}

function findItems(schema: JsonSchema): unknown {
  return [schema, ...listVariants(schema)].find(({ items }) => items !== undefined)?.items;
}

function findProperty(schema: JsonSchema, key: string): unknown {
  const holder = [schema, ...listVariants(schema)].find(({ properties }) => properties?.[key] !== undefined);
  return holder?.properties?.[key] ?? schema.additionalProperties;
}

/** Of several forms, the one whose constants the value has, else what all of its maps know; the schema itself when it has but one. */
function selectVariant(schema: JsonSchema, value: unknown): JsonSchema {
  const maps = listVariants(schema).filter(({ properties }) => properties !== undefined);
  const variant = maps.find(({ properties = {} }) =>
    Object.entries(properties).some(
      ([key, inner]) => isSchema(inner) && inner.const !== undefined && inner.const === readValue(value, key),
    ),
  );
  if (variant || maps.length === 0) return variant ?? schema;
  return {
    properties: Object.fromEntries(maps.flatMap(({ properties = {} }) => Object.entries(properties))),
  };
}

function listVariants({ oneOf = [], anyOf = [], properties }: JsonSchema): readonly JsonSchema[] {
  return properties === undefined ? [...oneOf, ...anyOf].filter(isSchema) : [];
}

const isSchema = (value: unknown): value is JsonSchema => isRecord(value);

const renderIssuePath = ({ path }: Issue): string => renderPath(fieldPath(path));

function fieldPath(path: readonly PropertyKey[]): FieldPath {
  return path.map((key) => (typeof key === 'number' ? key : String(key)));
}
