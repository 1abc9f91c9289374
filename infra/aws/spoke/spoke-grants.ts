import {
  iamActionsOfSteps,
  iamBulkReads,
  iamSingleReads,
  rehearsalReads,
  trailReads,
} from '../../../shared/contract/iam-actions.ts';
import { allow, deny, type Right } from '../policy-statement.ts';
import type { WidenedPath } from './role-patterns.ts';
import { listIf } from '../../../shared/domain/kernel/group-by.ts';

/** bounded: roles with a boundary. unbounded: `boundary: none`. trustOnly: `permissions: unmanaged`. */
export type RoleKind = 'bounded' | 'unbounded' | 'trustOnly';

/** Roles of one kind, as many as one policy has room for. */
export interface RoleChunk {
  readonly kind: RoleKind;
  readonly roles: readonly string[];
}

/** What azfed may keep in an account. ARNs, in which `*` may stand for the account: IAM reaches into no other one. */
export interface SpokeScope {
  /** Patterns of the roles that grants allow with a boundary, such as `arn:aws:iam::*:role/azure-devops/*`. */
  readonly roles: readonly string[];
  /** Those that `roles` has no room for, and those of the other kinds: a policy for each chunk. */
  readonly chunks: readonly RoleChunk[];
  readonly providers: readonly string[];
  /** The only boundaries that a role may have. */
  readonly boundaries: readonly string[];
  /** The only managed policies that may be attached to a role that has a boundary. */
  readonly managedPolicies: readonly string[];
  /** The only ones that may be attached to a role without. */
  readonly unboundedPolicies: readonly string[];
  /** azfed's own roles, which it never changes, whatever the patterns say. */
  readonly ownRoles: readonly string[];
}

/** What the grants allow, and the paths in it that stand for those of several grants. */
export interface GrantedScope extends Omit<SpokeScope, 'ownRoles'> {
  readonly widened: readonly WidenedPath[];
}

const step = iamActionsOfSteps;
const [createRole, ...createRoleToo] = step.createRole;

/** Writes that know the key iam:PermissionsBoundary: the boundary that is on the role, or is being set. */
const boundedWrites = [
  createRole,
  ...step.setBoundary,
  ...step.setTrust,
  ...step.updateRole,
  ...step.putInlinePolicy,
];
const cleanUps = [...step.detachManagedPolicy, ...step.deleteInlinePolicy];
const markings = unique([...createRoleToo, ...step.tagRole, ...step.untagRole]);
const providerWrites = unique([...step.createProvider, ...step.addAudience]);
const reads = [...iamBulkReads, ...iamSingleReads, ...trailReads, ...rehearsalReads];
const writes = unique([
  ...boundedWrites,
  ...step.attachManagedPolicy,
  ...cleanUps,
  ...markings,
  ...providerWrites,
]);

/** For sessions that only read. `arn`: beginning of the ARNs of IAM in the account, `arn:aws:iam::111122223333`. */
export const readRights = (arn: string): readonly Right[] => [...reading(arn), nothingElse(reads)];

/** For sessions that write. Each session is narrowed further, to the changes of one plan, and ends with the lease. */
export const writeRights = (arn: string, scope: SpokeScope): readonly Right[] => [
  ...reading(arn),
  allow('MakeProviders', providerWrites, scope.providers, {
    reason: 'The provider of each organization, with its audience. Never deleted, never another one.',
  }),
  ...boundedRights(scope.roles, scope),
  ...denials(arn, scope, writes),
];

/** What a chunk adds to the role that writes, in a policy of its own. */
export function listChunkWrites({ kind, roles }: RoleChunk, scope: ChunkScope): readonly Right[] {
  if (kind === 'bounded') return boundedRights(roles, scope);
  if (kind === 'unbounded') return unboundedRights(roles, scope.unboundedPolicies);
  return [
    // ForAllValues also holds for the request that knows no tags (IAM User Guide, multivalued context keys).
    allow('KeepTrust', [...step.setTrust, ...step.tagRole, ...step.untagRole], roles, {
      reason:
        'Roles whose permissions are somebody else’s: the trust and the mark, and nothing of the rest. By other tags, policies of somebody else may grant more.',
      condition: { 'ForAllValues:StringLike': { 'aws:TagKeys': ['azfed:*'] } },
    }),
  ];
}

/** What a chunk adds to the role that deletes: nothing for roles whose permissions are somebody else’s. */
export function listChunkDeletions({ kind, roles }: RoleChunk, scope: ChunkScope): readonly Right[] {
  if (kind === 'trustOnly') return [];
  const bounded = { ArnLike: { 'iam:PermissionsBoundary': scope.boundaries } };
  return deletionRights(roles, kind === 'bounded' ? bounded : {});
}

type ChunkScope = Pick<SpokeScope, 'boundaries' | 'managedPolicies' | 'unboundedPolicies'>;

/** Nothing is written into such a role, and nothing is attached to it but what a grant names. */
function unboundedRights(roles: readonly string[], policies: readonly string[]): readonly Right[] {
  const keeping = [createRole, ...step.setTrust, ...step.updateRole, ...cleanUps, ...markings];
  return [
    allow('KeepRolesWithoutBoundary', unique(keeping), roles, {
      reason: 'Roles of grants that say `boundary: none`: no policy is written into them.',
    }),
    ...listIf(
      policies.length > 0,
      allow('AttachNamedPolicies', step.attachManagedPolicy, roles, {
        reason: 'The managed policies that these grants name: without a boundary they count in full.',
        condition: { ArnLike: { 'iam:PolicyARN': policies } },
      }),
    ),
  ];
}

function boundedRights(roles: readonly string[], scope: ChunkScope): readonly Right[] {
  const bounded = { 'iam:PermissionsBoundary': scope.boundaries };
  return [
    allow('KeepRolesWithinBoundary', boundedWrites, roles, {
      reason: 'Roles on the paths of the grants, as long as one of their boundaries is on them.',
      condition: { ArnLike: bounded },
    }),
    allow('AttachListedPolicies', step.attachManagedPolicy, roles, {
      reason: 'Policies that a grant names, to roles that have a boundary.',
      condition: { ArnLike: { ...bounded, 'iam:PolicyARN': scope.managedPolicies } },
    }),
    allow('CleanUpAndMark', [...cleanUps, ...markings], roles, {
      reason:
        'Takes away what somebody added. Not bound to the boundary: where that was removed, this is needed most. Tags say whose a role is, for people: IAM knows no boundary here, so tags alone prove nothing.',
    }),
  ];
}

/** Deleting needs a role of its own, so that no run can do it by mistake. */
export function retireRights(arn: string, scope: SpokeScope): readonly Right[] {
  const bounded = { ArnLike: { 'iam:PermissionsBoundary': scope.boundaries } };
  return [
    ...reading(arn),
    ...deletionRights(scope.roles, bounded),
    ...denials(arn, scope, [...cleanUps, 'iam:DeleteRole']),
  ];
}

function deletionRights(
  roles: readonly string[],
  bounded: NonNullable<Right['statement']['Condition']>,
): readonly Right[] {
  const marked = { Null: { 'aws:ResourceTag/azfed:connection': 'false' } };
  const isBounded = Object.keys(bounded).length > 0;
  return [
    allow('EmptyMarkedRoles', cleanUps, roles, {
      reason: 'IAM deletes a role only when nothing is attached to it.',
      condition: marked,
    }),
    allow('DeleteMarkedRoles', ['iam:DeleteRole'], roles, {
      reason: `Roles of the grants that azfed has marked${isBounded ? ' and that still have a boundary' : ''}.`,
      condition: { ...marked, ...bounded },
    }),
  ];
}

/** Actions that let a stack do something with its role (CloudFormation User Guide, service role). */
const stackChanges = [
  'cloudformation:UpdateStack',
  'cloudformation:CreateChangeSet',
  'cloudformation:ExecuteChangeSet',
  'cloudformation:DeleteStack',
];

/** What is azfed's own, by ARN. */
export interface OwnParts {
  readonly roles: readonly string[];
  readonly functions: readonly string[];
  /** With the ids at their ends, or `*`. */
  readonly stacks: readonly string[];
}

/** What a federated role can do at most. */
export function boundaryRights({ roles, functions, stacks }: OwnParts): readonly Right[] {
  const beyond = ['iam:*', 'organizations:*', 'account:*'];
  const within = ['iam:Get*', 'iam:List*', 'iam:PassRole', 'iam:CreateServiceLinkedRole'];
  return [
    {
      reason: 'A boundary grants nothing: what a role can do is said by its policies.',
      statement: { Sid: 'EverythingElse', Effect: 'Allow', NotAction: beyond, Resource: ['*'] },
    },
    allow('ReadIamAndPassRoles', within, ['*'], {
      reason: 'Deployments need it; which roles they pass is said by their policies.',
    }),
    deny(
      'NotAzfed',
      { Action: ['sts:AssumeRole', 'iam:PassRole'], Resource: roles },
      'Nobody gets at IAM through azfed.',
    ),
    deny(
      'NotItsCode',
      { Action: ['lambda:UpdateFunctionCode', 'lambda:UpdateFunctionConfiguration'], Resource: functions },
      'Code that somebody puts into a function of azfed has the rights of its role.',
    ),
    deny(
      'NotItsStacks',
      { Action: stackChanges, Resource: stacks },
      'A stack keeps the role that it was deployed with: whoever changes the stack needs no iam:PassRole.',
    ),
  ];
}

/** Of every role: where `readRole` is left out, the one that writes is used to look as well. */
const reading = (arn: string): readonly Right[] => [
  allow('ReadAccount', iamBulkReads, ['*'], {
    reason:
      'What is there. IAM knows no resource for these; they also show the policies of roles that are not azfed’s.',
  }),
  allow('ReadRolesAndProviders', iamSingleReads, [`${arn}:role/*`, `${arn}:oidc-provider/*`], {
    reason: 'One role or provider, before and after each write. A role is known by its id, wherever it lies.',
  }),
  allow('WhoChangedIt', trailReads, ['*'], {
    reason: 'Finds who changed something, if no event did. CloudTrail knows no resource here.',
  }),
  allow('AskBeforehand', rehearsalReads, ['*'], {
    reason:
      'Whether the policies that grants name are there, AWS’s own among them, before a role is made with them; what a new boundary cuts off, and which of it the role has used; and, for `azfed doctor`, whether these roles may do what a run needs.',
  }),
];

/** They hold whatever else is ever attached to the role. */
function denials(arn: string, { ownRoles }: SpokeScope, own: readonly string[]): readonly Right[] {
  const here = [`${arn}:role/*`, `${arn}:oidc-provider/*`];
  return [
    nothingElse([...reads, ...own]),
    deny(
      'NowhereElse',
      { Action: own, NotResource: here },
      'Only roles and providers, only of this account.',
    ),
    deny('NotItself', { Action: own, Resource: ownRoles }, 'azfed does not change its own roles.'),
  ];
}

function nothingElse(known: readonly string[]): Right {
  return deny(
    'NothingElse',
    { NotAction: known, Resource: ['*'] },
    'Whatever is ever attached to the role: no user, no policy version, no PassRole, no deletion of a boundary or a provider.',
  );
}

function unique(actions: readonly string[]): readonly string[] {
  return [...new Set(actions)];
}
