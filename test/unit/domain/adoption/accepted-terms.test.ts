import { acceptLive } from '../../../../shared/domain/adoption/accepted-terms.ts';
import type { Grant } from '../../../../shared/domain/configuration/configuration.ts';
import { NO_BOUNDARY } from '../../../../shared/domain/configuration/configuration.ts';
import { designRoles } from '../../../../shared/domain/desired/desired-roles.ts';
import { designTrust } from '../../../../shared/domain/desired/role-design.ts';
import type { RoleState } from '../../../../shared/domain/iam/role.ts';
import type { Json, JsonObject, Statement } from '../../../../shared/domain/policy/policy-document.ts';
import { connection } from '../../../builders/connection.ts';
import { roleArn } from '../../../builders/domain-ids.ts';
import { federated, selectRole } from '../../../builders/small-world.ts';

const world = federated([connection(1)]);
const live = selectRole(world, roleArn('r1'));
const [target] = designRoles(world.configuration, world.inventories, world.recorded, world.now).targets;
if (!target?.grant) throw new Error('The world grants its role.');
const { grant } = target;
const [binding] = designTrust(target.role, target.bindings);
if (!binding) throw new Error('The role has a trust.');
const { issuer, audience, providerArn, subjects } = binding;
const [subject = ''] = subjects;

const listReasons = (
  path: string,
  fields: Partial<RoleState>,
  of: Grant = grant,
  audiences?: readonly string[],
) =>
  acceptLive({ ...live, ...fields }, of, [binding], {
    differences: [{ path }],
    fill: (text) => text,
    listAudiences: () => audiences,
  }).refusals.map(({ reason }) => reason);

const asks = (condition: JsonObject, fields: Statement = {}): Statement => ({
  Effect: 'Allow',
  Principal: { Federated: providerArn },
  Action: 'sts:AssumeRoleWithWebIdentity',
  Condition: condition,
  ...fields,
});
const [aud, sub] = [`${issuer}:aud`, `${issuer}:sub`];
const exact = { StringEquals: { [aud]: audience, [sub]: subject } };
const noAudience = { StringEquals: { [sub]: subject } };
const ours = [audience];

it.each<readonly [what: string, statement: Statement, audiences: readonly string[] | undefined, why: string]>(
  [
    ['no audience where the provider has ours alone', asks(noAudience), ours, 'trust-form'],
    ['no audience where the provider has another', asks(noAudience), [...ours, 'other'], 'trust-subject'],
    ['no audience where the provider was not read', asks(noAudience), undefined, 'trust-subject'],
    ['StringLike without a wildcard', asks({ StringLike: exact.StringEquals }), undefined, 'trust-form'],
    ['a further action', asks(exact, { Action: 'sts:*' }), undefined, 'trust-form'],
    [
      'a fence and no audience',
      asks({ ...noAudience, IpAddress: { 'aws:SourceIp': '192.0.2.1' } }),
      ours,
      'trust-form',
    ],
    ['a wildcard', asks({ StringLike: { [aud]: audience, [sub]: `${subject}*` } }), ours, 'trust-subject'],
    ['no subject', asks({ StringEquals: { [aud]: audience } }), ours, 'trust-subject'],
    [
      'another subject too',
      asks({ StringEquals: { [sub]: [subject, `${subject}-2`] as Json } }),
      ours,
      'trust-subject',
    ],
    [
      'another audience too',
      asks({ StringEquals: { [aud]: [audience, 'x'], [sub]: subject } }),
      undefined,
      'trust-subject',
    ],
    [
      'a role beside the provider',
      asks(noAudience, { Principal: { Federated: providerArn, AWS: '123456789012' } }),
      ours,
      'trust-subject',
    ],
    [
      'a subject that ignores case',
      asks({ StringEqualsIgnoreCase: { [sub]: subject } }),
      ours,
      'trust-subject',
    ],
  ],
)('says why it refuses a statement with %s', (_what, statement, audiences, why) => {
  const trust = { ...live.trust, Statement: [statement] };
  expect(listReasons('trust.Statement[0]', { trust }, grant, audiences)).toContain(why);
});

const admin = 'arn:aws:iam::aws:policy/AdministratorAccess';

it.each<
  readonly [
    what: string,
    of: Partial<Pick<Grant, 'boundary' | 'managedPolicies'>>,
    boundary: string | undefined,
    refusals: readonly string[],
  ]
>([
  ['that is new', { boundary: NO_BOUNDARY }, undefined, ['admin']],
  ['that is new behind a boundary', {}, live.boundary, []],
  [
    'that the grant names without a boundary',
    { boundary: NO_BOUNDARY, managedPolicies: [admin] },
    undefined,
    [],
  ],
  ['whose boundary is gone', { managedPolicies: [admin] }, undefined, ['admin']],
])(
  'accepts the policy of an administrator only as far as the grant does: one %s',
  (_what, of, boundary, refusals) => {
    const managedPolicies = [admin, 'arn:aws:iam::aws:policy/ReadOnlyAccess'];
    expect(listReasons('policies', { boundary, managedPolicies }, { ...grant, ...of })).toEqual(refusals);
  },
);

it('takes what a trust of 2008 says as what it is in one of 2012', () => {
  const denial: Statement = {
    Effect: 'Deny',
    Principal: '*',
    Action: '*',
    Condition: { StringNotEquals: { [sub]: `\${${sub}}` } },
  };
  const accept = (Version: string) =>
    acceptLive({ ...live, trust: { Version, Statement: [asks(exact), denial] } }, grant, [binding], {
      differences: [{ path: 'trust' }],
      fill: (text) => text,
      listAudiences: () => undefined,
    }).terms.trust?.expectDeny;
  const escaped = { ...denial, Condition: { StringNotEquals: { [sub]: `\${$}{${sub}}` } } };
  expect(accept('2008-10-17')).toEqual([escaped]);
  expect(accept('2012-10-17')).toEqual([denial]);
});
