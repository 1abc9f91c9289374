import { splitRoleArn } from '../kernel/arn.ts';
import type { Ask, DesiredRoles } from './desired-roles.ts';
import type { AccountId, RoleArn } from '../kernel/ids.ts';
import { neededPolicies, snapshotPolicies } from './policy-needs.ts';

/** What a look is about: one account, or some of its roles. Left out: everything that is configured. */
export interface RunScope {
  readonly account: AccountId;
  /** Names, as IAM takes them: without the path, and without regard to case. */
  readonly roles?: readonly string[];
  /** What a person asks for these roles beyond what a run does by itself. */
  readonly asks?: Ask;
}

export function isInScope({ account, roles }: RunScope, arn: RoleArn): boolean {
  const role = splitRoleArn(arn);
  if (role.account !== account) return false;
  return roles?.some((name) => name.toLowerCase() === role.name.toLowerCase()) ?? true;
}

/**
 * What a view that holds one account alone says of it. Of roles elsewhere it holds a part, on which nothing is decided.
 */
export function limitToAccount(desiredRoles: DesiredRoles, account: AccountId): DesiredRoles {
  const isHere = (arn: RoleArn) => isInScope({ account }, arn);
  return {
    ...limitToScope(desiredRoles, { account }),
    takeovers: desiredRoles.takeovers.filter(({ claim }) => isHere(claim.role.arn)),
    claimed: desiredRoles.claimed.filter(({ roleArn }) => isHere(roleArn)),
    findings: desiredRoles.findings.filter(({ roleArn }) => roleArn === undefined || isHere(roleArn)),
  };
}

/** The part of a draft that a scope is about. */
export function limitToScope(desiredRoles: DesiredRoles, scope: RunScope): DesiredRoles {
  const targets = desiredRoles.targets.filter(({ role }) => isInScope(scope, role.arn));
  const scopes =
    targets.length > 0 ? desiredRoles.scopes.filter(({ account }) => account.id === scope.account) : [];
  const { asks } = scope;
  if (!scope.roles) return { ...desiredRoles, targets, scopes };
  const roles = targets.map(({ role }) => role.arn);
  const policies =
    asks === 'restore'
      ? snapshotPolicies(desiredRoles.recorded, roles)
      : neededPolicies(targets, desiredRoles.configuration);
  return {
    ...desiredRoles,
    targets,
    scopes: scopes.map((each) => ({ ...each, roles, policies })),
    ...(asks ? { asks } : {}),
  };
}
