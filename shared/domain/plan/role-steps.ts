import type { PolicyDocument } from '../policy/policy-document.ts';
import { samePolicy } from '../policy/canonical-policy.ts';
import type { RoleArn } from '../kernel/ids.ts';
import type { RoleState, FieldDigests } from '../iam/role.ts';
import type { RoleDesign } from '../desired/role-design.ts';
import { ABSENT, parseFieldName, roleFields, trustDigest, findValue } from '../iam/role-fields.ts';
import { REVOCATION_PATH, REVOCATION_POLICY } from './revocation.ts';
import type { Step, Steps, WriteStep } from '../iam/iam-operation.ts';
import { closedTrust, narrowedTrust } from '../policy/trust-narrowing.ts';
import { keepDenials } from './foreign-deny.ts';

/**
 * A new role: with its boundary and a trust that nobody can satisfy, then its policies, read back, opened last. A crash
 * anywhere leaves it closed.
 */
export function creationSteps(role: RoleArn, { state, trust }: RoleDesign): Steps {
  // Nobody at all comes in before the role is whole.
  const closed = { ...state, trust: closedTrust({ ...trust, statements: [] }) };
  return {
    narrowing: [],
    widening: [
      ...buildRole(role, closed),
      { action: 'readBack', role, expected: roleFields(closed) },
      { action: 'setTrust', role, trust: state.trust },
      { action: 'readBack', role, expected: { trust: trustDigest(state.trust) } },
    ],
  };
}

/** `state`: with a trust that nobody can satisfy. */
export function buildRole(role: RoleArn, state: RoleState): readonly Step[] {
  const { trust, boundary, maxSessionDuration, description, tags } = state;
  return [
    { action: 'createRole', role, trust, boundary, maxSessionDuration, description, tags },
    ...state.managedPolicies.map((policy): Step => ({ action: 'attachManagedPolicy', role, policy })),
    ...Object.entries(state.inlinePolicies).map(([name, document]): Step => ({
      action: 'putInlinePolicy',
      role,
      name,
      document,
    })),
  ];
}

/** `trust`: what is left of the live trust, never more than that; left out when nothing is to be taken out of it. */
export function closingSteps(
  role: RoleArn,
  trust: PolicyDocument | undefined,
  fixing: Pick<FieldRepair, 'revokes' | 'quarantines'>,
): Steps {
  const closing = trust
    ? readBack(role, [{ action: 'setTrust', role, trust }], { trust: trustDigest(trust) })
    : [];
  return { narrowing: [...closing, ...revoking(role, fixing)], widening: [] };
}

/** When nobody new gets in any more, those who are in are put out. */
function revoking(
  role: RoleArn,
  { revokes, quarantines }: Pick<FieldRepair, 'revokes' | 'quarantines'>,
): readonly Step[] {
  return revokes ? [{ action: 'revokeSessions', role, ...(quarantines ? { quarantines } : {}) }] : [];
}

/** What of a role is to be fixed. */
export interface FieldRepair {
  /** Paths of the fields that differ. */
  readonly fields: readonly string[];
  /** Those of them on which somebody's Deny stands. */
  readonly denials: readonly string[];
  /** Those of them that are as azfed last wrote them: the configuration has changed, and nobody has changed IAM. */
  readonly asWritten: readonly string[];
  /** Those of them whose wanted value AWS does not have: they come last, and wait. */
  readonly lacking: readonly string[];
  readonly isWideningHeld: boolean;
  /** Nobody new is let in, because of a Deny in the trust; the rest is widened all the same. */
  readonly isTrustHeld: boolean;
  /** Sessions that were issued before the narrowing are revoked. */
  readonly revokes: boolean;
  /** And those that are issued within a while after it. */
  readonly quarantines?: boolean;
}

/**
 * One write for each field that differs, ordered so that nothing widens while a narrowing is pending:
 * the trust that shuts somebody out, foreign policies off, the boundary, policies that somebody rewrote, shorter sessions;
 * read back; sessions that were issued until then revoked, where that is asked for; only then what the configuration has
 * replaced, policies that are missing, longer sessions, marks; read back; then the trust that lets somebody in.
 *
 * What only takes away comes before what replaces, which AWS can refuse for the sake of the new value.
 *
 * A trust that both lets in too many and too few is first narrowed to what both agree on. Where it is all there is to do,
 * one write can do both at the same moment. Where somebody put a Deny, it stays and the rest is fixed.
 */
export function repairSteps(
  role: RoleArn,
  design: RoleDesign,
  observed: RoleState,
  fixing: FieldRepair,
): Steps {
  const { fields: differing, denials, asWritten, lacking, isWideningHeld, isTrustHeld, revokes } = fixing;
  const state = denials.length > 0 ? keepDenials(design, observed) : design.state;
  const [expected, seen] = [roleFields(state), roleFields(observed)];
  const fields = differing.filter((path) => path === 'trust' || expected[path] !== seen[path]);
  const pick = (paths: readonly string[]) =>
    Object.fromEntries(paths.map((path) => [path, expected[path] ?? ABSENT]));
  const { early, late } = splitFields(fields, state, observed, { asWritten, lacking });
  const isAlone = early.length + late.length === 0 && !isWideningHeld && !revokes;
  const trust = fields.includes('trust')
    ? trustSteps(role, { ...design, state }, observed, isTrustHeld)
    : { narrow: [], widen: [] };

  const narrowing = [...trust.narrow, ...fieldSteps(role, state, observed, early)];
  const additions = fieldSteps(role, state, observed, late);
  const narrowed = Object.fromEntries(trust.narrow.map((step) => ['trust', trustDigest(step.trust)]));
  const opening = readBack(role, trust.widen, { trust: trustDigest(state.trust) });
  return {
    narrowing: [...readBack(role, narrowing, { ...pick(early), ...narrowed }), ...revoking(role, fixing)],
    widening: [...readBack(role, additions, pick(late)), ...opening],
    ...(isAlone && trust.narrow.length > 0 && opening.length > 0 ? { atOnce: opening } : {}),
  };
}

/** Without the trust. early: what takes access away, pure removals first. late: the rest, what replaces first. */
function splitFields(
  fields: readonly string[],
  desired: RoleState,
  observed: RoleState,
  { asWritten, lacking }: Pick<FieldRepair, 'asWritten' | 'lacking'>,
): { readonly early: readonly string[]; readonly late: readonly string[] } {
  const [replaces, others] = partition(fields, (path) => isReplacement(path, desired, observed));
  const narrows = (path: string) => path !== 'trust' && isNarrowing(path, desired, observed);
  // One write sets session duration and description, so that they are fixed together.
  const isShorter = fields.includes('maxSessionDuration') && narrows('maxSessionDuration');
  const isEarly = (path: string) =>
    !lacking.includes(path) && (path === 'description' ? isShorter : narrows(path));
  const [removals, additions] = partition(others, isEarly);
  const [rewritten, rollouts] = partition(replaces, (path) => isEarly(path) && !asWritten.includes(path));
  return {
    early: [...removals, ...rewritten],
    late: [...rollouts, ...additions.filter((path) => path !== 'trust')],
  };
}

function partition<Item>(items: readonly Item[], matches: (item: Item) => boolean): [Item[], Item[]] {
  return [items.filter(matches), items.filter((item) => !matches(item))];
}

type SetTrust = Extract<WriteStep, { action: 'setTrust' }>;

/** At most one write each. */
interface TrustSteps {
  readonly narrow: readonly SetTrust[];
  readonly widen: readonly SetTrust[];
}

function trustSteps(
  role: RoleArn,
  { state, trust }: RoleDesign,
  observed: RoleState,
  isHeld: boolean,
): TrustSteps {
  const narrowed = narrowedTrust(observed.trust, trust);
  const whole: SetTrust = { action: 'setTrust', role, trust: state.trust };
  const narrow = narrowed ? [{ ...whole, trust: narrowed }] : [];
  if (!isHeld && samePolicy(observed.trust, state.trust)) return { narrow: [], widen: [] };
  if (isHeld || (narrowed && samePolicy(narrowed, state.trust))) return { narrow, widen: [] };
  return { narrow, widen: [whole] };
}

/** The boundary, or a policy with the right name and other content: the write takes away and gives in one. */
function isReplacement(path: string, desired: RoleState, observed: RoleState): boolean {
  const inline = parseFieldName('policies.inline.', path);
  if (inline === undefined) return path === 'boundary' && desired.boundary !== undefined;
  return (
    findValue(desired.inlinePolicies, inline) !== undefined &&
    findValue(observed.inlinePolicies, inline) !== undefined
  );
}

/** Whether fixing the field, which is not the trust, takes access away. Marks give none. */
export function isNarrowing(path: string, desired: RoleState, observed: RoleState): boolean {
  const managed = parseFieldName('policies.managed.', path);
  const inline = parseFieldName('policies.inline.', path);
  if (managed !== undefined) return !desired.managedPolicies.includes(managed);
  if (path === REVOCATION_PATH) return findValue(desired.inlinePolicies, REVOCATION_POLICY) !== undefined;
  // A policy with the right name and other content is replaced at once: what it wrongly allows goes first.
  if (inline !== undefined) return findValue(observed.inlinePolicies, inline) !== undefined;
  if (path === 'maxSessionDuration') return desired.maxSessionDuration < observed.maxSessionDuration;
  // One that is not asked for takes away, and stays.
  return path === 'boundary' && desired.boundary !== undefined;
}

function fieldSteps(
  role: RoleArn,
  desired: RoleState,
  observed: RoleState,
  paths: readonly string[],
): readonly WriteStep[] {
  const single = paths.flatMap((path): WriteStep[] => {
    const managed = parseFieldName('policies.managed.', path);
    const inline = parseFieldName('policies.inline.', path);
    if (path === 'boundary')
      return desired.boundary === undefined
        ? []
        : [{ action: 'setBoundary', role, boundary: desired.boundary }];
    if (managed !== undefined) {
      const action = desired.managedPolicies.includes(managed)
        ? 'attachManagedPolicy'
        : 'detachManagedPolicy';
      return [{ action, role, policy: managed }];
    }
    if (inline !== undefined) {
      const document = findValue(desired.inlinePolicies, inline);
      return [
        document
          ? { action: 'putInlinePolicy', role, name: inline, document }
          : { action: 'deleteInlinePolicy', role, name: inline },
      ];
    }
    return [];
  });
  return [
    ...single,
    ...updateSteps(role, desired, observed, paths),
    ...tagSteps(role, desired, observed, paths),
  ];
}

/** The field that is not to be fixed now is written as it is. */
function updateSteps(
  role: RoleArn,
  desired: RoleState,
  observed: RoleState,
  paths: readonly string[],
): readonly WriteStep[] {
  const [setsDuration, setsDescription] = [
    paths.includes('maxSessionDuration'),
    paths.includes('description'),
  ];
  if (!setsDuration && !setsDescription) return [];
  const { maxSessionDuration } = setsDuration ? desired : observed;
  const { description } = setsDescription ? desired : observed;
  return [{ action: 'updateRole', role, maxSessionDuration, description }];
}

function tagSteps(
  role: RoleArn,
  desired: RoleState,
  observed: RoleState,
  paths: readonly string[],
): readonly WriteStep[] {
  const keys = paths.flatMap((path) => parseFieldName('tags.', path) ?? []);
  const wanted = keys.flatMap((key) => {
    const value = findValue(desired.tags, key);
    return value === undefined ? [] : [[key, value] as const];
  });
  const foreign = keys.filter(
    (key) => findValue(desired.tags, key) === undefined && findValue(observed.tags, key) !== undefined,
  );
  return [
    ...(foreign.length > 0 ? [{ action: 'untagRole', role, keys: foreign } as const] : []),
    ...(wanted.length > 0 ? [{ action: 'tagRole', role, tags: Object.fromEntries(wanted) } as const] : []),
  ];
}

function readBack(role: RoleArn, writes: readonly WriteStep[], expected: FieldDigests): readonly Step[] {
  return writes.length > 0 ? [...writes, { action: 'readBack', role, expected }] : [];
}
