import { finding } from './finding.ts';
import type { PolicyDocument } from './policy/policy-document.ts';
import type { RoleState } from './role.ts';
import type { DesiredState } from './role-design.ts';
import { designTrust } from './role-design.ts';
import type { RoleFacts, RolePlan } from './role-facts.ts';
import { names, roleChange } from './role-facts.ts';
import { restorationSteps } from './retirement-steps.ts';
import { roleFields } from './role-fields.ts';
import { closedTrust } from './trust-narrowing.ts';

/** A person asks for a deleted role: it is made again as it stood, and nobody is let in. */
export function planRestoration(facts: RoleFacts): RolePlan {
  const { target, recorded, namesake } = facts;
  const known = recorded.find(({ snapshot, deletedAt }) => snapshot && deletedAt !== undefined);
  if (!known?.snapshot) return { findings: [] };
  const { arn } = target.role;
  const state = restorable(known.snapshot, closedTrust(designTrust(target.role, target.bindings)));
  if (!state || namesake) {
    const why = namesake ? `${namesake} has its name` : 'it had no boundary, or a policy that cannot be read';
    return {
      findings: [finding('role.not-restorable', `${arn} cannot be made again: ${why}.`, { roleArn: arn })],
    };
  }
  const change = roleChange(facts, {
    kind: 'create',
    cause: 'change',
    grant: known.grant,
    retire: known.retire,
    mode: facts.closingMode,
    reason: `A person asks for the deleted role of ${names(target.bindings)}; it is made again, closed.`,
    differences: [{ path: 'role', expected: { ...state, arn } }],
    desired: roleFields(state),
    steps: restorationSteps(arn, state),
    snapshot: known.snapshot,
  });
  return { change, findings: [] };
}

function restorable({ boundary, ...rest }: RoleState, trust: PolicyDocument): DesiredState | undefined {
  const isReadable = Object.values(rest.inlinePolicies).every((document) => !('Unreadable' in document));
  return boundary !== undefined && isReadable ? { ...rest, boundary, trust } : undefined;
}
