import { gunzipSync, gzipSync } from 'node:zlib';
import * as z from 'zod';
import { inventoryKey } from '../../contract/table-keys.ts';
import { canonicalJson } from '../../domain/kernel/digest.ts';
import type { OrganizationId } from '../../domain/kernel/ids.ts';
import { unknown } from '../../domain/kernel/result.ts';
import type { StoredPart } from '../../domain/discovery/stored-inventory.ts';
import { partKey } from '../../domain/discovery/stored-inventory.ts';
import type { TableItem } from './item-mapping.ts';
import { isAt, parseItem, unreadable } from './item-mapping.ts';
import { inventoryContent, inventoryItem } from './stored-inventory-schema.ts';

/** Short text stays as it is, so that people can read it in the console. */
const READABLE = 4_096;

/** An item may have 400 KB (Developer Guide, quotas); the rest is for its key and version. */
const LARGEST = 390 * 1_024;

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
  const content = inventoryContent.safeParse(jsonOf(json));
  if (!content.success) throw unreadable('read', stored, z.prettifyError(content.error));
  const part: StoredPart = { ...content.data, organizationId, version };
  const key = inventoryKey(organizationId, partKey(part));
  if (isAt(stored, key)) return part;
  throw unreadable('read', stored, 'It lies under the key of another part.');
}

/** What is no gzip is nothing that the schema knows. */
function unpacked(packed: Uint8Array): string {
  try {
    return gunzipSync(packed).toString('utf8');
  } catch {
    return '';
  }
}

/** What is no JSON is nothing that the schema knows. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
