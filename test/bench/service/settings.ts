import { noPolicyFiles } from '../../../shared/config/inline-policies.ts';
import { parseConfiguration } from '../../../shared/config/load-configuration.ts';
import { LOOPBACK_ALLOWED } from '../../../shared/config/environment.ts';
import type { Configuration } from '../../../shared/domain/configuration/configuration.ts';
import { ORGANIZATION, ORGANIZATION_ID } from '../scene.ts';

/** How large a deployment is: so many connections, as many in each account, a hundred in a project. */
export interface Size {
  readonly connections: number;
  readonly accounts: number;
}

const CONNECTIONS_OF_A_PROJECT = 100;
const FIRST_ACCOUNT = 200_000_000_000;

/** Numbers have the same width everywhere, so that no name is the beginning of another, and records are of one length. */
const digits = (number: number) => String(number).padStart(6, '0');

export const listAccounts = ({ accounts }: Size): readonly string[] =>
  Array.from({ length: accounts }, (_, index) => String(FIRST_ACCOUNT + index));

export interface ServiceConnectionPlace {
  readonly project: string;
  readonly name: string;
  readonly account: string;
  readonly roleName: string;
  readonly roleArn: string;
}

export function listConnections(size: Size): readonly ServiceConnectionPlace[] {
  const ofAccount = size.connections / size.accounts;
  return Array.from({ length: size.connections }, (_, index) => {
    const account = String(FIRST_ACCOUNT + Math.floor(index / ofAccount));
    const roleName = `deploy-${digits(index)}`;
    return {
      project: `Project ${digits(Math.floor(index / CONNECTIONS_OF_A_PROJECT))}`,
      name: `aws-${digits(index)}`,
      account,
      roleName,
      roleArn: `arn:aws:iam::${account}:role/azure-devops/${roleName}`,
    };
  });
}

export function serviceConfiguration(size: Size, azureDevOps: string): Configuration {
  const accounts = listAccounts(size);
  const document = {
    version: 1,
    organizations: [
      {
        name: ORGANIZATION,
        id: ORGANIZATION_ID,
        url: `${azureDevOps}/${ORGANIZATION}`,
        credential: { type: 'pat', env: 'AZURE_DEVOPS_PAT' },
      },
    ],
    accounts: accounts.map((id) => ({ id, assumeRole: `arn:aws:iam::${id}:role/azfed-spoke` })),
    limits: { changesPerPass: 1_000, changesPercent: 100 },
    grants: [
      {
        name: 'all',
        mode: 'enforce',
        connections: { organization: ORGANIZATION, project: '*', name: '*' },
        accounts,
        role: { path: '/azure-devops/', name: '*' },
        boundary: 'none',
        managedPolicies: ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
        tags: { team: 'shop' },
      },
    ],
  };
  return parseConfiguration(JSON.stringify(document), 'federation.yaml', noPolicyFiles, LOOPBACK_ALLOWED);
}
