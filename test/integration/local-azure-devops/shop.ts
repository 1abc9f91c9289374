import { startLocalAzureDevOps } from '../../../infra/local/azure-devops/local-azure-devops.ts';
import type {
  LocalAzureDevOps,
  LocalAzureDevOpsOptions,
} from '../../../infra/local/azure-devops/local-azure-devops.ts';
import { LOCAL_PAT } from '../../../infra/local/azure-devops/organizations/organizations.ts';
import type {
  ConnectionRecord,
  OrganizationRecord,
  ProjectRecord,
} from '../../../infra/local/azure-devops/state/state.ts';

export const ROLE_ARN = 'arn:aws:iam::123456789012:role/azure-devops/shop/prod';
export const NOW = Date.UTC(2026, 10, 22, 8);

export interface Shop {
  readonly azdo: LocalAzureDevOps;
  readonly organization: OrganizationRecord;
  readonly project: ProjectRecord;
  readonly connection: ConnectionRecord;
  /** A request with credentials; the path begins after the organization. */
  readonly ask: (path: string, init?: Ask) => Promise<Response>;
}

type Ask = Omit<RequestInit, 'headers'> & { readonly headers?: Readonly<Record<string, string>> };

/** `contoso / My Shop / aws-prod`, asking for OIDC. */
export async function openShop(options: LocalAzureDevOpsOptions = {}): Promise<Shop> {
  const azdo = await startLocalAzureDevOps({ now: () => NOW, ...options });
  const organization = azdo.organizations.create({ name: 'contoso' });
  const project = azdo.projects.create('contoso', 'My Shop');
  const connection = azdo.connections.create('contoso', {
    project: 'My Shop',
    name: 'aws-prod',
    roleArn: ROLE_ARN,
    useOidc: true,
  });
  return { azdo, organization, project, connection, ask: asking(azdo, LOCAL_PAT) };
}

export function asking(azdo: LocalAzureDevOps, token: string): Shop['ask'] {
  return (path, init = {}) =>
    fetch(`${azdo.url}/contoso${path}`, {
      redirect: 'manual',
      ...init,
      headers: {
        authorization: `Basic ${btoa(`:${token}`)}`,
        accept: 'application/json;api-version=7.2-preview.1',
        ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...init.headers,
      },
    });
}

export const ENDPOINTS = '/My%20Shop/_apis/serviceendpoint/endpoints';
