import { createHash } from 'node:crypto';
import type { Call, Settings } from './operation.ts';
import { ServiceError } from './service-error.ts';

interface PageRequest {
  readonly MaxItems?: number | undefined;
  readonly Marker?: string | undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly rest: { readonly IsTruncated: boolean; readonly Marker?: string };
}

const DEFAULT_ITEMS = 100;
const LARGEST_PAGE = 1000;

/**
 * One page, in an order that has nothing to do with names. The marker says where to go on, so that items which come or
 * go in between move nobody else. A page may hold fewer than asked and still be truncated (IAM API reference, MaxItems).
 */
export function paginate<T>(
  { settings }: Call,
  items: readonly T[],
  readKey: (item: T) => string,
  { MaxItems = DEFAULT_ITEMS, Marker }: PageRequest,
): Page<T> {
  const after = Marker === undefined ? '' : readMarker(Marker);
  const left = items
    .filter((item) => readKey(item) > after)
    .sort((a, b) => (readKey(a) < readKey(b) ? -1 : 1));
  const first = left[0];
  const size = Math.min(MaxItems, first === undefined ? 1 : choosePageSize(settings, readKey(first)));
  const page = left.slice(0, size);
  const last = page.at(-1);
  const isTruncated = left.length > page.length && last !== undefined;
  return {
    items: page,
    rest: isTruncated ? { IsTruncated: true, Marker: writeMarker(readKey(last)) } : { IsTruncated: false },
  };
}

/** A server that was told to make small pages makes about half of them one item smaller yet, unless they are to be full. */
function choosePageSize({ pageSize, fullPages }: Settings, key: string): number {
  if (fullPages || pageSize >= LARGEST_PAGE || pageSize < 2) return pageSize;
  const byte = createHash('sha256').update(key).digest()[0] ?? 0;
  return byte % 2 === 0 ? pageSize : pageSize - 1;
}

function writeMarker(key: string): string {
  return Buffer.from(`after ${key}`).toString('base64url');
}

function readMarker(marker: string): string {
  const text = Buffer.from(marker, 'base64url').toString();
  if (!text.startsWith('after ')) throw new ServiceError('ValidationError', 'Invalid Marker.');
  return text.slice('after '.length);
}
