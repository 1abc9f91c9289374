import { gzipSync } from 'node:zlib';
import * as z from 'zod';
import { sliceKey, slicePartKey } from '../../contract/table-keys.ts';
import type { AbsenceCount, AccountSlice, SliceHead } from '../../domain/discovery/account-slice.ts';
import { digestSlice } from '../../domain/discovery/account-slice.ts';
import { finding, findingCatalogue, type Finding, type FindingCode } from '../../domain/findings/finding.ts';
import { canonicalJson } from '../../domain/kernel/digest.ts';
import { parseJson } from '../../domain/kernel/json.ts';
import { LARGEST, storedConnection, unpacked } from './inventory-mapping.ts';
import { parseItem, schemaStamp, makeUnreadableError, type TableItem } from './item-mapping.ts';
import type { FieldSchemas } from './stored-fields.ts';
import { accountId, connectionId, list, organizationId, projectId } from './stored-fields.ts';

/** Of an organization as a whole. How severe it is, is said by the catalogue of the release that reads it. */
const storedFinding = z
  .strictObject({
    code: z.custom<FindingCode>((code) => typeof code === 'string' && Object.hasOwn(findingCatalogue, code)),
    message: z.string(),
    evidence: z.record(z.string(), z.unknown()),
  })
  .transform(({ code, message, evidence }): Finding => finding(code, message, { evidence }));

const sliceContent = z.strictObject({
  account: accountId,
  organizationId,
  basis: z.string(),
  name: z.string(),
  isRead: z.boolean(),
  isComplete: z.boolean(),
  findings: list(storedFinding),
  connections: list(storedConnection),
  unsettled: list(connectionId),
  wholeProjects: list(projectId),
  unlisted: list(connectionId),
  elsewhere: list(z.strictObject({ connectionId, home: z.exactOptional(accountId) })),
  absence: z.exactOptional(
    z.strictObject({ missing: z.number(), kept: z.number() } satisfies FieldSchemas<AbsenceCount>),
  ),
} satisfies FieldSchemas<AccountSlice>);

/** `parts`: in how many items it lies, this one included. */
const headItem = z.strictObject({
  version: z.int().positive(),
  digest: z.string(),
  parts: z.int().positive(),
  packed: z.instanceof(Uint8Array),
});

const partItem = z.strictObject({ packed: z.instanceof(Uint8Array) });

interface SliceItems {
  readonly head: TableItem;
  /** Written before the head, which names them by its digest. */
  readonly others: readonly TableItem[];
}

export function toSliceItems(slice: AccountSlice, version: number): SliceItems {
  const { account, organizationId: organization, findings, ...rest } = slice;
  const stored = findings.map(({ code, message, evidence }) => ({ code, message, evidence }));
  const content = { account, organizationId: organization, findings: stored, ...rest };
  const packed = gzipSync(canonicalJson(content));
  const digest = digestSlice(slice);
  const parts = Math.max(1, Math.ceil(packed.length / LARGEST));
  const cut = (index: number) => packed.subarray(index * LARGEST, (index + 1) * LARGEST);
  const others = Array.from({ length: parts - 1 }, (_, index) => ({
    ...slicePartKey(account, organization, digest, index + 1),
    ...schemaStamp,
    packed: cut(index + 1),
  }));
  const head = { ...sliceKey(account, organization), ...schemaStamp, version, digest, parts };
  return { head: { ...head, packed: cut(0) }, others };
}

/** Throws UpstreamError for a head that this release cannot read. */
export function toSliceHead(stored: TableItem): SliceHead {
  const head = headItem.omit({ packed: true });
  return parseItem(head, stored);
}

/** Whole, from the items of one slice in any order. Throws UpstreamError for what is not one. */
export function toSlice(head: TableItem, others: readonly TableItem[]): AccountSlice {
  const { digest, parts, packed } = parseItem(headItem, head);
  const key = String(head['sk']);
  const pieces = others
    .filter(({ sk }) => String(sk).startsWith(`${key}#${digest}#`))
    .sort((a, b) => (String(a['sk']) < String(b['sk']) ? -1 : 1))
    .map((item) => parseItem(partItem, item).packed);
  if (pieces.length !== parts - 1) throw makeUnreadableError('read', head, 'A part of it is not there.');
  const content = sliceContent.safeParse(parseJson(unpacked(Buffer.concat([packed, ...pieces]))));
  if (!content.success) throw makeUnreadableError('read', head, z.prettifyError(content.error));
  const slice: AccountSlice = content.data;
  const own = sliceKey(slice.account, slice.organizationId);
  if (head['pk'] === own.pk && head['sk'] === own.sk && digestSlice(slice) === digest) return slice;
  throw makeUnreadableError('read', head, 'It holds another slice.');
}
