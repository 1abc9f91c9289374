import { inventoryKey, organizationPartition, sortKeyPrefixes } from '../../contract/table-keys.ts';
import { parseProjectId, type OrganizationId } from '../../domain/kernel/ids.ts';
import { unknown } from '../../domain/kernel/result.ts';
import { partKey, type StoredPart, type StoredProject } from '../../domain/discovery/stored-inventory.ts';
import { rethrowUnlessConflict } from '../../domain/kernel/errors.ts';
import type { ServiceConnection } from '../../domain/azure-devops/service-connection.ts';
import type { Clock } from '../../ports/clock.ts';
import type { InventoryStore } from '../../ports/state.ts';
import { toInventoryItems, toSharedConnection, toStoredPart } from './inventory-mapping.ts';
import { readOrReplace, readVersion, schemaStamp, type TableItem } from './item-mapping.ts';
import { deleteItem, expecting, putItem, queryPrefix, type TableAccess } from './dynamo-table.ts';

/** Connections that several projects list, as the last read found them. */
interface SharedItems {
  /** Digests of those that a project names: nobody takes them away. */
  readonly named: Set<string>;
  /** When those were written that no project names, by the digest. */
  readonly unused: ReadonlyMap<string, number>;
}

export function createDynamoInventoryStore(access: TableAccess, clock: Clock): InventoryStore {
  const shared = new Map<OrganizationId, SharedItems>();
  return {
    async read(organization) {
      const { parts, ...found } = await read(access, organization);
      shared.set(organization, found);
      return parts;
    },
    write: (part) => write(access, part, shared.get(part.organizationId)?.named ?? new Set(), clock.now()),
    remove: (project) => remove(access, project),
    removeUnused: (organization) => removeUnused(access, organization, shared.get(organization)),
  };
}

async function read(
  access: TableAccess,
  organization: OrganizationId,
): Promise<SharedItems & { readonly parts: readonly StoredPart[] }> {
  const items = await queryPrefix(access, organizationPartition(organization), sortKeyPrefixes.inventory);
  const [own, others] = [items.filter(isShared), items.filter((item) => !isShared(item))];
  const shared = new Map(
    own.map((item) => {
      // Projects that name one that this release cannot read count as unread.
      const connection = readOrReplace(
        () => toSharedConnection(item),
        () => undefined,
      );
      return [readDigest(item), connection] as const;
    }),
  );
  const named = new Set<string>();
  const parts = others.map((item) =>
    readPart(organization, item, (digest) => {
      named.add(digest);
      return shared.get(digest)?.connection;
    }),
  );
  const unused = [...shared].filter(([digest]) => !named.has(digest));
  return { parts, named, unused: new Map(unused.map(([digest, one]) => [digest, one?.writtenAt ?? 0])) };
}

const SHARED = `${sortKeyPrefixes.inventory}SHARED#`;
const isShared = ({ sk }: TableItem) => String(sk).startsWith(SHARED);
const readDigest = ({ sk }: TableItem) => String(sk).slice(SHARED.length);

/** What a project names is there before it. `named`: what is there already. */
async function write(access: TableAccess, part: StoredPart, named: Set<string>, now: number): Promise<void> {
  const { item, shared } = toInventoryItems({ ...part, version: part.version + 1 });
  for (const [digest, content] of shared) {
    if (named.has(digest)) continue;
    const key = inventoryKey(part.organizationId, `SHARED#${digest}`);
    await putItem(access, { ...key, ...schemaStamp, writtenAt: now, ...content });
    named.add(digest);
  }
  await putItem(access, { ...makeKey(part), ...schemaStamp, ...item }, expecting(part.version));
}

/** Where somebody has written one again since the read, a project may name it: it stays. */
async function removeUnused(
  access: TableAccess,
  organization: OrganizationId,
  { named, unused }: SharedItems = { named: new Set(), unused: new Map() },
): Promise<void> {
  for (const [digest, writtenAt] of unused) {
    if (named.has(digest)) continue;
    const key = inventoryKey(organization, `SHARED#${digest}`);
    const isAsRead = {
      ConditionExpression: '#writtenAt = :writtenAt',
      ExpressionAttributeNames: { '#writtenAt': 'writtenAt' },
      ExpressionAttributeValues: { ':writtenAt': writtenAt },
    };
    await deleteItem(access, key, isAsRead).catch(rethrowUnlessConflict);
  }
}

const remove = (access: TableAccess, project: StoredProject): Promise<void> =>
  deleteItem(access, makeKey(project), expecting(project.version));

/** A part that this release cannot read counts as unread; the next discovery writes it anew. */
function readPart(
  organizationId: OrganizationId,
  item: TableItem,
  readShared: (digest: string) => ServiceConnection | undefined,
): StoredPart {
  return readOrReplace(
    () => toStoredPart(organizationId, item, readShared),
    (error) => {
      const unread = unknown(error.code, error.message);
      const own = { organizationId, version: readVersion(item) };
      const id = parseProjectId(String(item['sk']).slice(`${sortKeyPrefixes.inventory}PROJECT#`.length));
      return id
        ? { kind: 'project', ...own, id, name: id, connections: unread }
        : { kind: 'identity', ...own, organizationName: organizationId, identity: unread, list: unread };
    },
  );
}

const makeKey = (part: StoredPart) => inventoryKey(part.organizationId, partKey(part));
