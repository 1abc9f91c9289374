import type { ClaimedRequest, Target } from './claims.ts';
import type { DesiredRoles } from './desired-roles.ts';
import type { AccountObservation, ObservedRole } from '../iam/role.ts';
import { findValue } from '../iam/role-fields.ts';
import { CONNECTION_MARK } from './role-design.ts';

/**
 * A claim of a connection that is gone ends where nothing was made for it: the role goes to its heir. Where IAM shows a
 * role that bears the mark of the earlier one, something was made, and the claim stays until a person ends it.
 */
export function resolveHeirs(
  desiredRoles: DesiredRoles,
  observations: readonly AccountObservation[],
): DesiredRoles {
  const complete = new Map(
    observations.flatMap(({ account, roles }) =>
      roles.state === 'complete' ? [[account, roles.value.inScope] as const] : [],
    ),
  );
  const inherited = new Set<string>();
  const targets = desiredRoles.targets.map((target) => {
    const { heir, ...rest } = target;
    const roles = complete.get(target.role.account);
    if (!heir || !roles || hasTargetMark(target, roles)) return rest;
    for (const { connectionId } of heir.bindings) inherited.add(`${connectionId} ${target.role.arn}`);
    return { ...rest, ...heir };
  });
  const isInherited = ({ connectionId, roleArn }: ClaimedRequest) =>
    inherited.has(`${connectionId} ${roleArn}`);
  const over = new Set(desiredRoles.claimed.filter(isInherited).map(({ finding }) => finding));
  return {
    ...desiredRoles,
    targets,
    claimed: desiredRoles.claimed.filter((request) => !isInherited(request)),
    findings: desiredRoles.findings.filter((found) => !over.has(found)),
  };
}

function hasTargetMark({ role, bindings }: Target, roles: readonly ObservedRole[]): boolean {
  const mark = findValue(roles.find(({ arn }) => arn === role.arn)?.tags ?? {}, CONNECTION_MARK);
  return mark === 'shared' || bindings.some(({ connectionId }) => connectionId === mark);
}
