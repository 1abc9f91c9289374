import { parseRoleArn } from '../kernel/arn.ts';
import type { Ask, Draft } from './desired-roles.ts';
import type { AccountId, RoleArn } from '../kernel/ids.ts';
import { neededPolicies, snapshotPolicies } from './policy-needs.ts';

/** What a look is about: one account, or some of its roles. Left out: everything that is configured. */
export interface LookScope {
  readonly account: AccountId;
  /** Names, as IAM takes them: without the path, and without regard to case. */
  readonly roles?: readonly string[];
  /** What a person asks for these roles beyond what a pass does by itself. */
  readonly asks?: Ask;
}

export function isWithin({ account, roles }: LookScope, arn: RoleArn): boolean {
  const role = parseRoleArn(arn);
  if (role?.account !== account) return false;
  return roles?.some((name) => name.toLowerCase() === role.name.toLowerCase()) ?? true;
}

/** The part of a draft that a scope is about. */
export function draftWithin(draft: Draft, scope: LookScope): Draft {
  const targets = draft.targets.filter(({ role }) => isWithin(scope, role.arn));
  const scopes = targets.length > 0 ? draft.scopes.filter(({ account }) => account.id === scope.account) : [];
  const { asks } = scope;
  if (!scope.roles) return { ...draft, targets, scopes };
  const roles = targets.map(({ role }) => role.arn);
  const policies =
    asks === 'restore'
      ? snapshotPolicies(draft.recorded, roles)
      : neededPolicies(targets, draft.configuration);
  return {
    ...draft,
    targets,
    scopes: scopes.map((each) => ({ ...each, roles, policies })),
    ...(asks ? { asks } : {}),
  };
}
