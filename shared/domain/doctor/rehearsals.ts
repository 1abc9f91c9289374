import { providerArn, fillPlaceholders } from '../kernel/arn.ts';
import type { Account, Configuration, Grant, Organization } from '../configuration/configuration.ts';
import { matchesPattern } from '../kernel/glob.ts';
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
  return {
    duties: [...new Set(duties)],
    policies: [...new Set(grants.flatMap((grant) => listGrantPolicies(grant, account)))],
    rehearsals,
  };
}

/** The boundary, then the managed policies, as they are called in this account. */
export function listGrantPolicies(
  { boundary, managedPolicies }: Grant,
  { id, partition }: Account,
): readonly string[] {
  return [boundary, ...managedPolicies].map((arn) => fillPlaceholders(arn, partition, id));
}

function listRehearsals(
  grant: Grant,
  account: Account,
  organizations: readonly Organization[],
): readonly Rehearsal[] {
  if (grant.mode === 'observe') return [];
  const isEnforced = grant.mode === 'enforce';
  const [boundary = '', ...managed] = listGrantPolicies(grant, account);
  const bounded = { 'iam:PermissionsBoundary': boundary };
  const resource = `arn:${account.partition}:iam::${account.id}:role${grant.role.path}${makeExample(grant.role.name)}`;
  const onRole = (
    duty: Rehearsal['duty'],
    steps: readonly StepName[],
    more: Rehearsal['context'] = {},
  ): Rehearsal => ({ duty, steps, resource, context: { ...bounded, ...more } });
  return [
    onRole('write', isEnforced ? ['createRole', ...repairs] : repairs),
    ...managed.map((policy) => onRole('write', ['attachManagedPolicy'], { 'iam:PolicyARN': policy })),
    ...organizations
      .filter(({ name }) => matchesPattern(grant.connections.organization, name))
      .flatMap((organization) => selectProfiles(organization, grant.issuer ?? organization.issuer))
      .map(({ issuer }) => onProvider(account, issuer, isEnforced)),
    ...(isEnforced && grant.retire === 'delete'
      ? [onRole('retire', retirements, { 'aws:ResourceTag/azfed:connection': 'doctor' })]
      : []),
  ];
}

function onProvider(account: Account, issuer: string, isEnforced: boolean): Rehearsal {
  return {
    duty: 'write',
    steps: isEnforced ? ['createProvider', 'addAudience'] : ['addAudience'],
    resource: providerArn(account.partition, account.id, issuer),
    context: {},
  };
}

/** A name that the pattern allows. */
const makeExample = (pattern: string): string =>
  pattern.replaceAll('*', 'azfed-doctor').replaceAll('?', 'x').slice(0, 64);

/** Grants that ask for the same are asked for once. */
function distinct(rehearsals: readonly Rehearsal[]): readonly Rehearsal[] {
  return [...new Map(rehearsals.map((one) => [JSON.stringify(one), one])).values()];
}
