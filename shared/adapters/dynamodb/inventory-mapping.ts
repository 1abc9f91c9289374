import { gunzipSync, gzipSync } from 'node:zlib';
import * as z from 'zod';
import { inventoryKey } from '../../contract/table-keys.ts';
import { canonicalJson } from '../../domain/kernel/digest.ts';
import type { OrganizationId } from '../../domain/kernel/ids.ts';
import { complete, unknown, type Complete, type Unknown } from '../../domain/kernel/result.ts';
import type {
  StoredPart,
  StoredIdentity,
  StoredProject,
  UnreadProject,
} from '../../domain/discovery/stored-inventory.ts';
import { partKey } from '../../domain/discovery/stored-inventory.ts';
import { hasTableKey, parseItem, makeUnreadableError, type TableItem } from './item-mapping.ts';
import type { OrganizationIdentity } from '../../domain/azure-devops/inventory.ts';
import { digestConnection, isAwsConnection, isShared } from '../../domain/azure-devops/service-connection.ts';
import type { ServiceConnection } from '../../domain/azure-devops/service-connection.ts';
import type { FieldSchemas } from './stored-fields.ts';
import {
  connectionId,
  connectionReference,
  isoTime,
  list,
  organizationId,
  projectId,
} from './stored-fields.ts';
import { parseJson } from '../../domain/kernel/json.ts';

const unread = z.strictObject({
  state: z.literal('unknown'),
  code: z.string(),
  message: z.string(),
} satisfies FieldSchemas<Unknown>);

/** A reading of what the schema describes. */
function reading<Value extends z.ZodType>(value: Value) {
  const whole = z.strictObject({ state: z.literal('complete'), value } satisfies FieldSchemas<
    Complete<unknown>
  >);
  return z.discriminatedUnion('state', [whole, unread]);
}

export const storedConnection = z.strictObject({
  id: connectionId,
  type: z.string().nullable(),
  references: list(connectionReference),
  hidesReferences: z.exactOptional(z.enum(['all', 'some'])),
  requestedRoleArn: z.string().nullable(),
  oidc: z.enum(['on', 'off', 'unclear']).nullable(),
  unset: z.exactOptional(list(z.enum(['assumeRoleArn', 'useOIDC']))),
  powerShellOidc: z.exactOptional(z.boolean()),
  hasAccessKey: z.boolean().nullable(),
  hasExternalId: z.boolean().nullable(),
  sessionName: z.exactOptional(z.string()),
  isDisabled: z.boolean().nullable(),
  isReady: z.boolean().nullable(),
} satisfies FieldSchemas<ServiceConnection>);

/** In place of a connection that several projects list, the digest under which it lies. */
const sharedConnection = z.strictObject({ shared: z.string() });

const serviceConnection = z.union([sharedConnection, storedConnection.transform(withoutGuesses)]);

/**
 * The release before stored a connection whose parameters were not shown as one that asks for nothing. An AWS connection that
 * asks for nothing, and of which nothing says that parameters were seen, is taken for such a one until it is read again.
 */
function withoutGuesses(stored: ServiceConnection): ServiceConnection {
  const { oidc, requestedRoleArn, hasAccessKey, hasExternalId, powerShellOidc } = stored;
  const asksForNothing = oidc === 'off' && requestedRoleArn === '' && !hasAccessKey && !hasExternalId;
  if (!isAwsConnection(stored) || !asksForNothing || powerShellOidc !== undefined) return stored;
  return { ...stored, oidc: null, requestedRoleArn: null, hasAccessKey: null, hasExternalId: null };
}

/** What is in the text of an item: key and version stand beside it. */
type Content<Part> = Omit<Part, 'organizationId' | 'version'>;

const identity = z.strictObject({
  kind: z.literal('identity'),
  organizationName: z.string(),
  identity: reading(
    z.strictObject({
      id: organizationId,
      name: z.string(),
      nameProblem: z.exactOptional(unread),
    } satisfies FieldSchemas<OrganizationIdentity>),
  ),
  list: reading(z.literal('whole')),
  unreadable: z.exactOptional(list(unread)),
  unread: z.exactOptional(
    list(
      z.strictObject({
        id: projectId,
        name: z.string(),
        reason: unread,
        since: isoTime,
      } satisfies FieldSchemas<UnreadProject>),
    ),
  ),
  resumeAt: z.exactOptional(projectId),
} satisfies FieldSchemas<Content<StoredIdentity>>);

const project = z.strictObject({
  kind: z.literal('project'),
  id: projectId,
  name: z.string(),
  connections: reading(list(serviceConnection)),
  unreadable: z.exactOptional(list(unread)),
} satisfies FieldSchemas<Omit<Content<StoredProject>, 'isFormer'>>);

const inventoryContent = z.discriminatedUnion('kind', [identity, project]);

/** Text as it is, or packed by gzip where it is long. */
const inventoryItem = z.strictObject({
  version: z.int().positive(),
  text: z.exactOptional(z.string()),
  packed: z.exactOptional(z.instanceof(Uint8Array)),
});

/** Short text stays as it is, so that people can read it in the console. */
const READABLE = 4_096;

/** An item may have 400 KB (Developer Guide, quotas); the rest is for its key and version. */
export const LARGEST = 390 * 1_024;

/** What one part lies in. */
interface InventoryItems {
  /** Without its key. */
  readonly item: TableItem;
  /** Connections that it names by their digests. */
  readonly shared: ReadonlyMap<string, TableItem>;
}

export function toInventoryItems(part: StoredPart): InventoryItems {
  const { organizationId, version, ...content } = part;
  if (content.kind === 'identity') {
    const packed = pack(content);
    if (packed) return { item: { version, ...packed }, shared: new Map() };
    throw makeUnreadableError('write', inventoryKey(organizationId, partKey(part)), 'It is too large.');
  }
  const { isFormer: _, ...project } = content;
  const all = project.connections.state === 'complete' ? project.connections.value : [];
  const shared = new Map(
    all.filter(isShared).map((connection) => [digestConnection(connection), packShared(connection)] as const),
  );
  const named = all.map((one) => (isShared(one) ? { shared: digestConnection(one) } : one));
  const connections = project.connections.state === 'complete' ? complete(named) : project.connections;
  const packed = pack({ ...project, connections });
  const parts = [...shared].flatMap(([content, one]) => (one ? [[content, one] as const] : []));
  if (packed && parts.length === shared.size) return { item: { version, ...packed }, shared: new Map(parts) };
  return { item: { version, ...pack({ ...project, connections: tooMany }) }, shared: new Map() };
}

const packedOnes = new WeakMap<ServiceConnection, { readonly packed: TableItem | undefined }>();

/** Each project that names it asks for it. */
function packShared(connection: ServiceConnection): TableItem | undefined {
  const known = packedOnes.get(connection) ?? { packed: pack(connection) };
  packedOnes.set(connection, known);
  return known.packed;
}

/** `undefined`: it has no room in an item. */
function pack(content: unknown): TableItem | undefined {
  const text = canonicalJson(content);
  if (text.length <= READABLE) return { text };
  const packed = gzipSync(text);
  return packed.length <= LARGEST ? { packed } : undefined;
}

const tooMany = unknown(
  'too-many-connections',
  'The project has more connections than azfed can keep. Split the project.',
);

const sharedItem = inventoryItem.omit({ version: true }).extend({ writtenAt: z.number() });

/** When it was written last, and the connection. Throws UpstreamError for an item that does not parse, or holds another one. */
export function toSharedConnection(stored: TableItem): {
  readonly writtenAt: number;
  readonly connection: ServiceConnection;
} {
  const { writtenAt, ...content } = parseItem(sharedItem, stored);
  const connection = storedConnection.safeParse(unpackJson(content));
  if (!connection.success) throw makeUnreadableError('read', stored, z.prettifyError(connection.error));
  if (String(stored['sk']).endsWith(`#${digestConnection(connection.data)}`))
    return { writtenAt, connection: connection.data };
  throw makeUnreadableError('read', stored, 'It holds another connection.');
}

/** Throws UpstreamError, with the key, for an item that does not parse or lies under a key that is not its own. */
export function toStoredPart(
  organizationId: OrganizationId,
  stored: TableItem,
  readShared: (digest: string) => ServiceConnection | undefined,
): StoredPart {
  const { version, ...packed } = parseItem(inventoryItem, stored);
  const content = inventoryContent.safeParse(unpackJson(packed));
  if (!content.success) throw makeUnreadableError('read', stored, z.prettifyError(content.error));
  const { data } = content;
  const part: StoredPart =
    data.kind === 'identity'
      ? { ...data, organizationId, version }
      : { ...data, ...resolveShared(data.connections, stored, readShared), organizationId, version };
  const key = inventoryKey(organizationId, partKey(part));
  if (hasTableKey(stored, key)) return part;
  throw makeUnreadableError('read', stored, 'It lies under the key of another part.');
}

/** The release before stored a connection that is shared with each of its projects. */
function resolveShared(
  connections: z.output<typeof project>['connections'],
  stored: TableItem,
  readShared: (digest: string) => ServiceConnection | undefined,
): Pick<StoredProject, 'connections' | 'isFormer'> {
  if (connections.state === 'unknown') return { connections };
  const isFormer = connections.value.some((one) => !('shared' in one) && isShared(one));
  const all = connections.value.map((one) => {
    const connection = 'shared' in one ? readShared(one.shared) : one;
    if (connection) return connection;
    throw makeUnreadableError('read', stored, 'A connection that it names is not there.');
  });
  return { connections: complete(all), ...(isFormer ? { isFormer } : {}) };
}

function unpackJson(stored: { readonly text?: string; readonly packed?: Uint8Array }): unknown {
  const { text = '', packed } = stored;
  return parseJson(packed ? unpacked(packed) : text);
}

/** What is no gzip is nothing that the schema knows. */
export function unpacked(packed: Uint8Array): string {
  try {
    return gunzipSync(packed).toString('utf8');
  } catch {
    return '';
  }
}
