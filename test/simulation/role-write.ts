import { isAwsConnection } from '../../shared/domain/azure-devops/service-connection.ts';
import { splitRoleArn } from '../../shared/domain/kernel/arn.ts';
import type { Grant } from '../../shared/domain/configuration/configuration.ts';
import { bindsAnyType, coversRequest, coversRole } from '../../shared/domain/configuration/grant-coverage.ts';
import type { RoleArn } from '../../shared/domain/kernel/ids.ts';
import type { ObservedRole } from '../../shared/domain/iam/role.ts';
import type { ServiceConnection } from '../../shared/domain/azure-devops/service-connection.ts';
import type { WriteStep } from '../../shared/domain/iam/iam-operation.ts';
import { admitted, beyond } from './admission.ts';
import type { Process } from './process.ts';
import { DENY_ALL, inlineWidth } from './widths.ts';
import type { World } from './world.ts';

/** One write to a role, and what it made of it. */
export interface RoleWrite {
  readonly step: Extract<WriteStep, { role: RoleArn }>;
  readonly before: ObservedRole | undefined;
  readonly after: ObservedRole;
}

export type Check = (world: World, process: Process, write: RoleWrite) => readonly string[];

/** The grant that says what a role is to be: by the role's place, as the grants of the simulation are cut. */
export function findGrant({ configuration }: World, arn: RoleArn): Grant | undefined {
  const role = splitRoleArn(arn);
  return configuration.grants.find((grant) => coversRole(grant, role));
}

/** Whether the connection, as the process saw it, asks for this role and a grant lets it, or a pair gives it the role. */
export function requestsRole({ configuration }: World, arn: RoleArn, one: ServiceConnection): boolean {
  const role = splitRoleArn(arn);
  const { grants, organizations } = configuration;
  const isAsking = isAwsConnection(one) && one.oidc === 'on' && one.requestedRoleArn === arn;
  return organizations.some((organization) =>
    grants.some(
      (grant) =>
        coversRequest(grant, organization, one, role) &&
        (isAsking || bindsAnyType([grant], organization, one)),
    ),
  );
}

export function widens(before: ObservedRole | undefined, after: ObservedRole): boolean {
  if (!before) return false;
  const adds = beyond(allowances(after), new Set(allowances(before))).length > 0;
  return (
    adds || after.maxSessionDuration > before.maxSessionDuration || newlyAdmitted(before, after).length > 0
  );
}

/** Names of what allows something: a revocation only denies. */
function allowances({ managedPolicies, inlinePolicies }: ObservedRole): readonly string[] {
  const inline = Object.entries(inlinePolicies).filter(
    ([name, document]) => inlineWidth(name, document).length > 0,
  );
  const attached = managedPolicies.filter((arn) => arn !== DENY_ALL);
  return [...attached, ...inline.map(([name]) => name)];
}

/** Who comes in that did not before. */
export function newlyAdmitted(before: ObservedRole | undefined, after: ObservedRole): readonly string[] {
  const had = before ? admitted(before.trust, before.account) : new Set<string>();
  return beyond(admitted(after.trust, after.account), had);
}

/** A person has asked azfed to take the role over. */
export function isAdopted({ initiator, scope }: Process, arn: RoleArn): boolean {
  const name = splitRoleArn(arn).name;
  return initiator.trigger === 'person' && scope?.asks === 'adopt' && (scope.roles ?? []).includes(name);
}
