import type {
  Configuration,
  Grant,
  Organization,
  RolePair,
} from '../../shared/domain/configuration/configuration.ts';
import { PLAIN_TRUST } from '../../shared/domain/configuration/trust-terms.ts';
import { ACCOUNT, organizationId } from './domain-ids.ts';

export const contoso: Organization = {
  name: 'contoso',
  id: organizationId(1),
  url: 'https://dev.azure.com/contoso',
  credential: { type: 'pat', env: 'PAT' },
};

export const fabrikam: Organization = { ...contoso, name: 'fabrikam', id: organizationId(2) };

export const READ_ONLY = 'arn:aws:iam::aws:policy/ReadOnlyAccess';

type Patterns = string | readonly string[];

/** A grant as tests write it: one pattern stands for a list of one. `roles` take the place of patterns. */
export interface GrantFields extends Partial<Omit<Grant, 'connections' | 'role' | 'roles'>> {
  readonly connections?: Readonly<Record<'organization' | 'project' | 'name', Patterns>> | undefined;
  readonly role?: { readonly path: string; readonly name: Patterns } | undefined;
  readonly roles?: readonly RolePair[] | undefined;
}

const listed = (patterns: Patterns): readonly string[] =>
  typeof patterns === 'string' ? [patterns] : patterns;

const everywhere = { organization: '*', project: '*', name: '*' };

/** Allows everything that the builders make, unless narrowed by `fields`. */
export function grant({ connections, role, roles, ...fields }: GrantFields = {}): Grant {
  const { organization, project, name } = { ...everywhere, ...connections };
  const { path, name: roleName } = { path: '/azure-devops/', name: '*', ...role };
  const coverage = {
    connections: { organization: listed(organization), project: listed(project), name: listed(name) },
    role: { path, name: listed(roleName) },
  };
  return {
    ...(roles ? { roles } : coverage),
    name: 'all',
    mode: 'enforce',
    accounts: [ACCOUNT],
    permissions: 'managed',
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
    description: 'managed',
    retire: 'close',
    missing: 'keep',
    revokeSessions: false,
    sharedConnections: 'covered',
    shareRole: false,
    trust: PLAIN_TRUST,
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
