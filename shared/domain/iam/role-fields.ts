import { digest } from '../kernel/digest.ts';
import type { Difference } from '../kernel/difference.ts';
import { canonicalPolicy, policyDifferences } from '../policy/canonical-policy.ts';
import { isAlike } from '../kernel/json.ts';
import type { PolicyDocument } from '../policy/policy-document.ts';
import { allowingPart } from '../policy/live-trust.ts';
import type { RolePolicies, RoleState, FieldDigests } from './role.ts';

/** Stands for the digest of a field that is not there. */
export const ABSENT = 'absent';

/**
 * The fields of a role as digests of their canonical values: the unit in which drift is told and recorded.
 *
 *     trust | boundary | policies.managed.<arn> | policies.inline.<name> | maxSessionDuration | description | tags.<key>
 */
export const roleFields = (state: RoleState): FieldDigests => digestFields(listFields(state));

/** The fields of a role as it should be and as it is. What both spell alike is digested once: most of what is planned is such. */
export function compareRoleFields(
  expected: RoleState,
  actual: RoleState,
): { readonly desired: FieldDigests; readonly seen: FieldDigests } {
  const wanted = listFields(expected);
  const desired = digestFields(wanted);
  const seen: Record<string, string> = {};
  for (const [path, value] of Object.entries(listFields(actual))) {
    const [other, known] = [wanted[path], desired[path]];
    const isSame = other !== undefined && known !== undefined && isAlike(value, other);
    seen[path] = isSame ? known : digestField(value);
  }
  return { desired, seen };
}

type FieldValue = string | PolicyDocument;

function listFields(state: RoleState): Readonly<Record<string, FieldValue>> {
  const fields: Record<string, FieldValue> = {
    trust: state.trust,
    maxSessionDuration: String(state.maxSessionDuration),
    description: state.description,
  };
  if (state.boundary !== undefined) fields['boundary'] = state.boundary;
  addPolicies(fields, state);
  for (const [key, value] of Object.entries(state.tags)) {
    if (!isReserved(key)) fields[`tags.${key}`] = value;
  }
  return fields;
}

function digestFields(fields: Readonly<Record<string, FieldValue>>): FieldDigests {
  const digests: Record<string, string> = {};
  for (const [path, value] of Object.entries(fields)) digests[path] = digestField(value);
  return digests;
}

const digestField = (value: FieldValue): string =>
  typeof value === 'string' ? digest(value) : policyDigest(value);

/**
 * The fields of a role, to be compared with those that a write was to bring about: a Deny that somebody added to the trust
 * removes nothing of what was written.
 */
export function showFields(state: RoleState, expected: FieldDigests): FieldDigests {
  const fields = roleFields(state);
  const trust = trustDigest(state.trust);
  return trust === expected['trust'] ? { ...fields, trust } : fields;
}

/** The fields of policies alone. */
export function policyFields(policies: RolePolicies): FieldDigests {
  const fields: Record<string, FieldValue> = {};
  addPolicies(fields, policies);
  return digestFields(fields);
}

/** Into the object itself: planning makes these fields of every role, several times. */
function addPolicies(
  fields: Record<string, FieldValue>,
  { managedPolicies, inlinePolicies }: RolePolicies,
): void {
  for (const arn of managedPolicies) fields[`policies.managed.${arn}`] = arn;
  for (const [name, document] of Object.entries(inlinePolicies)) fields[`policies.inline.${name}`] = document;
}

/** AWS sets these itself and lets nobody write or remove them (IAM User Guide, rules for tagging). */
export const isReserved = (key: string): boolean => key.toLowerCase().startsWith('aws:');

/** The value under a name that somebody else chose: `constructor` is the name of a policy as any other. */
export function findValue<Value>(values: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

/** Equal for documents that mean the same, however they are spelled. */
export function policyDigest(document: PolicyDocument): string {
  const known = digests.get(document);
  if (known !== undefined) return known;
  const fresh = digest(JSON.stringify(canonicalPolicy(document)));
  digests.set(document, fresh);
  return fresh;
}

/** A document never changes, so that its digest is a part of it. A grant's policies stand in all of its roles. */
const digests = new WeakMap<PolicyDocument, string>();

/** Of a trust without its Deny statements: somebody may add one at any time, and what azfed wrote stands there all the same. */
export const trustDigest = (trust: PolicyDocument): string => policyDigest(allowingPart(trust));

/** Paths of the fields that are not equal, in order. */
export function differingFields(a: FieldDigests, b: FieldDigests): readonly string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((path) => a[path] !== b[path]).sort();
}

/** The difference in one field, as finely as a person can use it. */
export function describeField(path: string, expected: RoleState, actual: RoleState): readonly Difference[] {
  const [wanted, found] = [fieldValue(path, expected), fieldValue(path, actual)];
  if (isPolicyField(path) && wanted !== undefined && found !== undefined) {
    return policyDifferences(path, wanted as RoleState['trust'], found as RoleState['trust']);
  }
  return [
    {
      path,
      ...(wanted === undefined ? {} : { expected: wanted }),
      ...(found === undefined ? {} : { actual: found }),
    },
  ];
}

const isPolicyField = (path: string) => path === 'trust' || path.startsWith('policies.inline.');

/** The part of the path behind the prefix, or `undefined` when it has another one. Names may hold dots. */
export function parseFieldName(
  prefix: 'policies.managed.' | 'policies.inline.' | 'tags.',
  path: string,
): string | undefined {
  return path.startsWith(prefix) ? path.slice(prefix.length) : undefined;
}

function fieldValue(path: string, state: RoleState): unknown {
  const inline = parseFieldName('policies.inline.', path);
  const managed = parseFieldName('policies.managed.', path);
  const tag = parseFieldName('tags.', path);
  if (inline !== undefined) return findValue(state.inlinePolicies, inline);
  if (managed !== undefined) return state.managedPolicies.includes(managed) ? managed : undefined;
  if (tag !== undefined) return findValue(state.tags, tag);
  return state[path as 'trust' | 'boundary' | 'maxSessionDuration' | 'description'];
}
