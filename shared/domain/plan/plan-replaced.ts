import type { Grant } from '../configuration/configuration.ts';
import type { Finding } from '../findings/finding.ts';
import { finding } from '../findings/finding.ts';
import { markProblem } from './ownership.ts';
import type { ObservedRole } from '../iam/role.ts';
import type { RoleFacts, RolePlan } from './role-facts.ts';
import { names, roleChange } from './role-facts.ts';
import { roleFields } from '../iam/role-fields.ts';

/**
 * Another role stands under the recorded ARN. It is not azfed's to write to (I4), whatever it looks like, and nothing is in
 * order as long as it stands there: a change that holds until a person takes the role over or deletes it.
 */
export function planReplaced(facts: RoleFacts, observed: ObservedRole, grant?: Grant): RolePlan {
  const known = facts.recorded.find(({ id }) => id !== undefined && id !== observed.id);
  if (!known) return { findings: [] };
  const createdAt = new Date(observed.createdAt).toISOString();
  const change = roleChange(facts, {
    kind: 'repair',
    cause: 'drift',
    grant: grant?.name ?? known.grant,
    mode: grant?.mode ?? facts.closingMode,
    retire: known.retire,
    severity: 'critical',
    reason: `Somebody deleted the role of ${names(facts.target.bindings)} and made another of its name; it is not written to.`,
    differences: [{ path: 'role', expected: { id: known.id }, actual: { id: observed.id, createdAt } }],
    desired: roleFields(observed),
    steps: { narrowing: [], widening: [] },
  });
  const evidence = { recorded: known.id, found: observed.id, createdAt };
  const message = `${observed.arn} was replaced at ${createdAt}: it is not the role that azfed made.`;
  return {
    change: { ...change, hold: 'replaced' },
    findings: [finding('role.replaced', message, { ...aboutRole(facts, observed), evidence })],
  };
}

/** A role of ours whose mark is gone or names another connection: somebody tries to hide it, or to have it taken for another. */
export function markFindings(facts: RoleFacts, observed: ObservedRole): readonly Finding[] {
  const about = aboutRole(facts, observed);
  switch (markProblem(facts, observed)) {
    case 'missing':
      return [finding('role.unmarked', `The mark of ${observed.arn} is gone.`, about)];
    case 'foreign': {
      const mark = observed.tags['azfed:connection'];
      const message = mark
        ? `The mark of ${observed.arn} names another connection, ${mark}.`
        : `The mark of ${observed.arn} is gone, and it named another connection.`;
      return [finding('role.foreign-mark', message, { ...about, evidence: { mark } })];
    }
    case undefined:
      return [];
  }
}

function aboutRole({ target }: RoleFacts, { arn }: ObservedRole): Pick<Finding, 'roleArn' | 'connectionId'> {
  const connectionId = target.bindings[0]?.connectionId;
  return { roleArn: arn, ...(connectionId ? { connectionId } : {}) };
}
