import {
  GetOpenIDConnectProviderCommand,
  ListOpenIDConnectProvidersCommand,
  paginateGetAccountAuthorizationDetails,
  paginateListRoles,
} from '@aws-sdk/client-iam';
import type { IAMClient, RoleDetail } from '@aws-sdk/client-iam';
import { canonicalPolicy } from '../../shared/domain/policy/canonical-policy.ts';
import type { PolicyDocument } from '../../shared/domain/policy/policy-document.ts';
import { required } from './stage.ts';

export interface RoleView {
  /** Canonical JSON. */
  readonly trust: string;
  readonly boundary: string | undefined;
  readonly managedPolicies: readonly string[];
  readonly inlinePolicies: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly maxSessionDuration: number | undefined;
  readonly description: string | undefined;
}

/** Roles of connections by name, and audiences of providers by ARN, as somebody at the console sees them. */
export interface IamView {
  readonly roles: Readonly<Record<string, RoleView>>;
  readonly providers: Readonly<Record<string, readonly string[]>>;
}

export async function viewIam(console: IAMClient, path = '/azure-devops/'): Promise<IamView> {
  const details = await viewDetails(console);
  const roles: Record<string, RoleView> = {};
  for await (const page of paginateListRoles({ client: console }, { PathPrefix: path }))
    for (const { RoleName: name = '', MaxSessionDuration: maxSessionDuration, Description } of page.Roles ??
      [])
      roles[name] = { ...required(details.get(name), name), maxSessionDuration, description: Description };
  return { roles, providers: await viewProviders(console) };
}

/** One role, wherever it lies; throws when there is none of that name. */
export async function viewRole(console: IAMClient, name: string): Promise<RoleView> {
  return required((await viewIam(console, '/')).roles[name], name);
}

type DetailView = Omit<RoleView, 'maxSessionDuration' | 'description'>;

async function viewDetails(console: IAMClient): Promise<ReadonlyMap<string, DetailView>> {
  const details = new Map<string, DetailView>();
  for await (const page of paginateGetAccountAuthorizationDetails({ client: console }, { Filter: ['Role'] }))
    for (const detail of page.RoleDetailList ?? []) details.set(detail.RoleName ?? '', viewDetail(detail));
  return details;
}

function viewDetail(detail: RoleDetail): DetailView {
  const attached = detail.AttachedManagedPolicies ?? [];
  return {
    trust: documentText(detail.AssumeRolePolicyDocument),
    boundary: detail.PermissionsBoundary?.PermissionsBoundaryArn,
    managedPolicies: attached.map(({ PolicyArn }) => PolicyArn ?? '').sort(),
    inlinePolicies: sorted(
      (detail.RolePolicyList ?? []).map(({ PolicyName, PolicyDocument: text }) => [
        PolicyName ?? '',
        documentText(text),
      ]),
    ),
    tags: sorted((detail.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? ''])),
  };
}

const sorted = (pairs: readonly (readonly [string, string])[]) =>
  Object.fromEntries([...pairs].sort(([a], [b]) => (a < b ? -1 : 1)));

function documentText(encoded = ''): string {
  return JSON.stringify(canonicalPolicy(JSON.parse(decodeURIComponent(encoded)) as PolicyDocument));
}

async function viewProviders(console: IAMClient): Promise<IamView['providers']> {
  const { OpenIDConnectProviderList: list = [] } = await console.send(
    new ListOpenIDConnectProvidersCommand(),
  );
  const providers: Record<string, readonly string[]> = {};
  for (const { Arn: arn = '' } of list) {
    const command = new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn });
    providers[arn] = (await console.send(command)).ClientIDList ?? [];
  }
  return providers;
}
