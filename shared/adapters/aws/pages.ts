import { TransientError } from '../../domain/kernel/errors.ts';

interface Page {
  readonly IsTruncated?: boolean | undefined;
  readonly Marker?: string | undefined;
}

/**
 * All pages of a list, in sequence. Throws TransientError `cut-short` for a list that says it goes on but not where,
 * or that leads back to where it was: half a list must not pass for a whole one.
 */
export async function readPages<Answer extends Page, Item>(
  list: string,
  fetchPage: (marker: { readonly Marker?: string }) => Promise<Answer>,
  itemsOf: (page: Answer) => readonly Item[] | undefined,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  const seen = new Set<string>();
  let marker: string | undefined;
  do {
    const page = await fetchPage(marker === undefined ? {} : { Marker: marker });
    items.push(...present(itemsOf(page), list));
    marker = nextMarker(page, list);
    if (marker !== undefined && seen.has(marker))
      throw new TransientError('cut-short', `${list} gave the same marker twice.`);
    if (marker !== undefined) seen.add(marker);
  } while (marker !== undefined);
  return items;
}

function nextMarker({ IsTruncated: isTruncated, Marker: marker }: Page, list: string): string | undefined {
  if (isTruncated !== true) return undefined;
  if (marker === undefined || marker === '')
    throw new TransientError('cut-short', `${list} goes on, but does not say where.`);
  return marker;
}

/**
 * The SDK reads any 200, a proxy's sign-in page too, as an answer without members. So a member that AWS always sends
 * has to be there: an empty list is one that was sent empty.
 */
export function present<Value>(value: Value | undefined, what: string): Value {
  if (value === undefined)
    throw new TransientError('unexpected-shape', `${what} was answered with something that is not of IAM.`);
  return value;
}
