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

/** One field each. */
const kinds: readonly Tampering[] = [
  async function trust(iam, RoleName) {
    const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
    const PolicyDocument = decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '').replace(
      'StringEquals',
      'StringLike',
    );
    return iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));
  },
  (iam, RoleName) => iam.send(new TagRoleCommand({ RoleName, Tags: [{ Key: 'team', Value: 'pay' }] })),
  (iam, RoleName) => iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn: MANAGED_POLICY })),
  (iam, RoleName) => iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: DRIFT_POLICY })),
  (iam, RoleName) => iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName })),
  (iam, RoleName) => iam.send(new UpdateRoleCommand({ RoleName, Description: 'mine' })),
  (iam, RoleName) =>
    iam.send(
      new PutRolePolicyCommand({
        RoleName,
        PolicyName: INLINE_POLICY,
        PolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
        }),
      }),
    ),
];

/** Somebody changes one field of each of these roles: trust, tag, detached, extra managed, boundary, description and inline in turn. */
export async function tamperInTurn(iam: IAMClient, roles: readonly string[]): Promise<void> {
  for (const [index, role] of roles.entries()) await kinds[index % kinds.length]?.(iam, role);
}
