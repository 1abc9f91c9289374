import type { DesiredState } from './role-design.ts';
import type { ObservedRole } from './role.ts';
import type { RoleArn } from './ids.ts';
import { roleFields } from './role-fields.ts';
import { buildRole } from './role-steps.ts';
import type { Steps } from './role-steps.ts';
import type { Step } from './step.ts';

/** What gives access goes first: a crash leaves a closed role with less than it had. */
export function deletionSteps({ arn: role, managedPolicies, inlinePolicies }: ObservedRole): Steps {
  return {
    narrowing: [
      ...managedPolicies.map((policy): Step => ({ action: 'detachManagedPolicy', role, policy })),
      ...Object.keys(inlinePolicies).map((name): Step => ({ action: 'deleteInlinePolicy', role, name })),
      { action: 'deleteRole', role },
      { action: 'readBackGone', role },
    ],
    widening: [],
  };
}

/** `state`: with a trust that nobody can satisfy. It stays closed. */
export function restorationSteps(role: RoleArn, state: DesiredState): Steps {
  return {
    narrowing: [],
    widening: [...buildRole(role, state), { action: 'readBack', role, expected: roleFields(state) }],
  };
}
