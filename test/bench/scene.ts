import { LOOPBACK_ALLOWED } from '../../shared/config/environment.ts';
import { parseConfiguration } from '../../shared/config/load-configuration.ts';
import { noPolicyFiles } from '../../shared/config/inline-policies.ts';
import type { Configuration } from '../../shared/domain/configuration/configuration.ts';
import { systemClock } from '../../shared/adapters/system/system-clock.ts';
import type { Clock } from '../../shared/ports/clock.ts';

export const ORGANIZATION = 'contoso';
export const ORGANIZATION_ID = '5bb3ca2a-4b35-4d0c-9c7e-0c0f5e1f1a01';
export const ACCOUNT = '123456789012';
export const PROVIDER_ARN = `arn:aws:iam::${ACCOUNT}:oidc-provider/vstoken.dev.azure.com/${ORGANIZATION_ID}`;
/** Room for all; a new account has room for 1,000 roles (IAM User Guide, IAM and STS quotas). */
export const ROLES_QUOTA = 10_000;
/** What every role has. */
export const MANAGED_POLICY = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
export const INLINE_POLICY = 'deploy';
/** What somebody attaches to a role by hand. */
export const DRIFT_POLICY = 'arn:aws:iam::aws:policy/AdministratorAccess';
const CONNECTIONS_OF_A_PROJECT = 100;

/** One in a hundred. */
export const hasDrift = (index: number): boolean => index % 100 === 0;

export interface SceneConnection {
  readonly project: string;
  readonly name: string;
  readonly roleName: string;
  readonly roleArn: string;
}

export function makeConnections(size: number): readonly SceneConnection[] {
  return Array.from({ length: size }, (_, index) => {
    const roleName = `deploy-${index}`;
    return {
      project: projectName(index),
      name: `aws-${index}`,
      roleName,
      roleArn: `arn:aws:iam::${ACCOUNT}:role/azure-devops/${roleName}`,
    };
  });
}

export function listProjects(size: number): readonly string[] {
  return [...new Set(makeConnections(size).map(({ project }) => project))];
}

const projectName = (index: number) => `Project ${Math.floor(index / CONNECTIONS_OF_A_PROJECT)}`;

const inlinePolicies = {
  [INLINE_POLICY]: {
    document: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: ['s3:PutObject', 's3:GetObject'], Resource: '*' }],
    },
  },
};

/** One grant for all: a managed policy and a tag for every role; and, where it is not plain, a boundary and an inline policy. */
export function sceneConfiguration(azureDevOps: string, isPlain = false): Configuration {
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
    accounts: [{ id: ACCOUNT, assumeRole: `arn:aws:iam::${ACCOUNT}:role/azfed-spoke` }],
    // Room for everything in one run.
    limits: { changesPerPass: 1_000_000, changesPercent: 100 },
    grants: [
      {
        name: 'all',
        mode: 'enforce',
        connections: { organization: ORGANIZATION, project: '*', name: '*' },
        accounts: [ACCOUNT],
        role: { path: '/azure-devops/', name: '*' },
        managedPolicies: [MANAGED_POLICY],
        ...(isPlain
          ? { boundary: 'none' }
          : { boundary: `arn:aws:iam::${ACCOUNT}:policy/azfed-boundary`, inlinePolicies }),
        tags: { team: 'shop' },
      },
    ],
  };
  return parseConfiguration(JSON.stringify(document), 'federation.yaml', noPolicyFiles, LOOPBACK_ALLOWED);
}

/** Time goes on by itself, and jumps ahead where something waits. */
export function createFastClock(): Clock {
  let ahead = 0;
  return {
    now: () => Date.now() + ahead,
    sleep: (milliseconds: number) => {
      ahead += milliseconds;
      return Promise.resolve();
    },
  };
}

/** Real time, some while after now: what was written before has propagated. */
export function createLaterClock(laterMs: number): Clock {
  return { ...systemClock, now: () => systemClock.now() + laterMs };
}

/** How fast time goes by: so many seconds of the machine to a second, counted from then (epoch milliseconds). */
export interface Pace {
  readonly from: number;
  readonly stretch: number;
}

/** One time for several processes, as slow as it has to be where a busy machine would be what is measured. */
export function createPacedClock({ from, stretch }: Pace): Clock {
  return {
    now: () => from + (Date.now() - from) / stretch,
    sleep: (milliseconds: number) => systemClock.sleep(milliseconds * stretch),
  };
}
