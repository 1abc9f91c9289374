import { RemovalPolicy } from 'aws-cdk-lib';
import { CfnManagedPolicy, CfnRole } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { People } from '../../../shared/domain/configuration/people.ts';
import {
  getPrincipalAccount,
  listPrincipals,
  openedTo,
} from '../../../shared/domain/configuration/people.ts';
import { acknowledge, acknowledgeWildcards, buildPolicy, type Right } from '../policy-statement.ts';
import { RELEASE_TAG } from '../../../shared/contract/release-tag.ts';
import { releaseVersion } from '../release.ts';
import type { SpokeRoleNames } from '../spoke-roles.ts';
import type { OwnParts, SpokeScope } from './spoke-grants.ts';
import {
  boundaryRights,
  listChunkDeletions,
  listChunkWrites,
  readRights,
  retireRights,
  writeRights,
} from './spoke-grants.ts';

/** Who may assume azfed's roles in an account. */
interface HubTrust {
  readonly partition: string;
  readonly account: string;
  /** ARN of the role of `reconcile`. */
  readonly role: string;
  /** ARN of the role of `report`: let in to look, and for nothing else. */
  readonly reportRole: string;
  /** Without one, the hub need not be in an AWS organization. */
  readonly organizationId?: string;
  readonly externalId?: string;
}

export interface Spoke {
  /** Beginning of the ARNs of IAM in the account: `arn:aws:iam::111122223333`. */
  readonly arn: string;
  readonly names: SpokeRoleNames;
  readonly scope: SpokeScope;
  readonly hub: HubTrust;
  readonly people: People | undefined;
  /** Of azfed's own roles. */
  readonly permissionsBoundary?: string;
}

/** azfed's roles in an account: one to look, one to write, one to delete. */
export function addSpokeRoles(parent: Construct, spoke: Spoke): void {
  const { arn, names, scope } = spoke;
  const { role, reportRole } = spoke.hub;
  const lookers = [role, reportRole];
  addRole(parent, spoke, {
    id: 'ReadRole',
    name: names.read,
    rights: readRights(arn),
    callers: lookers,
    people: listPrincipals(spoke.people, openedTo.look),
  });
  addRole(parent, spoke, {
    id: 'WriteRole',
    name: names.write,
    rights: writeRights(arn, scope),
    more: scope.chunks.map((chunk) => listChunkWrites(chunk, scope)),
    callers: [role],
    people: listPrincipals(spoke.people, openedTo.write),
  });
  addRole(parent, spoke, {
    id: 'RetireRole',
    name: names.retire,
    rights: retireRights(arn, scope),
    more: scope.chunks.map((chunk) => listChunkDeletions(chunk, scope)),
    callers: [role],
    people: listPrincipals(spoke.people, openedTo.retire),
  });
}

/** The boundary of federated roles, for grants that name no other one. */
export function addBoundary(parent: Construct, managedPolicyName: string, own: OwnParts): CfnManagedPolicy {
  const boundary = new CfnManagedPolicy(parent, 'Boundary', {
    managedPolicyName,
    description: 'Permissions boundary of the roles that azfed keeps. Changing it changes what they can do.',
    policyDocument: buildPolicy(boundaryRights(own)),
  });
  const reason =
    'A boundary grants nothing: it takes away what no federated role may do, whatever is granted.';
  acknowledge(boundary, { 'AwsSolutions-IAM5': reason, 'CloudFormation-Validate::W2512': reason });
  // Federated roles stay when the stack goes, and could do nothing without it.
  boundary.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
  return boundary;
}

interface RoleOutline {
  readonly id: string;
  readonly name: string;
  readonly rights: readonly Right[];
  /** What the inline policy has no room for: a managed policy for each that is not empty. */
  readonly more?: readonly (readonly Right[])[];
  /** ARNs of the roles that may assume it. */
  readonly callers: readonly string[];
  /** Patterns of the people who may assume it, too. */
  readonly people: readonly string[];
}

function addRole(parent: Construct, spoke: Spoke, outline: RoleOutline): void {
  const { id, name, rights, more = [], callers, people } = outline;
  const policies = more
    .filter((added) => added.length > 0)
    .map((added, index) => {
      const policy = new CfnManagedPolicy(parent, `${id}Policy${index + 1}`, {
        path: spoke.names.path,
        description: `Further roles that ${name} may work on.`,
        policyDocument: buildPolicy(added),
      });
      acknowledgeWildcards(policy, added);
      return policy.ref;
    });
  const role = new CfnRole(parent, id, {
    roleName: name,
    path: spoke.names.path,
    description: 'Assumed by azfed.',
    tags: [{ key: RELEASE_TAG, value: releaseVersion() }],
    ...(spoke.permissionsBoundary !== undefined && { permissionsBoundary: spoke.permissionsBoundary }),
    assumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [trustStatement(spoke.hub, callers), ...trustPeople(spoke.hub, people)],
    },
    policies: [{ policyName: 'rights', policyDocument: buildPolicy(rights) }],
    ...(policies.length > 0 && { managedPolicyArns: policies }),
  });
  acknowledgeWildcards(role, rights);
}

/**
 * The account's root and a condition on the role's ARN: named as the principal itself, the role would be stored as its
 * unique id, and made again under its name it would be let in no more (IAM User Guide, principals).
 */
function trustStatement(hub: HubTrust, callers: readonly string[]): object {
  const { partition, account } = hub;
  return {
    Effect: 'Allow',
    Principal: { AWS: `arn:${partition}:iam::${account}:root` },
    Action: 'sts:AssumeRole',
    Condition: { ArnEquals: { 'aws:PrincipalArn': callers }, ...requireKnown(hub) },
  };
}

/** The roots of their accounts, never everybody: and of those principals only the ones that a pattern matches. */
function trustPeople(hub: HubTrust, patterns: readonly string[]): readonly object[] {
  const accounts = [...new Set(patterns.map(getPrincipalAccount))].sort();
  if (accounts.length === 0) return [];
  return [
    {
      Sid: 'People',
      Effect: 'Allow',
      Principal: { AWS: accounts.map((account) => `arn:${hub.partition}:iam::${account}:root`) },
      Action: 'sts:AssumeRole',
      Condition: { ArnLike: { 'aws:PrincipalArn': patterns }, ...requireKnown(hub) },
    },
  ];
}

/** An operator without a key is no condition that IAM has to accept. */
function requireKnown({ organizationId, externalId }: HubTrust): object {
  const equals = {
    ...(organizationId !== undefined && { 'aws:PrincipalOrgID': organizationId }),
    ...(externalId !== undefined && { 'sts:ExternalId': externalId }),
  };
  return Object.keys(equals).length > 0 ? { StringEquals: equals } : {};
}
