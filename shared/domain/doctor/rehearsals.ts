import { providerArn, fillPlaceholders } from '../kernel/arn.ts';
import type { Account, Configuration, Grant, Organization } from '../configuration/configuration.ts';
import { NO_BOUNDARY } from '../configuration/configuration.ts';
import { coversOrganization } from '../configuration/grant-coverage.ts';
import { selectProfiles } from '../issuers/issuer.ts';
import type { WriteStep } from '../iam/iam-operation.ts';
import type { AccountQuestions, Duty, Rehearsal } from './examination.ts';

type StepName = WriteStep['action'];

/** Repairs that any drift may call for. */
const repairs: readonly StepName[] = [
  'setBoundary',
  'setTrust',
  'updateRole',
  'putInlinePolicy',
  'deleteInlinePolicy',
  'detachManagedPolicy',
  'tagRole',
  'untagRole',
];
/** Without a boundary nothing is written into a role, and none is put there. */
const needsBoundary: readonly StepName[] = ['setBoundary', 'putInlinePolicy'];
const retirements: readonly StepName[] = ['detachManagedPolicy', 'deleteInlinePolicy', 'deleteRole'];

/** Grants that are about roles of the account. */
export function selectAccountGrants(
  { grants }: Pick<Configuration, 'grants'>,
  { id }: Account,
): readonly Grant[] {
  return grants.filter(({ accounts }) => accounts.includes(id));
}

/** What the grants ask of an account: of those that only observe, nothing but that their policies are there. */
export function buildAccountQuestions(configuration: Configuration, account: Account): AccountQuestions {
  const grants = selectAccountGrants(configuration, account);
  const rehearsals = distinct(
    grants.flatMap((grant) => listRehearsals(grant, account, configuration.organizations)),
  );
  const duties: readonly Duty[] = ['look', ...rehearsals.map(({ duty }) => duty)];
  const [bounded] = grants.filter(attachesBoundary).flatMap((grant) => listExamples(grant, account));
  return {
    duties: [...new Set(duties)],
    policies: [...new Set(grants.flatMap((grant) => listGrantPolicies(grant, account)))],
    rehearsals,
    ...(bounded === undefined ? {} : { lastAccessedOf: bounded }),
  };
}

const attachesBoundary = ({ mode, permissions, boundary }: Grant): boolean =>
  mode !== 'observe' && permissions === 'managed' && boundary !== NO_BOUNDARY;

/** The boundary, if any, then the managed policies, as they are called in this account. */
export function listGrantPolicies(
  { boundary, managedPolicies }: Grant,
  { id, partition }: Account,
): readonly string[] {
  return [...(boundary === NO_BOUNDARY ? [] : [boundary]), ...managedPolicies].map((arn) =>
    fillPlaceholders(arn, partition, id),
  );
}

function listRehearsals(
  grant: Grant,
  account: Account,
  organizations: readonly Organization[],
): readonly Rehearsal[] {
  if (grant.mode === 'observe') return [];
  const isEnforced = grant.mode === 'enforce';
  const inPlace = (arn: string) => fillPlaceholders(arn, account.partition, account.id);
  const context =
    grant.boundary === NO_BOUNDARY ? {} : { 'iam:PermissionsBoundary': inPlace(grant.boundary) };
  const onRoles = (
    duty: Rehearsal['duty'],
    steps: readonly StepName[],
    more: Rehearsal['context'] = {},
  ): readonly Rehearsal[] =>
    listExamples(grant, account).map((resource) => ({
      duty,
      steps,
      resource,
      context: { ...context, ...more },
    }));
  return [
    ...onRoles('write', listSteps(grant)),
    ...grant.managedPolicies.flatMap((policy) =>
      onRoles('write', ['attachManagedPolicy'], { 'iam:PolicyARN': inPlace(policy) }),
    ),
    ...organizations
      .filter((organization) => coversOrganization(grant, organization))
      .flatMap((organization) => selectProfiles(organization, grant.issuer ?? organization.issuer))
      .map(({ issuer }) => onProvider(account, issuer, isEnforced)),
    ...(isEnforced && grant.retire === 'delete'
      ? onRoles('retire', retirements, { 'aws:ResourceTag/azfed:connection': 'doctor' })
      : []),
  ];
}

const onProvider = (account: Account, issuer: string, isEnforced: boolean): Rehearsal => ({
  duty: 'write',
  steps: isEnforced ? ['createProvider', 'addAudience'] : ['addAudience'],
  resource: providerArn(account.partition, account.id, issuer),
  context: {},
});

/** What a run may have to do with a role of the grant: where permissions are somebody else's, with its trust and tags alone. */
function listSteps({ permissions, boundary, mode }: Grant): readonly StepName[] {
  if (permissions === 'unmanaged') return ['setTrust', 'tagRole', 'untagRole'];
  const creation: readonly StepName[] = mode === 'enforce' ? ['createRole'] : [];
  return boundary === NO_BOUNDARY
    ? [...creation, ...repairs.filter((step) => !needsBoundary.includes(step))]
    : [...creation, ...repairs];
}

/** The roles of the pairs; of patterns, a name that each allows. */
function listExamples(grant: Grant, { id, partition }: Account): readonly string[] {
  const arn = `arn:${partition}:iam::${id}:role`;
  if (grant.roles)
    return grant.roles.flatMap(({ accounts, path, name }) =>
      accounts.includes(id) ? [`${arn}${path}${name}`] : [],
    );
  return grant.role.name.map((pattern) => `${arn}${grant.role.path}${makeExample(pattern)}`);
}

const makeExample = (pattern: string): string =>
  pattern.replaceAll('*', 'azfed-doctor').replaceAll('?', 'x').slice(0, 64);

/** Grants that ask for the same are asked for once. */
function distinct(rehearsals: readonly Rehearsal[]): readonly Rehearsal[] {
  return [...new Map(rehearsals.map((one) => [JSON.stringify(one), one])).values()];
}
