import { createHash } from 'node:crypto';
import type { Json, JsonObject } from '../../../../shared/domain/policy/policy-document.ts';
import { isList, isObject } from '../../../../shared/domain/policy/policy-document.ts';

/** Numbers from 0 to below 1; the same for the same text. */
type Lot = () => number;

/**
 * A document as IAM gives it back: percent-encoded, and spelled anew. IAM keeps neither the order of keys and members
 * nor the difference between a scalar and a list of one (observed by controllers that compared text, e.g. ACK runtime
 * issue 243). The same salt gives the same spelling.
 */
export function respelledDocument(text: string, salt: string): string {
  const lot = drawLots(`${salt} ${text}`);
  return encodeRfc3986(JSON.stringify(respell(withVersion(JSON.parse(text) as JsonObject, lot), [], lot)));
}

/** Without a Version it is that of 2008 (IAM User Guide, version element); whether IAM says so is not documented. */
const withVersion = (document: JsonObject, lot: Lot): JsonObject =>
  document['Version'] === undefined && lot() < 0.5 ? { Version: '2008-10-17', ...document } : document;

/** RFC 3986 percent-encoding, as IAM returns every policy document (IAM API reference, GetRole). */
function encodeRfc3986(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function respell(value: Json, path: readonly string[], lot: Lot): Json {
  const inner = (member: Json) => (isObject(member) ? respellObject(member, path, lot) : asText(member, lot));
  if (isList(value)) {
    const members = shuffled(value.map(inner), lot);
    const [only] = members;
    return only !== undefined && members.length === 1 && mayBeScalar(path) && lot() < 0.5 ? only : members;
  }
  return mayBeScalar(path) && lot() < 0.5 ? [inner(value)] : inner(value);
}

/** Numbers, true and false are as good as texts (IAM User Guide, condition element). */
const asText = (member: Json, lot: Lot): Json =>
  (typeof member === 'number' || typeof member === 'boolean') && lot() < 0.5 ? String(member) : member;

function respellObject(value: JsonObject, path: readonly string[], lot: Lot): JsonObject {
  const members = Object.entries(value).flatMap(([key, member]) =>
    member === undefined ? [] : [[key, respell(member, [...path, key], lot)] as const],
  );
  return Object.fromEntries(shuffled(members, lot));
}

const setElements = ['Action', 'NotAction', 'Resource', 'NotResource'];

/** Where IAM's grammar takes a list or its only member. */
function mayBeScalar([root, element = '', second, third]: readonly string[]): boolean {
  if (root !== 'Statement') return false;
  if (element === '') return true;
  if (element === 'Principal' || element === 'NotPrincipal') return second !== undefined;
  return element === 'Condition' ? third !== undefined : setElements.includes(element);
}

function shuffled<T>(items: readonly T[], lot: Lot): readonly T[] {
  return items
    .map((item) => ({ item, rank: lot() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

/** A linear congruential generator (Numerical Recipes): enough to shuffle by, and cheap for thousands of documents. */
function drawLots(text: string): Lot {
  let state = createHash('sha256').update(text).digest().readUInt32LE();
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
