import { gunzipSync, gzipSync } from 'node:zlib';
import * as z from 'zod';
import { inventoryKey } from '../../contract/table-keys.ts';
import { canonicalJson } from '../../domain/kernel/digest.ts';
import type { OrganizationId } from '../../domain/kernel/ids.ts';
import { unknown } from '../../domain/kernel/result.ts';
import type {
  StoredPart,
  StoredIdentity,
  StoredProject,
  UnreadProject,
} from '../../domain/discovery/stored-inventory.ts';
import { partKey } from '../../domain/discovery/stored-inventory.ts';
import type { TableItem } from './item-mapping.ts';
import { hasTableKey, parseItem, unreadable } from './item-mapping.ts';
import type { Complete, Unknown } from '../../domain/kernel/result.ts';
import type { OrganizationIdentity } from '../../domain/azure-devops/inventory.ts';
import { isAwsConnection } from '../../domain/azure-devops/service-connection.ts';
import type { ServiceConnection } from '../../domain/azure-devops/service-connection.ts';
import type { Fields } from './stored-fields.ts';
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
} satisfies Fields<Unknown>);

/** A reading of what the schema describes. */
function reading<Value extends z.ZodType>(value: Value) {
  const whole = z.strictObject({ state: z.literal('complete'), value } satisfies Fields<Complete<unknown>>);
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
} satisfies Fields<ServiceConnection>);

const serviceConnection = storedConnection.transform(withoutGuesses);

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
    } satisfies Fields<OrganizationIdentity>),
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
      } satisfies Fields<UnreadProject>),
    ),
  ),
  resumeAt: z.exactOptional(projectId),
} satisfies Fields<Content<StoredIdentity>>);

const project = z.strictObject({
  kind: z.literal('project'),
  id: projectId,
  name: z.string(),
  connections: reading(list(serviceConnection)),
  unreadable: z.exactOptional(list(unread)),
} satisfies Fields<Content<StoredProject>>);

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

/** Without its key. */
export function toInventoryItem(part: StoredPart): TableItem {
  const { organizationId: _, version, ...content } = part;
  const text = canonicalJson(content);
  if (text.length <= READABLE) return { version, text };
  const packed = gzipSync(text);
  if (packed.length <= LARGEST) return { version, packed };
  if (part.kind === 'project') return toInventoryItem({ ...part, connections: tooMany });
  throw unreadable('write', inventoryKey(part.organizationId, partKey(part)), 'It is too large.');
}

const tooMany = unknown(
  'too-many-connections',
  'The project has more connections than azfed can keep. Split the project.',
);

/** Throws InvariantError, with the key, for an item that does not parse or lies under a key that is not its own. */
export function toStoredPart(organizationId: OrganizationId, stored: TableItem): StoredPart {
  const { version, text, packed } = parseItem(inventoryItem, stored);
  const json = packed ? unpacked(packed) : (text ?? '');
  const content = inventoryContent.safeParse(parseJson(json));
  if (!content.success) throw unreadable('read', stored, z.prettifyError(content.error));
  const part: StoredPart = { ...content.data, organizationId, version };
  const key = inventoryKey(organizationId, partKey(part));
  if (hasTableKey(stored, key)) return part;
  throw unreadable('read', stored, 'It lies under the key of another part.');
}

/** What is no gzip is nothing that the schema knows. */
export function unpacked(packed: Uint8Array): string {
  try {
    return gunzipSync(packed).toString('utf8');
  } catch {
    return '';
  }
}
