import type { Binding } from '../desired/bindings.ts';
import type { Grant } from '../configuration/configuration.ts';
import { isAlike } from '../kernel/json.ts';
import { keepGrantName, pickKept, takeOverFields } from './kept-part.ts';
import type { RecordedRole } from '../records/connection-record.ts';
import type { ObservedRole, FieldDigests } from '../iam/role.ts';
import { GRANT_MARK, type RoleDesign } from '../desired/role-design.ts';
import { conditionsToRecord, type RoleFacts, type RolePlan } from './role-facts.ts';
import { REVOCATION_PATH } from './revocation.ts';
import { ABSENT, compareRoleFields, differingFields, roleFields } from '../iam/role-fields.ts';
import { selectWrittenFields } from './retirement.ts';
import { isNarrowing } from './role-steps.ts';
import { narrowedTrust } from '../policy/trust-narrowing.ts';
import { MINUTE_MS } from '../kernel/durations.ts';

const GRANT_PATH = `tags.${GRANT_MARK}`;

/** For this long after our own write, what stood there before it may still be read: that is propagation, not drift. */
export const PROPAGATION_MS = 2 * MINUTE_MS;

/** The three states of a role that is there. */
export interface Compared {
  readonly desired: FieldDigests;
  readonly seen: FieldDigests;
  readonly written: FieldDigests;
  /** Paths that are not as they should be. */
  readonly fields: readonly string[];
  /** Those of them that surely are not. */
  readonly moved: readonly string[];
}

/**
 * Where only the name of the grant has changed, and only in the configuration, the tag stays until something else is written to
 * the role: what the role gives to whom is as it should be. A tag that somebody has changed in IAM is drift as any other.
 */
export function compareRole(
  facts: RoleFacts,
  grant: Grant,
  asked: RoleDesign,
  observed: ObservedRole,
  isWritten: boolean,
): { readonly design: RoleDesign; readonly compared: Compared } {
  const compared = compareFields(facts, grant, asked, observed);
  const { moved, written, seen } = compared;
  const [only, another] = moved;
  const isName = only === GRANT_PATH && another === undefined;
  const isAsWritten = seen[GRANT_PATH] !== undefined && written[GRANT_PATH] === seen[GRANT_PATH];
  if (isWritten || !isName || !isAsWritten) return { design: asked, compared };
  const design = keepGrantName(asked, observed);
  return { design, compared: compareFields(facts, grant, design, observed) };
}

/**
 * What stood there before our own write may be read for a while. What gives access is taken for no lateness: to narrow
 * again does no harm, and somebody may have opened the role again.
 */
function compareFields(
  { recorded, shown, now }: RoleFacts,
  { permissions }: Grant,
  asked: RoleDesign,
  observed: ObservedRole,
): Compared {
  const record = recorded.find(({ id }) => id === observed.id);
  const compared = compareRoleFields(asked.state, observed);
  const desired = pickKept(compared.desired, permissions);
  const seen = pickKept(compared.seen, permissions);
  const fields = differingFields(desired, seen);
  const isRecent = fields.length > 0 && record && now - record.writtenAt < PROPAGATION_MS;
  const before = isRecent ? record.before : undefined;
  const late = before && roleFields(shown ?? observed);
  const moved = fields.filter(
    (path) => before?.[path] !== (late?.[path] ?? ABSENT) || isWide(path, asked, observed),
  );
  return { desired, seen, written: takeOverFields(selectWrittenFields(record, seen), seen), fields, moved };
}

/** What stands in the field gives more than it should. */
function isWide(path: string, { state, trust }: RoleDesign, observed: ObservedRole): boolean {
  if (path === 'trust') return narrowedTrust(observed.trust, trust) !== undefined;
  return path !== REVOCATION_PATH && isNarrowing(path, state, observed);
}

/** IAM is as it should be; is the record? */
export function syncRecord(
  facts: RoleFacts,
  grant: Grant,
  observed: ObservedRole,
  { desired, fields }: Compared,
): Pick<RolePlan, 'recordSync'> {
  const { target, recorded } = facts;
  const isWhole = fields.length === 0;
  const isSynced =
    recorded.length === target.bindings.length &&
    recorded.every((role, index) => {
      const binding = target.bindings[index];
      return (
        role.id === observed.id &&
        role.intent === undefined &&
        role.absentSince === undefined &&
        differingFields(role.written, desired).length === 0 &&
        role.grant === grant.name &&
        role.retire === grant.retire &&
        binding !== undefined &&
        sameBinding(role, binding)
      );
    });
  if (isSynced || !isWhole) return {};
  return {
    recordSync: {
      target: 'role',
      account: target.role.account,
      roleArn: target.role.arn,
      roleId: observed.id,
      grant: grant.name,
      retire: grant.retire,
      bindings: target.bindings,
      fields: desired,
      ...conditionsToRecord(facts),
    },
  };
}

export function sameBinding(
  role: RecordedRole,
  { subjects, formerSubjects, pairedAs, closed }: Binding,
): boolean {
  return (
    isAlike(role.subjects, subjects) &&
    isAlike(role.formerSubjects, formerSubjects) &&
    isAlike(role.pairedAs, pairedAs) &&
    isAlike(role.closed, closed)
  );
}
