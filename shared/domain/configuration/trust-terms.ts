import { escapePlaceholders, fillPlaceholders, type Partition } from '../kernel/arn.ts';
import type { AccountId } from '../kernel/ids.ts';
import { isList, isObject, type Json } from '../policy/policy-document.ts';
import type { TrustTerms } from './configuration.ts';

/** The grant adds nothing to the trust, and expects no Deny there. */
export const PLAIN_TRUST: TrustTerms = { statements: [], conditions: {}, expectDeny: 'none' };

/** The terms as they are in the account and the partition of a role. */
export function placeTrust(terms: TrustTerms, partition: Partition, account: AccountId): TrustTerms {
  return placeText(terms as unknown as Json, (text) =>
    fillPlaceholders(text, partition, account),
  ) as unknown as TrustTerms;
}

/** What stands in a live trust, as a configuration says it: text that looks like a placeholder stays text. */
export function escapeTrust<Value>(value: Value): Value {
  return placeText(value as Json, escapePlaceholders) as Value;
}

/** Values and keys alike: condition keys hold the issuer. */
function placeText(value: Json | undefined, place: (text: string) => string): Json | undefined {
  if (typeof value === 'string') return place(value);
  if (isList(value)) return value.map((member) => placeText(member, place) ?? null);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [place(key), placeText(member, place)]),
  );
}
