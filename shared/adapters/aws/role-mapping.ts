import type { AttachedPolicy, InstanceProfile, PolicyDetail, Role, RoleDetail } from '@aws-sdk/client-iam';
import { isPathOfAws, parseRoleArn, type ParsedRoleArn } from '../../domain/kernel/arn.ts';
import type { RoleArn, RoleId } from '../../domain/kernel/ids.ts';
import { parsePolicy, type PolicyDocument } from '../../domain/policy/policy-document.ts';
import type { ObservedRole, RolePolicies } from '../../domain/iam/role.ts';
import { present } from './iam-client.ts';

/** What a role may do, as IAM tells it. */
export interface PolicyBelongings {
  readonly managed: readonly AttachedPolicy[];
  readonly inline: readonly PolicyDetail[];
}

/** What hangs on a role. */
export interface RoleBelongings extends PolicyBelongings {
  /** Left out: not known. */
  readonly profiles?: readonly InstanceProfile[];
}

// IAM applies one hour when a role says nothing (IAM API reference, CreateRole).
const DEFAULT_SESSION_SECONDS = 3_600;

/**
 * The bulk lists are complete together only: GetAccountAuthorizationDetails leaves out the description, the session
 * duration and the template; ListRoles the tags, the boundary, the last use, the policies and the instance profiles
 * (IAM API reference).
 */
export function joinRole(listed: Role, detail: RoleDetail): ObservedRole {
  const { Tags, PermissionsBoundary, RoleLastUsed, AssumeRolePolicyDocument, InstanceProfileList } = detail;
  return mapRole(
    { ...listed, Tags, PermissionsBoundary, RoleLastUsed, AssumeRolePolicyDocument },
    {
      managed: detail.AttachedManagedPolicies ?? [],
      inline: detail.RolePolicyList ?? [],
      ...(InstanceProfileList ? { profiles: InstanceProfileList } : {}),
    },
  );
}

/** Throws TransientError when the answer lacks what every role has. */
export function mapRole(role: Role, { profiles, ...policies }: RoleBelongings): ObservedRole {
  const { arn, account, path, name } = readRole(role);
  return {
    ...{ arn, account, path, name },
    id: present(role.RoleId, arn) as RoleId,
    createdAt: present(role.CreateDate, arn).getTime(),
    // Of a role that was never used it is there and empty (IAM API reference, RoleLastUsed).
    ...(role.RoleLastUsed ? { lastUsedAt: role.RoleLastUsed.LastUsedDate?.getTime() ?? 0 } : {}),
    ...(profiles
      ? {
          instanceProfiles: profiles.map((profile) => present(profile.InstanceProfileName, arn)),
        }
      : {}),
    isFromTemplate: role.SourceRoleTemplate !== undefined || isPathOfAws(path),
    trust: readDocument(present(role.AssumeRolePolicyDocument, arn)),
    boundary: role.PermissionsBoundary?.PermissionsBoundaryArn,
    ...mapPolicies(arn, policies),
    maxSessionDuration: role.MaxSessionDuration ?? DEFAULT_SESSION_SECONDS,
    description: role.Description ?? '',
    tags: Object.fromEntries((role.Tags ?? []).map(({ Key, Value }) => [present(Key, arn), Value ?? ''])),
  };
}

/** Throws TransientError when the answer lacks what every policy has. */
export const mapPolicies = (role: RoleArn, { managed, inline }: PolicyBelongings): RolePolicies => ({
  managedPolicies: managed.map(({ PolicyArn }) => present(PolicyArn, role)),
  inlinePolicies: Object.fromEntries(
    inline.map(({ PolicyName, PolicyDocument }) => [
      present(PolicyName, role),
      readSharedDocument(present(PolicyDocument, role)),
    ]),
  ),
});

/** Throws TransientError for what is not the ARN of a role. */
export const readRole = ({ Arn }: Role | RoleDetail): ParsedRoleArn =>
  present(parseRoleArn(Arn ?? ''), 'a role');

/** IAM returns documents percent-encoded as in RFC 3986 (IAM API reference, GetRole); the SDK leaves them so. */
export function readDocument(encoded: string): PolicyDocument {
  const text = decoded(encoded);
  const parsed = parsePolicy(text);
  return parsed.readable ? parsed.document : { Unreadable: text };
}

/** The roles of a grant have the same policies: what is known of one document is not worked out again for each of them. */
function readSharedDocument(encoded: string): PolicyDocument {
  const document = sharedDocuments.get(encoded) ?? readDocument(encoded);
  if (sharedDocuments.size >= SHARED_DOCUMENTS) sharedDocuments.clear();
  sharedDocuments.set(encoded, document);
  return document;
}

const sharedDocuments = new Map<string, PolicyDocument>();
const SHARED_DOCUMENTS = 1_000;

function decoded(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}
