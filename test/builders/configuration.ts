import type { Configuration, Grant, Organization } from '../../shared/domain/configuration/configuration.ts';
import { ACCOUNT, organizationId } from './domain-ids.ts';

export const contoso: Organization = {
  name: 'contoso',
  id: organizationId(1),
  url: 'https://dev.azure.com/contoso',
  credential: { type: 'pat', env: 'PAT' },
};

export const fabrikam: Organization = { ...contoso, name: 'fabrikam', id: organizationId(2) };

export const READ_ONLY = 'arn:aws:iam::aws:policy/ReadOnlyAccess';

/** Allows everything that the builders make, unless narrowed by `fields`. */
export function grant(fields: Partial<Grant> = {}): Grant {
  return {
    name: 'all',
    mode: 'enforce',
    connections: { organization: '*', project: '*', name: '*' },
    accounts: [ACCOUNT],
    role: { path: '/azure-devops/', name: '*' },
    boundary: 'arn:{partition}:iam::{account}:policy/azfed-boundary',
    managedPolicies: [READ_ONLY],
    inlinePolicies: {
      deploy: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: '*' }],
      },
    },
    maxSessionDuration: 7_200,
    tags: { team: 'shop' },
    retire: 'close',
    missing: 'keep',
    revokeSessions: false,
    sharedConnections: 'covered',
    shareRole: false,
    ...fields,
  };
}

/** Limits that never hold anything, so that a test of something else is not about them. */
export function configuration(fields: Partial<Configuration> = {}): Configuration {
  return {
    organizations: [contoso],
    accounts: [{ id: ACCOUNT, partition: 'aws' }],
    grants: [grant()],
    limits: {
      changesPerPass: 1_000,
      closuresPerPass: 1_000,
      changesPercent: 100,
      closuresPercent: 100,
      deletionWaitDays: 30,
      missingWaitDays: 3,
      driftPercent: 100,
      absencePercent: 100,
      reminderDays: 7,
    },
    denyWindows: [],
    webhooks: [],
    ...fields,
  };
}
