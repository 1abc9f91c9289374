import { listCutActions } from '../../../../shared/domain/policy/boundary-cut.ts';
import type { Json } from '../../../../shared/domain/policy/policy-document.ts';

const allow = (elements: Readonly<Record<string, Json>>) => ({ Effect: 'Allow', Resource: '*', ...elements });
const policy = (...statements: readonly Readonly<Record<string, Json>>[]) => ({ Statement: statements });
const cut = (action: Json, ...boundary: readonly Readonly<Record<string, Json>>[]) =>
  listCutActions([policy(allow({ Action: action }))], policy(...boundary));
const notIam = allow({ NotAction: ['iam:*', 'organizations:*'] });

describe('what a boundary cuts off', () => {
  const rows: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['the same', cut('s3:*', allow({ Action: 's3:*' })), []],
    ['everything, for everything', cut('*', allow({ Action: '*' })), []],
    ['less', cut('s3:*', allow({ Action: 's3:Get*' })), ['s3:*']],
    ['another service', cut(['s3:*', 'ec2:Run*'], allow({ Action: 's3:*' })), ['ec2:Run*']],
    ['in another case', cut('S3:getobject', allow({ Action: 's3:Get*' })), []],
    ['administrators, all but two services', cut('*', notIam), ['iam:*', 'organizations:*']],
    ['one action of those', cut(['iam:PassRole', 's3:*'], notIam), ['iam:PassRole']],
    [
      'a Deny beside',
      cut('ec2:*', allow({ Action: '*' }), { Effect: 'Deny', Action: 'ec2:Run*', Resource: '*' }),
      ['ec2:Run*'],
    ],
    [
      'a Deny of all but',
      cut('ec2:*', allow({ Action: '*' }), { Effect: 'Deny', NotAction: 's3:*', Resource: '*' }),
      ['ec2:*'],
    ],
    ['some resources alone', cut('s3:*', allow({ Action: 's3:*', Resource: 'arn:aws:s3:::a/*' })), ['s3:*']],
    [
      'under a condition',
      cut('s3:*', allow({ Action: '*', Condition: { Bool: { 'aws:SecureTransport': 'true' } } })),
      ['s3:*'],
    ],
    [
      'one of two statements',
      cut(['s3:*', 'sqs:*'], allow({ Action: 's3:*' }), allow({ Action: 'sqs:*' })),
      [],
    ],
    ['nothing at all', cut('s3:*'), ['s3:*']],
  ];
  it.each(rows)('%s', (_what, found, expected) => {
    expect(found).toEqual(expected);
  });

  it('takes NotAction of a policy for everything, and passes over what denies', () => {
    const admin = policy(allow({ NotAction: 'support:*' }), { Effect: 'Deny', Action: 's3:*' });
    expect(listCutActions([admin], policy(notIam))).toEqual(['iam:*', 'organizations:*']);
    expect(listCutActions([], policy())).toEqual([]);
  });
});
