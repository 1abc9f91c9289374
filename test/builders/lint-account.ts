import type { AccountId, OrganizationId, ProviderArn, RoleId } from '../../shared/domain/kernel/ids.ts';
import type { AccountObservation, ObservedProvider, ObservedRole } from '../../shared/domain/iam/role.ts';
import type { Json, PolicyDocument } from '../../shared/domain/policy/policy-document.ts';
import { complete } from '../../shared/domain/kernel/result.ts';
import { ACCOUNT, organizationId, roleArn } from './domain-ids.ts';

export const OURS: OrganizationId = organizationId(1);
export const VSTOKEN = `vstoken.dev.azure.com/${OURS}`;
export const ENTRA = 'login.microsoftonline.com/99999999-8888-7777-6666-555555555555/v2.0';
export const AUDIENCES: Readonly<Record<string, string>> = {
  [VSTOKEN]: 'api://AzureADTokenExchange',
  [ENTRA]: 'fb60f99c-7a34-4190-8149-302f77469936',
};

export function provider(issuer: string, account: AccountId = ACCOUNT): ProviderArn {
  return `arn:aws:iam::${account}:oidc-provider/${issuer}` as ProviderArn;
}

/** What Entra calls a service connection. */
export function entraSubject(organization: string, connection: string): string {
  return `/eid1/c/pub/t/dGVuYW50/a/YXBw/sc/${organization}/${connection}`;
}

/** A statement as it should be, with some of its elements changed. */
export function statement(issuer: string, condition: Json, changes: Readonly<Record<string, Json>> = {}) {
  return {
    Effect: 'Allow',
    Principal: { Federated: provider(issuer) },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: condition,
    ...changes,
  };
}

export function makeTrust(...statements: readonly ReturnType<typeof statement>[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: statements };
}

export function makeRole(trust: PolicyDocument, name = 'sloppy', path = '/apps/'): ObservedRole {
  return {
    arn: roleArn(name, path),
    id: `AROA${name.toUpperCase()}` as RoleId,
    account: ACCOUNT,
    path,
    name,
    createdAt: 0,
    isFromTemplate: false,
    trust,
    boundary: undefined,
    managedPolicies: [],
    inlinePolicies: {},
    maxSessionDuration: 3600,
    description: '',
    tags: {},
  };
}

/** An account that could be read, with these roles and these providers: audiences by issuer. */
export function makeAccount(
  roles: readonly ObservedRole[],
  audiences: Readonly<Record<string, string | readonly string[]>> = AUDIENCES,
): AccountObservation {
  const ours = Object.entries(audiences).map(([issuer, accepted]): ObservedProvider => ({
    arn: provider(issuer),
    issuer,
    audiences: [accepted].flat(),
  }));
  return {
    account: ACCOUNT,
    roles: complete({ inScope: roles, elsewhere: [] }),
    providers: complete({ arns: ours.map(({ arn }) => arn), ours }),
    quotas: complete({ trustLength: 2048, roles: 1000, rolesUsed: roles.length, managedPoliciesPerRole: 10 }),
    calls: 0,
  };
}
