import { buildReachedFinding, findReachedRoles } from '../../../../shared/domain/entries/reached-roles.ts';
import type { AccountObservation, ObservedRole } from '../../../../shared/domain/iam/role.ts';
import type { AccountId, RoleArn, RoleId } from '../../../../shared/domain/kernel/ids.ts';
import { unknown } from '../../../../shared/domain/kernel/result.ts';
import type { Json } from '../../../../shared/domain/policy/policy-document.ts';
import { makeAccount, makeRole } from '../../../builders/lint-account.ts';

const HUB = 'arn:aws:iam::111111111111:role/web-hub' as RoleArn;
const hub = {
  arn: HUB,
  account: '111111111111' as AccountId,
  id: 'AROAWEBHUB0000000001' as RoleId,
  inlinePolicies: {
    chain: {
      Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: 'arn:aws:iam::*:role/*/web-deploy' },
    },
  },
};

const spoke = (
  principal: Json,
  more: Readonly<Record<string, Json>> = {},
  name = 'web-deploy',
): ObservedRole =>
  makeRole(
    {
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: principal, ...more },
    },
    name,
  );
const reached = (role: ObservedRole) =>
  findReachedRoles(hub, [makeAccount([role])]).roles.map(({ by, externalIds, breaksOnRecreation }) =>
    [by, ...externalIds, ...(breaksOnRecreation ? ['breaks'] : [])].join(' '),
  );

describe('what is reached through a role', () => {
  const account = 'arn:aws:iam::111111111111:root';
  const rows: readonly (readonly [string, ObservedRole, readonly string[]])[] = [
    ['a trust that names it', spoke({ AWS: HUB }), ['role breaks']],
    [
      'a trust that names it, with an external id',
      spoke(
        { AWS: [HUB, 'arn:aws:iam::222222222222:root'] },
        { Condition: { StringEquals: { 'sts:ExternalId': 'web' } } },
      ),
      ['role web breaks'],
    ],
    [
      'a session of it',
      spoke({ AWS: 'arn:aws:sts::111111111111:assumed-role/web-hub/ado' }),
      ['role breaks'],
    ],
    ['every action of STS', spoke({ AWS: HUB }, { Action: 'sts:*' }), ['role breaks']],
    [
      'its account, with its ARN in a condition',
      spoke(
        { AWS: account },
        { Condition: { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::111111111111:role/web-*' } } },
      ),
      ['condition'],
    ],
    [
      'its account, with the ARN of another',
      spoke(
        { AWS: account },
        { Condition: { StringEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111111111111:role/other' } } },
      ),
      [],
    ],
    ['its account, and its own policy names the role', spoke({ AWS: '111111111111' }), ['account']],
    ['its account, and its own policy does not', spoke({ AWS: account }, {}, 'else'), []],
    ['another account', spoke({ AWS: 'arn:aws:iam::222222222222:root' }), []],
    ['another role whose name ends so', spoke({ AWS: 'arn:aws:iam::111111111111:role/my-web-hub' }), []],
    ['a Deny', spoke({ AWS: HUB }, { Effect: 'Deny' }), []],
    ['session tags alone', spoke({ AWS: HUB }, { Action: 'sts:TagSession' }), []],
    ['a role that is gone', spoke({ AWS: 'AROAGONE000000000001' }), []],
  ];
  it.each(rows)('%s', (_name, role, expected) => {
    expect(reached(role)).toEqual(expected);
  });

  it('takes a deleted role for the hub where the RoleId of the hub is not known any more', () => {
    const { id: _, ...deleted } = hub;
    const trusting = spoke({ AWS: 'AROAGONE000000000001' });
    const { roles, unread } = findReachedRoles(deleted, [makeAccount([trusting])]);
    expect(roles).toMatchObject([{ by: 'deleted-role', breaksOnRecreation: false }]);
    expect(buildReachedFinding(hub, 'create', { roles, unread })?.message).toContain('perhaps this one');
    expect(buildReachedFinding(hub, 'delete', { roles: [], unread: [] })).toBeUndefined();
  });

  it('leaves out the role itself, and names the accounts that could not be read', () => {
    const unread: AccountObservation = {
      ...makeAccount([]),
      account: '333333333333' as AccountId,
      roles: unknown('throttled', 'No.'),
    };
    const own = { ...spoke({ AWS: HUB }), arn: HUB };
    expect(findReachedRoles(hub, [makeAccount([own]), unread])).toEqual({
      roles: [],
      unread: ['333333333333'],
    });
  });
});
