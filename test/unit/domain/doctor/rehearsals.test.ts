import { matchesPattern } from '../../../../shared/domain/kernel/glob.ts';
import type { Account } from '../../../../shared/domain/configuration/configuration.ts';
import { buildAccountQuestions } from '../../../../shared/domain/doctor/rehearsals.ts';
import type { GrantFields } from '../../../builders/configuration.ts';
import { configuration, contoso, fabrikam, grant } from '../../../builders/configuration.ts';
import { ACCOUNT } from '../../../builders/domain-ids.ts';

const account: Account = { id: ACCOUNT, partition: 'aws-us-gov' };
const asked = (...grants: readonly GrantFields[]) =>
  buildAccountQuestions(
    configuration({ organizations: [contoso, fabrikam], grants: grants.map((fields) => grant(fields)) }),
    account,
  );

describe('what doctor asks of an account', () => {
  it('rehearses every step of a repair on a role that the grant allows, with its boundary', () => {
    const { duties, rehearsals } = asked({ mode: 'repair', role: { path: '/shop/', name: 'shop-?-*' } });
    const [onRole] = rehearsals;
    expect(duties).toEqual(['look', 'write']);
    expect(onRole).toMatchObject({
      duty: 'write',
      resource: 'arn:aws-us-gov:iam::123456789012:role/shop/shop-x-azfed-doctor',
      context: { 'iam:PermissionsBoundary': 'arn:aws-us-gov:iam::123456789012:policy/azfed-boundary' },
    });
    expect(matchesPattern('shop-?-*', 'shop-x-azfed-doctor')).toBe(true);
    expect(rehearsals.flatMap(({ steps }) => steps)).not.toContain('createRole');
    expect(rehearsals.flatMap(({ steps }) => steps)).not.toContain('createProvider');
  });

  it('rehearses making things where a grant enforces, and the provider of each organization that it names', () => {
    const { rehearsals } = asked({ connections: { organization: 'fab*', project: '*', name: '*' } });
    const steps = rehearsals.flatMap((one) => one.steps);
    expect(steps).toEqual(expect.arrayContaining(['createRole', 'createProvider']));
    expect(
      rehearsals.filter(({ resource }) => resource.includes('oidc-provider')).map((one) => one.resource),
    ).toEqual([`arn:aws-us-gov:iam::123456789012:oidc-provider/vstoken.dev.azure.com/${fabrikam.id}`]);
  });

  it('rehearses each managed policy by itself: it is a key of the request', () => {
    const { rehearsals } = asked({
      managedPolicies: ['arn:aws:iam::aws:policy/A', 'arn:aws:iam::aws:policy/B'],
    });
    const attached = rehearsals.filter(({ steps }) => steps.includes('attachManagedPolicy'));
    expect(attached.map(({ context }) => context['iam:PolicyARN'])).toEqual([
      'arn:aws:iam::aws:policy/A',
      'arn:aws:iam::aws:policy/B',
    ]);
  });

  it('asks for the role that deletes only where a grant lets roles be deleted', () => {
    expect(asked({ retire: 'close' }).duties).toEqual(['look', 'write']);
    expect(asked({ retire: 'delete' }).duties).toEqual(['look', 'write', 'retire']);
  });

  it('asks nothing but whether policies are there of grants that observe, and nothing at all of other accounts', () => {
    expect(asked({ mode: 'observe' })).toEqual({
      duties: ['look'],
      policies: [
        'arn:aws-us-gov:iam::123456789012:policy/azfed-boundary',
        'arn:aws:iam::aws:policy/ReadOnlyAccess',
      ],
      rehearsals: [],
    });
    expect(asked({ accounts: [] })).toEqual({ duties: ['look'], policies: [], rehearsals: [] });
  });

  it('asks once for what two grants need alike', () => {
    expect(asked({ name: 'a' }, { name: 'b' })).toEqual(asked({ name: 'a' }));
  });
});
