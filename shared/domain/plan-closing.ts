import { sameBinding } from './plan-repair.ts';
import { designTrust } from './role-design.ts';
import type { RoleFacts, RolePlan } from './role-facts.ts';
import { names, roleChange } from './role-facts.ts';
import { policyDigest } from './role-fields.ts';
import { closingSteps } from './role-steps.ts';
import { narrowedTrust } from './trust-narrowing.ts';
import { isOurs } from './ownership.ts';
import type { FieldDigests, RecordedRole } from './recorded.ts';
import type { ObservedRole } from './role.ts';

/**
 * Nobody wishes the role any more and somebody is to be shut out of it: only the trust is touched, and it is only ever
 * narrowed, to what those who are left as recorded have in it now.
 */
export function planClosing(facts: RoleFacts): RolePlan {
  const { target, observed } = facts;
  if (!observed || !isOurs(facts, observed)) return { findings: [] };
  const known = facts.recorded.find(({ id }) => id === observed.id) ?? facts.recorded[0];
  if (!known) return { findings: [] };
  const remaining = narrowedTrust(observed.trust, designTrust(target.role, target.bindings));
  const desired = { ...known.written, trust: policyDigest(remaining ?? observed.trust) };
  if (!remaining) return { ...settle(facts, known, observed, desired), findings: [] };
  const isUsurped = target.bindings.some(({ closed }) => closed?.reason === 'recreated');
  const who = names(target.bindings.filter(({ closed }) => closed));
  const change = roleChange(facts, {
    kind: 'close',
    cause: wasClosed(facts) ? 'drift' : 'change',
    grant: known.grant,
    retire: known.retire,
    mode: facts.closingMode,
    reason: isUsurped
      ? `Another connection holds the name of ${who}; its role is closed.`
      : `${who} no longer asks for the role; it is closed.`,
    differences: [{ path: 'trust', expected: remaining, actual: observed.trust }],
    desired,
    steps: closingSteps(observed.arn, remaining),
  });
  return { change, findings: [] };
}

/** Everybody who is to be shut out was so already: somebody has opened the role again. */
function wasClosed({ target, recorded }: RoleFacts): boolean {
  return target.bindings.every(({ closed }, index) => !closed || recorded[index]?.closed !== undefined);
}

/** Nobody is let in who should not be; is that recorded? */
function settle(
  { target, recorded }: RoleFacts,
  { grant, retire }: RecordedRole,
  observed: ObservedRole,
  fields: FieldDigests,
): Pick<RolePlan, 'settlement'> {
  const isRecorded = recorded.every((role, index) => {
    const binding = target.bindings[index];
    return (
      binding &&
      sameBinding(role, binding) &&
      role.id === observed.id &&
      role.written['trust'] === fields['trust'] &&
      !role.intent
    );
  });
  if (isRecorded) return {};
  return {
    settlement: {
      target: 'role',
      account: target.role.account,
      roleArn: observed.arn,
      roleId: observed.id,
      grant,
      retire,
      bindings: target.bindings,
      fields,
    },
  };
}
