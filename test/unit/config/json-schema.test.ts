import { parse as parseYaml } from 'yaml';
import type { JsonSchema } from '../../../shared/config/schema.ts';
import { configurationJsonSchema } from '../../../shared/config/schema.ts';
import { fixture } from './configuration-text.ts';

type Inner = JsonSchema | boolean | undefined;

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Paths of the values that the schema refuses: just the keywords that ours uses. */
function refused(schema: Inner, value: unknown, path = '$'): readonly string[] {
  if (typeof schema !== 'object') return schema === false ? [path] : [];
  return [...(fits(schema, value) ? [] : [path]), ...refusedInside(schema, value, path)];
}

function refusedInside(schema: JsonSchema, value: unknown, path: string): readonly string[] {
  if (Array.isArray(value) && !Array.isArray(schema.items))
    return value.flatMap((item: unknown, index) => refused(schema.items as Inner, item, `${path}[${index}]`));
  if (!isMap(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    ...refused(schema.propertyNames, key, `${path}.${key}`),
    ...refused(schema.properties?.[key] ?? schema.additionalProperties, inner, `${path}.${key}`),
  ]);
}

/** Of the forms that a value may have, exactly one takes it. */
function matchesOne(schema: JsonSchema, value: unknown): boolean {
  return (
    schema.oneOf === undefined || schema.oneOf.filter((way) => refused(way, value).length === 0).length === 1
  );
}

function fits(schema: JsonSchema, value: unknown): boolean {
  const hasForm = typeof value !== 'string' || new RegExp(schema.pattern ?? '').test(value);
  const isPlain = hasType(schema, value) && isChosen(schema, value) && hasForm;
  return isPlain && hasKeys(schema, value) && isCombined(schema, value);
}

function hasType({ type }: JsonSchema, value: unknown): boolean {
  if (type === 'integer') return Number.isInteger(value);
  return type === undefined || type === (Array.isArray(value) ? 'array' : typeof value);
}

function isChosen(schema: JsonSchema, value: unknown): boolean {
  const choices = schema.const === undefined ? schema.enum : [schema.const];
  return choices?.some((choice) => choice === value) ?? true;
}

function hasKeys(schema: JsonSchema, value: unknown): boolean {
  if (!isMap(value)) return true;
  const hasAll = (keys: readonly string[] = []) => keys.every((key) => key in value);
  return hasAll(schema.required) && matchesOne(schema, value);
}

/** One of the forms at least, and all of the rules. */
function isCombined({ anyOf, allOf = [] }: JsonSchema, value: unknown): boolean {
  const isTaken = (way: Inner) => refused(way, value).length === 0;
  return (anyOf?.some(isTaken) ?? true) && allOf.every(isTaken);
}

/** Not just the keys that a form must have. */
const isForm = (way: Inner) => typeof way === 'object' && way.properties !== undefined;

/** Every schema inside, with its path. */
function parts(schema: Inner, path = '$'): readonly (readonly [string, JsonSchema])[] {
  if (typeof schema !== 'object') return [];
  return [
    [path, schema],
    ...Object.entries(schema.properties ?? {}).flatMap(([key, inner]) => parts(inner, `${path}.${key}`)),
    ...parts(schema.items as Inner, `${path}[]`),
    ...[...(schema.oneOf ?? []), ...(schema.anyOf ?? [])].filter(isForm).flatMap((form) => parts(form, path)),
    ...parts(schema.additionalProperties, `${path}.*`),
  ];
}

const example = () => parseYaml(fixture('federation.yaml')) as Record<string, Record<string, unknown>[]>;

function spoil(change: (file: ReturnType<typeof example>) => void): readonly string[] {
  const file = example();
  change(file);
  return refused(configurationJsonSchema(), file);
}

describe('the JSON Schema', () => {
  it('names its dialect and itself', () => {
    expect(configurationJsonSchema()).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: 'urn:azfed:schema:federation:1',
      title: 'azfed federation',
    });
  });

  it('accepts the example', () => {
    expect(refused(configurationJsonSchema(), example())).toEqual([]);
  });

  const entra = {
    type: 'entra',
    tenantId: '0a000000-0000-0000-0000-000000000001',
    clientId: '0a000000-0000-0000-0000-000000000002',
  };

  it('accepts an Entra credential', () => {
    const spoilt = spoil((file) => Object.assign(file['organizations']?.[0] ?? {}, { credential: entra }));
    expect(spoilt).toEqual([]);
  });

  it.each<[string, object]>([
    [
      'pairs with unmanaged permissions',
      { permissions: 'unmanaged', roles: [{ project: 'Shop', connection: 'web', role: 'az-web' }] },
    ],
    [
      'lists, no boundary and statements of others',
      {
        connections: { organization: ['contoso'], project: ['Shop', 'Web'], name: 'aws-*' },
        accounts: ['123456789012'],
        role: { path: '/', name: ['web', 'api'] },
        boundary: 'none',
        trust: {
          statements: { file: 'trust/others.json' },
          conditions: { IpAddress: { 'aws:SourceIp': ['192.0.2.0/24'] } },
          expectDeny: 'any',
        },
      },
    ],
  ])('accepts a grant with %s', (_what, grant) => {
    const spoilt = spoil((file) =>
      file['grants']?.splice(0, 1, { name: 'found', mode: 'observe', ...grant }),
    );
    expect(spoilt).toEqual([]);
  });

  it.each([
    ['an unknown key at the root', (file) => Object.assign(file, { grant: [] }), '$.grant'],
    [
      'an unknown key inside',
      (file) => Object.assign(file['grants']?.[0] ?? {}, { moode: 1 }),
      '$.grants[0].moode',
    ],
    ['a grant without mode', (file) => delete file['grants']?.[0]?.['mode'], '$.grants[0]'],
    ['a grant without boundary', (file) => delete file['grants']?.[1]?.['boundary'], '$.grants[1]'],
    [
      'a grant with patterns and pairs',
      (file) =>
        Object.assign(file['grants']?.[1] ?? {}, { roles: [{ project: 'P', connection: 'c', role: 'r' }] }),
      '$.grants[1]',
    ],
    [
      'an account id without quotes',
      (file) => Object.assign(file['accounts']?.[0] ?? {}, { id: 1 }),
      '$.accounts',
    ],
    [
      'a credential of no kind that there is',
      (file) => Object.assign(file['organizations']?.[0] ?? {}, { credential: { type: 'oauth' } }),
      '$.organizations[0].credential',
    ],
    [
      'an Entra credential with a secret',
      (file) => Object.assign(file['organizations']?.[0] ?? {}, { credential: { ...entra, secret: 'x' } }),
      '$.organizations[0].credential',
    ],
    [
      'a secret without a source',
      (file) => Object.assign(file['webhooks']?.[0] ?? {}, { secret: {} }),
      '$.webhooks[0].secret',
    ],
  ] satisfies [string, (file: ReturnType<typeof example>) => unknown, string][])(
    'refuses %s',
    (_what, change, path) => {
      expect(spoil(change)).toEqual([path]);
    },
  );

  it('describes every field', () => {
    const silent = parts(configurationJsonSchema())
      .filter(([path, { description }]) => description === undefined && !path.includes('.document.'))
      .map(([path]) => path);
    expect(silent).toEqual([]);
  });

  it('has only patterns that mean the same with and without the Unicode flag, as validators differ', () => {
    const patterns = parts(configurationJsonSchema()).flatMap(([, { pattern }]) => pattern ?? []);
    expect(patterns.length).toBeGreaterThan(8);
    for (const pattern of patterns) {
      expect(() => new RegExp(pattern, 'u')).not.toThrow();
      expect(pattern).not.toContain('\\p{');
    }
  });
});
