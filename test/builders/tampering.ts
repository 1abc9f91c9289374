import {
  AttachRolePolicyCommand,
  DeleteOpenIDConnectProviderCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  RemoveClientIDFromOpenIDConnectProviderCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
} from '@aws-sdk/client-iam';
import type { IAMClient } from '@aws-sdk/client-iam';
import { ACCOUNT, ORGANIZATION, PROVIDER_ARN, wholeGrant } from './stage.ts';

const issuer = PROVIDER_ARN.slice(PROVIDER_ARN.indexOf('/') + 1);
const audience = { [`${issuer}:aud`]: 'api://AzureADTokenExchange' };
export const READ_ONLY = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
export const ADMINISTRATOR = 'arn:aws:iam::aws:policy/AdministratorAccess';

export const makeSubject = (connection: string) => `sc://${ORGANIZATION}/${connection}`;

/** A statement of a trust: our provider, our audience, and these conditions. */
function trustStatement(conditions: object, provider = PROVIDER_ARN): object {
  return {
    Effect: 'Allow',
    Principal: { Federated: provider },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: conditions,
  };
}

/** The trust that azfed gives to the role of a connection, as a person may paste it. */
export function ownStatement(connection: string, more: object = {}): object {
  return trustStatement({
    StringEquals: { ...audience, [`${issuer}:sub`]: makeSubject(connection) },
    ...more,
  });
}

export const looseStatements = {
  withoutSubject: trustStatement({ StringEquals: audience }),
  wildcard: trustStatement({
    StringEquals: audience,
    StringLike: { [`${issuer}:sub`]: makeSubject('*') },
  }),
  otherProvider: trustStatement(
    { StringEquals: { 'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com' } },
    `arn:aws:iam::${ACCOUNT}:oidc-provider/token.actions.githubusercontent.com`,
  ),
};

export function document(...statements: readonly object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

/** What somebody at the console may do to a role or to the provider. */
export function createTampering(console: IAMClient) {
  const send = console.send.bind(console);
  const update = (role: string, fields: object) =>
    send(
      new UpdateRoleCommand({
        RoleName: role,
        MaxSessionDuration: wholeGrant.maxSessionDuration,
        ...fields,
      }),
    );
  return {
    setTrust: (role: string, ...statements: readonly object[]) =>
      send(new UpdateAssumeRolePolicyCommand({ RoleName: role, PolicyDocument: document(...statements) })),
    attach: (role: string, arn: string) =>
      send(new AttachRolePolicyCommand({ RoleName: role, PolicyArn: arn })),
    detach: (role: string, arn: string) =>
      send(new DetachRolePolicyCommand({ RoleName: role, PolicyArn: arn })),
    putInline: (role: string, name: string, ...statements: readonly object[]) =>
      send(
        new PutRolePolicyCommand({
          RoleName: role,
          PolicyName: name,
          PolicyDocument: document(...statements),
        }),
      ),
    deleteInline: (role: string, name: string) =>
      send(new DeleteRolePolicyCommand({ RoleName: role, PolicyName: name })),
    dropBoundary: (role: string) => send(new DeleteRolePermissionsBoundaryCommand({ RoleName: role })),
    setBoundary: (role: string, arn: string) =>
      send(new PutRolePermissionsBoundaryCommand({ RoleName: role, PermissionsBoundary: arn })),
    setSession: (role: string, seconds: number, description: string) =>
      update(role, { MaxSessionDuration: seconds, Description: description }),
    setDescription: (role: string, text: string) => update(role, { Description: text }),
    tag: (role: string, key: string, value: string) =>
      send(new TagRoleCommand({ RoleName: role, Tags: [{ Key: key, Value: value }] })),
    untag: (role: string, key: string) => send(new UntagRoleCommand({ RoleName: role, TagKeys: [key] })),
    async deleteRole(role: string) {
      await send(new DeleteRolePolicyCommand({ RoleName: role, PolicyName: 'deploy' }));
      await send(new DetachRolePolicyCommand({ RoleName: role, PolicyArn: READ_ONLY }));
      await send(new DeleteRoleCommand({ RoleName: role }));
    },
    removeAudience: () =>
      send(
        new RemoveClientIDFromOpenIDConnectProviderCommand({
          OpenIDConnectProviderArn: PROVIDER_ARN,
          ClientID: 'api://AzureADTokenExchange',
        }),
      ),
    deleteProvider: () =>
      send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: PROVIDER_ARN })),
  };
}

export type Tampering = ReturnType<typeof createTampering>;
