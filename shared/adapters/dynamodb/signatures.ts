import { createHmac, timingSafeEqual } from 'node:crypto';
import { CONTROLS_PARTITION, CONTROLS_SORT_KEY, sortKeyPrefixes } from '../../contract/table-keys.ts';
import { canonicalJson } from '../../domain/kernel/digest.ts';
import { signatureAttribute, makeUnreadableError, type TableItem } from './item-mapping.ts';

/** What authorises: records of connections, and what people have decided. Told by the key, which a forger cannot choose. */
function isAuthority({ pk, sk }: TableItem): boolean {
  if (String(pk).split('#')[0] === CONTROLS_PARTITION) return sk === CONTROLS_SORT_KEY;
  return /^(?:ORG|ACCOUNT)#/.test(String(pk)) && String(sk).startsWith(sortKeyPrefixes.connection);
}

/** The item with its signature, where it is one of those that are signed. Key, version and every attribute are under it. */
export function signed(item: TableItem, key: Uint8Array | undefined): TableItem {
  return key && isAuthority(item) ? { ...item, [signatureAttribute]: computeSignature(item, key) } : item;
}

/** The key by which records are judged; `undefined`: none bears a signature. */
export interface SignatureJudge {
  readonly key: Uint8Array | undefined;
}

/**
 * Throws UpstreamError of an item that cannot be read where the signature is missing, or is of another item or key; and where
 * there is one and no key: it would be lost with the next write, and the others could read the record no more.
 */
export function assertSigned(stored: TableItem, { key }: SignatureJudge): void {
  if (!isAuthority(stored)) return;
  const given = stored[signatureAttribute];
  if (!key && given !== undefined)
    throw makeUnreadableError(
      'read',
      stored,
      'It is signed, and no key is named: set AZFED_RECORD_KEY to the output RecordKey of the stack.',
    );
  if (!key) return;
  if (given === undefined)
    throw makeUnreadableError(
      'read',
      stored,
      'It is not signed; where a person knows that it is right: azfed sign.',
    );
  if (typeof given !== 'string' || !isEqual(given, computeSignature(stored, key)))
    throw makeUnreadableError('read', stored, 'Its signature is wrong: somebody else has written it.');
}

function computeSignature(item: TableItem, key: Uint8Array): string {
  const { [signatureAttribute]: _, ...rest } = item;
  // As DynamoDB gives it back: without what is undefined.
  const text = canonicalJson(JSON.parse(JSON.stringify(rest)));
  return createHmac('sha256', key).update(text).digest('base64url');
}

function isEqual(given: string, right: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
