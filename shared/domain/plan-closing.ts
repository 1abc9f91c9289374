import { sameBinding } from './plan-repair.ts';
import { designTrust } from './role-design.ts';
import type { RoleFacts, RolePlan } from './role-facts.ts';
import { names, roleChange } from './role-facts.ts';
import { policyDigest } from './role-fields.ts';
import { agreedTrust, closingSteps } from './role-steps.ts';

/**
 * Nobody wishes the role any more and somebody is to be shut out of it: only the trust is touched, and it is only ever
 * narrowed, to what those who are left as recorded have in it now.
 */
export function planClosing(facts: RoleFacts): RolePlan {
  const { target, recorded, observed } = facts;
  const known = recorded.find(({ id }) => id === observed?.id);
  if (!known || !observed) return { findings: [] };
  const remaining = agreedTrust(observed.trust, designTrust(target.role, target.bindings));
  const trust = policyDigest(remaining);
  const desired = { ...known.written, trust };
  const record = { grant: known.grant, retire: known.retire, bindings: target.bindings };
  if (policyDigest(observed.trust) === trust) {
    const isRecorded = recorded.every((role, index) => {
      const binding = target.bindings[index];
      return binding && sameBinding(role, binding) && role.written['trust'] === trust && !role.intent;
    });
    const settlement = {
      target: 'role',
      account: target.role.account,
      roleArn: observed.arn,
      roleId: observed.id,
      fields: desired,
      ...record,
    } as const;
    return isRecorded ? { findings: [] } : { settlement, findings: [] };
  }
  const isUsurped = target.bindings.some(({ closed }) => closed?.reason === 'recreated');
  const who = names(target.bindings);
  const change = roleChange(facts, {
    ...record,
    kind: 'close',
    cause: known.closed ? 'drift' : isUsurped ? 'gone' : 'change',
    mode: isUsurped ? 'repair' : 'enforce',
    reason: isUsurped
      ? `Another connection holds the name of ${who}; its role is closed.`
      : `${who} no longer asks for the role; it is closed.`,
    differences: [{ path: 'trust', expected: remaining, actual: observed.trust }],
    desired,
    steps: closingSteps(observed.arn, remaining),
  });
  return { change, findings: [] };
}
