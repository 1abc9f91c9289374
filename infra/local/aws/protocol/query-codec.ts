import type { CreateRole$ } from '@aws-sdk/client-iam';
import { NormalizedSchema } from '@smithy/core/schema';
import { ServiceError } from './service-error.ts';

/** The AWS query protocol (Smithy specification), spoken from the schemas that the SDK exports for its operations. */
export type OperationSchema = typeof CreateRole$;

export type Form = ReadonlyMap<string, string>;

const namespaces = {
  iam: 'https://iam.amazonaws.com/doc/2010-05-08/',
  sts: 'https://sts.amazonaws.com/doc/2011-06-15/',
} as const;
export type ServiceName = keyof typeof namespaces;

export const serviceVersions: ReadonlyMap<string | undefined, ServiceName> = new Map([
  ['2010-05-08', 'iam'],
  ['2011-06-15', 'sts'],
]);

export function parseForm(body: string): Form {
  return new Map(new URLSearchParams(body));
}

/** Fields `A.B` and `A.member.1` as the operation's input. Throws ValidationError. */
export function decodeInput([, , , , input]: OperationSchema, form: Form): Record<string, unknown> {
  const present = new Set([...form.keys()].flatMap(listKeyPrefixes));
  return decodeStructure(NormalizedSchema.of(input), '', { form, present });
}

export function encodeOutput(
  service: ServiceName,
  [, , name, , , output]: OperationSchema,
  value: object,
  requestId: string,
): string {
  const schema = NormalizedSchema.of(output);
  const result = schema.isStructSchema()
    ? `<${name}Result>${encodeStructure(schema, value)}</${name}Result>`
    : '';
  return (
    `<${name}Response xmlns="${namespaces[service]}">${result}` +
    `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${name}Response>`
  );
}

export function encodeError(service: ServiceName, error: ServiceError, requestId: string): string {
  const type = error.status < 500 ? 'Sender' : 'Receiver';
  return (
    `<ErrorResponse xmlns="${namespaces[service]}"><Error><Type>${type}</Type><Code>${error.code}</Code>` +
    `<Message>${escapeText(error.message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`
  );
}

interface Source {
  readonly form: Form;
  /** Every field and everything that a field lies in. */
  readonly present: ReadonlySet<string>;
}

function listKeyPrefixes(key: string): readonly string[] {
  const parts = key.split('.');
  return parts.map((_part, index) => parts.slice(0, index + 1).join('.'));
}

function decodeStructure(schema: NormalizedSchema, prefix: string, source: Source): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  const required = requiredMembers(schema);
  for (const [name, member] of schema.structIterator()) {
    const key = prefix === '' ? name : `${prefix}.${name}`;
    if (source.present.has(key)) value[name] = decodeValue(member, key, source);
    else if (required.includes(name)) throw missing(name);
  }
  return value;
}

/** A structure's schema lists its required members first and ends with their number. */
function requiredMembers(schema: NormalizedSchema): readonly string[] {
  const source: unknown = schema.getSchema();
  if (!Array.isArray(source)) return [];
  const [, , , , names, , count] = source as readonly unknown[];
  return Array.isArray(names) && typeof count === 'number' ? (names as string[]).slice(0, count) : [];
}

function missing(name: string): ServiceError {
  const where = name.charAt(0).toLowerCase() + name.slice(1);
  return new ServiceError(
    'ValidationError',
    `1 validation error detected: Value null at '${where}' failed to satisfy constraint: Member must not be null`,
  );
}

function decodeValue(schema: NormalizedSchema, key: string, source: Source): unknown {
  if (schema.isStructSchema()) return decodeStructure(schema, key, source);
  if (schema.isListSchema()) return decodeList(schema.getValueSchema(), key, source);
  const text = source.form.get(key) ?? '';
  if (schema.isNumericSchema()) return decodeNumber(key, text);
  return schema.isBooleanSchema() ? text === 'true' : text;
}

function decodeList(item: NormalizedSchema, key: string, source: Source): readonly unknown[] {
  const values: unknown[] = [];
  for (let position = 1; source.present.has(`${key}.member.${position}`); position++) {
    values.push(decodeValue(item, `${key}.member.${position}`, source));
  }
  return values;
}

function decodeNumber(key: string, text: string): number {
  const value = Number(text);
  if (text === '' || !Number.isInteger(value)) {
    throw new ServiceError('ValidationError', `The value of ${key} is not an integer.`);
  }
  return value;
}

/**
 * The texts of structures in lists, for as long as the structure lives: a bulk read meets thousands of unchanged
 * roles. Holds because outputs are never modified and no structure stands in lists of two shapes.
 */
const encoded = new WeakMap<object, string>();

function encodeValue(schema: NormalizedSchema, value: unknown): string {
  if (schema.isListSchema()) return encodeList(schema.getValueSchema(), value as readonly unknown[]);
  if (schema.isMapSchema()) return encodeMap(schema.getValueSchema(), value as Record<string, unknown>);
  if (schema.isStructSchema()) return encodeStructure(schema, value as object);
  if (value instanceof Date) return value.toISOString().replace(/\.\d{3}Z$/, 'Z');
  return escapeText(String(value));
}

function encodeStructure(schema: NormalizedSchema, value: object): string {
  const members = value as Readonly<Record<string, unknown>>;
  let text = '';
  for (const [name, member] of schema.structIterator()) {
    const inner = members[name];
    if (inner !== undefined) text += `<${name}>${encodeValue(member, inner)}</${name}>`;
  }
  return text;
}

function encodeList(item: NormalizedSchema, values: readonly unknown[]): string {
  return values.map((value) => `<member>${encodeItem(item, value)}</member>`).join('');
}

function encodeItem(item: NormalizedSchema, value: unknown): string {
  if (typeof value !== 'object' || value === null) return encodeValue(item, value);
  const known = encoded.get(value);
  if (known !== undefined) return known;
  const text = encodeValue(item, value);
  encoded.set(value, text);
  return text;
}

function encodeMap(item: NormalizedSchema, values: Readonly<Record<string, unknown>>): string {
  return Object.entries(values)
    .map(
      ([key, value]) =>
        `<entry><key>${escapeText(key)}</key><value>${encodeValue(item, value)}</value></entry>`,
    )
    .join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

function escapeText(text: string): string {
  return text.replace(/[&<>"'\r]/g, (character) => entities[character] ?? '&#13;');
}
