import type { AttachedPolicy, InstanceProfile, PolicyDetail, Role } from '@aws-sdk/client-iam';
import {
  GetOpenIDConnectProviderCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListInstanceProfilesForRoleCommand,
  ListRolePoliciesCommand,
} from '@aws-sdk/client-iam';
import { splitRoleArn } from '../../domain/kernel/arn.ts';
import type { ProviderArn, RoleArn } from '../../domain/kernel/ids.ts';
import type { PolicyDocument } from '../../domain/policy/policy-document.ts';
import type { ObservedProvider, ObservedRole, RolePolicies } from '../../domain/iam/role.ts';
import type { RoleParts } from '../../ports/accounts.ts';
import { buildRead, unlessMissing, present, readPages, type IamRequests } from './iam-client.ts';
import { mapPolicies, mapRole, readDocument, readRole, type PolicyBelongings } from './role-mapping.ts';

/** What the bulk lists show as well: a look is the same whichever way it was made. */
export const everyPart: RoleParts = { managedPolicies: true, inlinePolicies: 'all', instanceProfiles: true };

/** Requests that reading all parts of one role takes, when it has one inline policy. */
export const READS_PER_ROLE = 5;

/** Requests that reading these parts of one role takes, where no list has a second page. */
export function countReads({ managedPolicies, inlinePolicies }: RoleParts): number {
  const inline = inlinePolicies === 'all' ? 2 : inlinePolicies.length;
  return 1 + Number(managedPolicies) + inline;
}

/** IAM knows roles by their names alone. */
export const roleName = (role: RoleArn): string => splitRoleArn(role).name;

/** The role that has the name of this one: itself, or one that lies elsewhere. */
export async function findNamesake(iam: IamRequests, role: RoleArn): Promise<Role | undefined> {
  const command = new GetRoleCommand({ RoleName: roleName(role) });
  const answer = await unlessMissing(
    iam.send(buildRead('iam:GetRole', role), (client) => client.send(command)),
  );
  return answer && present(answer.Role, 'iam:GetRole');
}

/** `undefined` when there is no such role, or only one of that name elsewhere. */
export async function readSingleRole(
  iam: IamRequests,
  role: RoleArn,
  parts: RoleParts,
): Promise<ObservedRole | undefined> {
  const found = await findNamesake(iam, role);
  return found?.Arn === role ? readParts(iam, found, parts) : undefined;
}

/** `undefined` when the role went away in between. */
export async function readParts(
  iam: IamRequests,
  role: Role,
  { instanceProfiles = false, ...parts }: RoleParts,
): Promise<ObservedRole | undefined> {
  const { arn } = readRole(role);
  const policies = await readBelongings(iam, arn, parts);
  const profiles = await unlessMissing(instanceProfiles ? readProfiles(iam, arn) : Promise.resolve([]));
  if (!policies || !profiles) return undefined;
  return mapRole(role, { ...policies, ...(instanceProfiles ? { profiles } : {}) });
}

/** None when there is no such role. */
export async function readPolicies(
  iam: IamRequests,
  role: RoleArn,
  parts: PolicyParts,
): Promise<RolePolicies> {
  const policies = await readBelongings(iam, role, parts);
  return mapPolicies(role, policies ?? { managed: [], inline: [] });
}

type PolicyParts = Omit<RoleParts, 'instanceProfiles'>;

/** `undefined` when a list says that there is no such role. */
async function readBelongings(
  iam: IamRequests,
  role: RoleArn,
  { managedPolicies, inlinePolicies }: PolicyParts,
): Promise<PolicyBelongings | undefined> {
  const managed = await unlessMissing(managedPolicies ? readAttached(iam, role) : Promise.resolve([]));
  const names = await unlessMissing(
    inlinePolicies === 'all' ? readInlineNames(iam, role) : Promise.resolve(inlinePolicies),
  );
  if (!managed || !names) return undefined;
  const inline: PolicyDetail[] = [];
  for (const name of names) inline.push(...(await readInline(iam, role, name)));
  return { managed, inline };
}

/** `undefined` when there is no such provider. */
export async function readSingleProvider(
  iam: IamRequests,
  arn: ProviderArn,
): Promise<ObservedProvider | undefined> {
  const command = new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn });
  const answer = await unlessMissing(
    iam.send(buildRead('iam:GetOpenIDConnectProvider', arn), (client) => client.send(command)),
  );
  return answer && { arn, issuer: present(answer.Url, arn), audiences: answer.ClientIDList ?? [] };
}

export async function findPolicy(iam: IamRequests, arn: string): Promise<'there' | 'missing'> {
  const command = new GetPolicyCommand({ PolicyArn: arn });
  const answer = await unlessMissing(
    iam.send(buildRead('iam:GetPolicy', arn), (client) => client.send(command)),
  );
  return answer ? 'there' : 'missing';
}

/** The version in force. `undefined`: there is no such policy. */
export async function readPolicyDocument(iam: IamRequests, arn: string): Promise<PolicyDocument | undefined> {
  const answer = await unlessMissing(
    iam.send(buildRead('iam:GetPolicy', arn), (client) =>
      client.send(new GetPolicyCommand({ PolicyArn: arn })),
    ),
  );
  if (!answer) return undefined;
  const VersionId = present(answer.Policy?.DefaultVersionId, arn);
  const command = new GetPolicyVersionCommand({ PolicyArn: arn, VersionId });
  const { PolicyVersion: version } = await iam.send(buildRead('iam:GetPolicyVersion', arn), (client) =>
    client.send(command),
  );
  return readDocument(present(version?.Document, arn));
}

function readAttached(iam: IamRequests, role: RoleArn): Promise<readonly AttachedPolicy[]> {
  const call = buildRead('iam:ListAttachedRolePolicies', role);
  const RoleName = roleName(role);
  return readPages(
    call.action,
    (marker) =>
      iam.send(call, (client) => client.send(new ListAttachedRolePoliciesCommand({ RoleName, ...marker }))),
    ({ AttachedPolicies }) => AttachedPolicies,
  );
}

function readInlineNames(iam: IamRequests, role: RoleArn): Promise<readonly string[]> {
  const call = buildRead('iam:ListRolePolicies', role);
  const RoleName = roleName(role);
  return readPages(
    call.action,
    (marker) => iam.send(call, (client) => client.send(new ListRolePoliciesCommand({ RoleName, ...marker }))),
    ({ PolicyNames }) => PolicyNames,
  );
}

function readProfiles(iam: IamRequests, role: RoleArn): Promise<readonly InstanceProfile[]> {
  const call = buildRead('iam:ListInstanceProfilesForRole', role);
  const RoleName = roleName(role);
  return readPages(
    call.action,
    (marker) =>
      iam.send(call, (client) =>
        client.send(new ListInstanceProfilesForRoleCommand({ RoleName, ...marker })),
      ),
    ({ InstanceProfiles }) => InstanceProfiles,
  );
}

/** None when there is no such policy. */
async function readInline(iam: IamRequests, role: RoleArn, name: string): Promise<readonly PolicyDetail[]> {
  const command = new GetRolePolicyCommand({ RoleName: roleName(role), PolicyName: name });
  const answer = await unlessMissing(
    iam.send(buildRead('iam:GetRolePolicy', role), (client) => client.send(command)),
  );
  return answer ? [{ PolicyName: name, PolicyDocument: present(answer.PolicyDocument, role) }] : [];
}
