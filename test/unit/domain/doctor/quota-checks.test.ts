import { providerArn } from '../../../../shared/domain/kernel/arn.ts';
import { judging } from '../../../../shared/domain/doctor/check.ts';
import { quotaChecks } from '../../../../shared/domain/doctor/quota-checks.ts';
import type { AccountObservation, AccountQuotas } from '../../../../shared/domain/iam/role.ts';
import { complete, unknown } from '../../../../shared/domain/kernel/result.ts';
import { grant, READ_ONLY } from '../../../builders/configuration.ts';
import { ACCOUNT } from '../../../builders/domain-ids.ts';

const room: AccountQuotas = { trustLength: 2048, roles: 1000, rolesUsed: 1, managedPoliciesPerRole: 10 };
const observed = (quotas: Partial<AccountQuotas>, providers = 0): AccountObservation => ({
  account: ACCOUNT,
  roles: complete({ inScope: [], elsewhere: [] }),
  providers: complete({
    arns: Array.from({ length: providers }, (_, index) => providerArn('aws', ACCOUNT, `issuer-${index}`)),
    ours: [],
  }),
  quotas: complete({ ...room, ...quotas }),
  calls: 1,
});
const verdicts = (observation: AccountObservation, policies = 1) =>
  quotaChecks(
    judging('account'),
    [grant({ managedPolicies: Array.from({ length: policies }, () => READ_ONLY) })],
    observation,
  ).map(({ verdict, says }) => `${verdict}: ${says}`);

describe('what is left of quotas', () => {
  it('is said in one line where there is room', () => {
    expect(verdicts(observed({}))).toEqual([
      'ok: 1 of 1000 roles; 0 of 100 OIDC providers by AWS’s default; 0 of 2048 characters of the longest trust; 1 of 10 managed policies of a role.',
    ]);
  });

  it.each([
    [799, 'ok'],
    [800, 'warning'],
    [999, 'warning'],
    [1000, 'failed'],
  ])('judges %i of 1000 roles as %s', (rolesUsed, verdict) => {
    expect(verdicts(observed({ rolesUsed }))[0]).toMatch(
      new RegExp(`^${verdict}: .*${rolesUsed} of 1000 roles`),
    );
  });

  it.each([
    [79, 'ok'],
    [80, 'warning'],
  ])('judges %i providers as %s', (count, verdict) => {
    expect(verdicts(observed({}, count))[0]).toMatch(new RegExp(`^${verdict}: `));
  });

  it.each([
    [10, 'ok'],
    [11, 'failed'],
  ])('judges a grant with %i managed policies as %s: a role has ten or it has not', (count, verdict) => {
    expect(verdicts(observed({}), count)[0]).toMatch(new RegExp(`^${verdict}: .*${count} of 10 managed`));
  });

  it('names each quota that is tight', () => {
    expect(verdicts(observed({ rolesUsed: 900 }, 90), 11)).toHaveLength(3);
  });

  it('is not known where the account was not read', () => {
    const unread: AccountObservation = { ...observed({}), quotas: unknown('access-denied', 'No.') };
    expect(verdicts(unread)).toEqual(['unknown: Not tried: the account was not read.']);
  });
});
