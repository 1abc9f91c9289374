import { namesAccount, namesSession } from '../kernel/arn.ts';
import { listSeenRoles, type AccountObservation, type ObservedRole } from '../iam/role.ts';
import { finding, type Finding } from '../findings/finding.ts';
import { matchesPattern } from '../kernel/glob.ts';
import type { AccountId, RoleArn } from '../kernel/ids.ts';
import { readOperatorName } from '../policy/condition-operators.ts';
import type { Json, PolicyDocument, Statement } from '../policy/policy-document.ts';
import { isObject, toList } from '../policy/policy-document.ts';
import { conditionEntries, type ConditionEntry } from '../policy/statement-condition.ts';

/**
 * A role that trusts a hub, and how:
 *
 * | by        | its trust names                                                       | when the hub is made anew           |
 * |-----------|-----------------------------------------------------------------------|-------------------------------------|
 * | role      | the hub's ARN. IAM stores the RoleId behind it (IAM User Guide,        | shows `AROA...` and no longer       |
 * |           | principal element)                                                    | matches, until somebody writes it again |
 * | deleted-role | a role that is deleted (`AROA...`), perhaps the hub, whose RoleId is not known any more | goes on not to match |
 * | condition | an account, with the hub's ARN in `aws:PrincipalArn`                   | goes on                             |
 * | account   | the hub's account, and an inline policy of the hub names the role      | goes on                             |
 */
export interface ReachedRole {
  readonly roleArn: RoleArn;
  readonly account: AccountId;
  /** Place in its trust, from 0. */
  readonly statement: number;
  readonly by: 'role' | 'deleted-role' | 'condition' | 'account';
  /** Values of `sts:ExternalId` that it asks for; empty: it asks for none. */
  readonly externalIds: readonly string[];
  /** The trust no longer matches once the hub has another RoleId. */
  readonly breaksOnRecreation: boolean;
}

/** What is reached through a role, as far as the accounts could be read. */
export interface ReachedRoles {
  readonly roles: readonly ReachedRole[];
  /** Accounts that could not be read: there may be more. */
  readonly unread: readonly AccountId[];
}

/** `id` left out: the role is deleted, and its RoleId is not kept. */
export type ReachingRole = Pick<ObservedRole, 'arn' | 'account'> &
  Partial<Pick<ObservedRole, 'id' | 'inlinePolicies'>>;

/** Of looks at whole accounts (`paths: ['/']`). The hub itself is left out. */
export function findReachedRoles(
  hub: ReachingRole,
  observations: readonly AccountObservation[],
): ReachedRoles {
  const isWhole = ({ roles }: AccountObservation) =>
    roles.state === 'complete' && roles.value.elsewhere.length === 0;
  const roles = observations.flatMap(listSeenRoles);
  return {
    roles: roles
      .filter(({ arn }) => arn !== hub.arn)
      .flatMap((role) => listReachedStatements(hub, role))
      .sort((a, b) => (a.roleArn < b.roleArn ? -1 : a.roleArn > b.roleArn ? 1 : a.statement - b.statement)),
    unread: observations.flatMap((one) => (isWhole(one) ? [] : [one.account])),
  };
}

function listReachedStatements(hub: ReachingRole, role: ObservedRole): readonly ReachedRole[] {
  return toList<Statement>(role.trust.Statement).flatMap((statement, index) => {
    const by =
      statement.Effect === 'Allow' && allowsAssumeRole(statement)
        ? classifyAccess(hub, role, statement)
        : undefined;
    if (by === undefined) return [];
    const externalIds = conditionEntries(statement)
      .filter(({ key }) => key === 'sts:externalid')
      .flatMap(({ values = [] }) => values);
    const { arn: roleArn, account } = role;
    return [{ roleArn, account, statement: index, by, externalIds, breaksOnRecreation: by === 'role' }];
  });
}

const ACTION = 'sts:assumerole';

const allowsAssumeRole = ({ Action: action }: Statement): boolean =>
  toList(action).some((name) => typeof name === 'string' && matchesPattern(name.toLowerCase(), ACTION));

function classifyAccess(
  hub: ReachingRole,
  role: ObservedRole,
  statement: Statement,
): ReachedRole['by'] | undefined {
  const { Principal: principal } = statement;
  const members = (isObject(principal) ? toList(principal['AWS']) : toList(principal)).filter(
    (member) => typeof member === 'string',
  );
  const own = [hub.arn, hub.id ?? hub.arn].map(String);
  if (members.some((member) => own.includes(member) || namesSession(member, hub.arn))) return 'role';
  if (hub.id === undefined && members.some((member) => /^AROA[A-Z0-9]{12,}$/.test(member)))
    return 'deleted-role';
  const isAccount = (member: string) => member === '*' || namesAccount(member, hub.account);
  if (!members.some(isAccount)) return undefined;
  const lines = conditionEntries(statement).filter(({ key }) => key === 'aws:principalarn');
  if (lines.length > 0) return lines.every((line) => admits(line, hub.arn)) ? 'condition' : undefined;
  return mayAssume(hub, role.arn) ? 'account' : undefined;
}

function admits({ operator, values = [] }: ConditionEntry, arn: string): boolean {
  const { base } = readOperatorName(operator);
  if (/^(?:StringEquals|ArnEquals|ArnLike|StringLike)$/.test(base))
    return values.some((value) => (base === 'StringEquals' ? value === arn : matchesPattern(value, arn)));
  return base.includes('Not') && !values.some((value) => matchesPattern(value, arn));
}

/** By an inline policy; what managed policies hold is not read. */
function mayAssume({ inlinePolicies = {} }: ReachingRole, target: string): boolean {
  return Object.values(inlinePolicies).some((document: PolicyDocument) =>
    toList<Statement & { readonly Resource?: Json }>(document.Statement).some(
      (statement) =>
        statement.Effect === 'Allow' &&
        allowsAssumeRole(statement) &&
        toList(statement.Resource).some(
          (resource) => typeof resource === 'string' && matchesPattern(resource, target),
        ),
    ),
  );
}

const ways: Readonly<Record<ReachedRole['by'], string>> = {
  role: 'trusts it by its ARN',
  'deleted-role': 'trusts a deleted role, perhaps this one',
  condition: 'trusts it by a condition on its ARN',
  account: 'trusts its account, and its policy names the role',
};

/** One role that is reached, in words. */
export function describeReached({ roleArn, by, externalIds }: ReachedRole): string {
  const external = externalIds.length > 0 ? `, external id ${externalIds.join(' or ')}` : '';
  return `${roleArn} (${ways[by]}${external})`;
}

/** What is to be known before a role is deleted or made again; `undefined`: no role trusts it, and all were read. */
export function buildReachedFinding(
  hub: Pick<ReachingRole, 'arn'>,
  kind: 'delete' | 'create',
  { roles, unread }: ReachedRoles,
): Finding | undefined {
  if (roles.length === 0 && unread.length === 0) return undefined;
  const effect =
    kind === 'delete'
      ? 'They lose this way in, also when a role of the same name is made again: it has another RoleId.'
      : 'It gets another RoleId, so trusts that named the former role by its ARN match again only after the ARN is written there anew.';
  const named =
    roles.length > 0 ? [`Reached through ${hub.arn}: ${roles.map(describeReached).join(', ')}.`, effect] : [];
  const rest =
    unread.length > 0 ? [`Whether roles in ${unread.join(', ')} trust ${hub.arn} could not be read.`] : [];
  const message = [...named, ...rest].join(' ');
  return finding('role.reached-through', message, { roleArn: hub.arn, evidence: { roles, unread } });
}
