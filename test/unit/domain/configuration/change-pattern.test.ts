import { readFileSync } from 'node:fs';
import { matchesEvent } from '../../../../infra/local/aws/cloudtrail/event-pattern.ts';
import {
  buildChangePattern,
  isNameGranted,
  isPolicyGranted,
  isProviderOurs,
} from '../../../../shared/domain/configuration/change-pattern.ts';
import type { Grant } from '../../../../shared/domain/configuration/configuration.ts';
import type { GrantFields } from '../../../builders/configuration.ts';
import { configuration, grant } from '../../../builders/configuration.ts';
import { ACCOUNT, organizationId } from '../../../builders/domain-ids.ts';

type Fields = Readonly<Record<string, unknown>>;

interface Envelope extends Fields {
  readonly detail: Fields;
}

/** Events as CloudTrail has them: see the README beside them for where each comes from. */
const real = JSON.parse(readFileSync('test/fixtures/events/cloudtrail-iam.json', 'utf8')) as Readonly<
  Record<string, Fields>
>;

const PROVIDER = `arn:aws:iam::${ACCOUNT}:oidc-provider/vstoken.dev.azure.com/${organizationId(1)}`;
const pathed = [grant({ role: { path: '/azure-devops/', name: '*' } })];
const named = [grant({ role: { path: '/', name: ['deploy-*', 'release'] } })];
const account = { id: ACCOUNT, partition: 'aws' } as const;

function envelope(detail: Fields): Envelope {
  return { source: 'aws.iam', 'detail-type': 'AWS API Call via CloudTrail', account: ACCOUNT, detail };
}

const event = (name: string, more: Fields = {}) => envelope({ ...real[name], ...more });
const ownRoles = ['azfed-spoke', 'azfed-spoke-retire'].map(
  (name) => `arn:aws:sts::${ACCOUNT}:assumed-role/${name}`,
);
const isTaken = (grants: readonly Grant[], taken: Envelope) =>
  matchesEvent(buildChangePattern(configuration({ grants }), ownRoles), taken);
const onRole = (roleName: string) => ({ requestParameters: { roleName } });
const made = (path: string, roleName = 'stack') => ({
  ...onRole(roleName),
  responseElements: { role: { path, roleName } },
});

describe('the pattern of events', () => {
  it.each<[string, boolean, Envelope]>([
    ['a role that was made on another path', false, event('CreateRole')],
    ['a role that was made on a granted path', true, event('CreateRole', made('/azure-devops/'))],
    ['a role that was made below a granted path', true, event('CreateRole', made('/azure-devops/shop/'))],
    ['a trust, of which the event tells no path', true, event('UpdateAssumeRolePolicy')],
    ['a policy of a role', true, event('AttachRolePolicy')],
    ['a call that failed', false, event('AttachRolePolicy', { errorCode: 'AccessDenied' })],
    ['a policy of a user', false, event('AttachRolePolicy', { eventName: 'AttachUserPolicy' })],
    ['a version of a policy that no grant names', false, event('CreatePolicyVersion')],
    [
      'a version of the boundary',
      true,
      event('CreatePolicyVersion', {
        requestParameters: { policyArn: `arn:aws:iam::${ACCOUNT}:policy/azfed-boundary` },
      }),
    ],
    [
      'the provider of an organization',
      true,
      event('DeleteOpenIDConnectProvider', { requestParameters: { openIDConnectProviderArn: PROVIDER } }),
    ],
    ['a provider of somebody else', false, event('DeleteOpenIDConnectProvider')],
    ['a provider that was made', true, event('CreateOpenIDConnectProvider')],
    [
      'a service of AWS that has no ARN',
      true,
      event('AttachRolePolicy', { userIdentity: { type: 'AWSService' } }),
    ],
  ])('takes %s: %s', (_what, expected, taken) => {
    expect(isTaken(pathed, taken)).toBe(expected);
  });

  it.each<[string, boolean]>([
    ['deploy-shop', true],
    ['DEPLOY-shop', true],
    ['Release', true],
    ['release-2', false],
    ['app', false],
  ])('goes by names where every grant has names: %s is taken: %s', (name, expected) => {
    expect(isTaken(named, event('AttachRolePolicy', onRole(name)))).toBe(expected);
    expect(isTaken(named, event('CreateRole', made('/', name)))).toBe(expected);
    expect(isNameGranted({ ...configuration({ grants: named }) }, account, name)).toBe(expected);
  });

  it.each<[string, string, boolean]>([
    ['azfed-spoke', 'azfed-0a1b', false],
    ['azfed-spoke-retire', 'azfed-0a1b', false],
    ['azfed-spoke', 'alice', true],
    ['azfed-other', 'azfed-0a1b', true],
  ])('leaves out what azfed did itself: %s/%s is taken: %s', (role, session, expected) => {
    const userIdentity = {
      type: 'AssumedRole',
      arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/${session}`,
    };
    expect(isTaken(pathed, event('AttachRolePolicy', { userIdentity }))).toBe(expected);
  });

  const eighty = (makeFields: (index: number) => GrantFields) =>
    Array.from({ length: 80 }, (_, index) => grant(makeFields(index)));
  const policy = (index: number) => `arn:aws:iam::${ACCOUNT}:policy/boundary-${index}`;

  it.each<[string, readonly Grant[], Envelope]>([
    [
      'paths',
      eighty((index) => ({ role: { path: `/teams/team-number-${index}/`, name: '*' } })),
      event('CreateRole', made('/teams/team-number-7/')),
    ],
    [
      'names',
      eighty((index) => ({ role: { path: '/', name: `a-role-of-its-own-${index}` } })),
      event('CreateRole', made('/', 'a-role-of-its-own-7')),
    ],
    [
      'policies',
      eighty((index) => ({ boundary: policy(index) })),
      event('CreatePolicyVersion', { requestParameters: { policyArn: policy(7) } }),
    ],
  ])('says less where so many %s have no room, and takes all that it took', (_what, grants, taken) => {
    const pattern = buildChangePattern(configuration({ grants }), ownRoles);
    expect(JSON.stringify(pattern).length).toBeLessThanOrEqual(2_048);
    expect(isTaken(grants, taken)).toBe(true);
    expect(isTaken(grants, event('AttachRolePolicy', { errorCode: 'AccessDenied' }))).toBe(false);
  });
});

describe('what concerns the grants', () => {
  it('is a policy of a grant, as it is called in the account', () => {
    const grants = configuration({ grants: pathed });
    expect(isPolicyGranted(grants, account, `arn:aws:iam::${ACCOUNT}:policy/azfed-boundary`)).toBe(true);
    expect(isPolicyGranted(grants, account, 'arn:aws:iam::999999999999:policy/azfed-boundary')).toBe(false);
  });

  it('is the provider of an issuer, also where its ARN is written otherwise', () => {
    expect(isProviderOurs(configuration(), PROVIDER)).toBe(true);
    expect(isProviderOurs(configuration(), `${PROVIDER.toUpperCase()}/`)).toBe(true);
    expect(isProviderOurs(configuration(), `${PROVIDER}0`)).toBe(false);
  });
});
