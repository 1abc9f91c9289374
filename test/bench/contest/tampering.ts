import type { IAMClient } from '@aws-sdk/client-iam';
import {
  AttachRolePolicyCommand,
  DeleteRolePermissionsBoundaryCommand,
  DetachRolePolicyCommand,
  GetRoleCommand,
  PutRolePolicyCommand,
  TagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
} from '@aws-sdk/client-iam';
import { DRIFT_POLICY, INLINE_POLICY, MANAGED_POLICY } from '../scene.ts';

type Tampering = (iam: IAMClient, RoleName: string) => Promise<unknown>;

async function loosenTrust(iam: IAMClient, RoleName: string): Promise<unknown> {
  const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
  const PolicyDocument = decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '').replace(
    'StringEquals',
    'StringLike',
  );
  return iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));
}

const allowEverything: Tampering = (iam, RoleName) =>
  iam.send(
    new PutRolePolicyCommand({
      RoleName,
      PolicyName: INLINE_POLICY,
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
      }),
    }),
  );

/** One field each. */
const kinds: Readonly<Record<string, Tampering>> = {
  trust: loosenTrust,
  tag: (iam, RoleName) => iam.send(new TagRoleCommand({ RoleName, Tags: [{ Key: 'team', Value: 'pay' }] })),
  'a policy taken off': (iam, RoleName) =>
    iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn: MANAGED_POLICY })),
  'a policy too many': (iam, RoleName) =>
    iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: DRIFT_POLICY })),
  boundary: (iam, RoleName) => iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName })),
  description: (iam, RoleName) => iam.send(new UpdateRoleCommand({ RoleName, Description: 'mine' })),
  'inline policy': allowEverything,
};

/** Somebody changes one field of each of these roles, one kind after the other. Gives the roles of each kind. */
export async function tamperInTurn(
  iam: IAMClient,
  roles: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const all = Object.entries(kinds).map(([kind, tamper], place) => ({
    kind,
    tamper,
    ofKind: roles.filter((_, index) => index % Object.keys(kinds).length === place),
  }));
  for (const { tamper, ofKind } of all) for (const role of ofKind) await tamper(iam, role);
  return new Map(all.map(({ kind, ofKind }) => [kind, ofKind]));
}
