import type { DesiredState } from '../desired/role-design.ts';
import type { ObservedRole } from '../iam/role.ts';
import type { RoleArn } from '../kernel/ids.ts';
import { roleFields } from '../iam/role-fields.ts';
import { buildRole } from './role-steps.ts';
import type { Steps } from './role-steps.ts';
import type { Step } from '../iam/iam-operation.ts';

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
