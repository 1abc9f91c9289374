import type { Json, Statement } from '../../../../shared/domain/policy/policy-document.ts';
import {
  describeAdmitted,
  describeTrustStatement,
  formatStatement,
  rateBreadth,
} from '../../../../shared/domain/policy/statement-text.ts';

const issuer = 'vstoken.dev.azure.com/5bb3ca2a-4b35-4d0c-9c7e-0c0f5e1f1a01';
const federated = (host: string, condition?: Json): Statement => ({
  Effect: 'Allow',
  Principal: { Federated: `arn:aws:iam::123456789012:oidc-provider/${host}` },
  Action: 'sts:AssumeRoleWithWebIdentity',
  ...(condition === undefined ? {} : { Condition: condition }),
});
const subject = (operator: string, value: string) =>
  federated(issuer, { [operator]: { [`${issuer}:sub`]: value } });
const trusting = (principal: Json): Statement => ({
  Effect: 'Allow',
  Principal: principal,
  Action: 'sts:AssumeRole',
});

describe('who may assume a role, in words', () => {
  it.each([
    ['anybody of the organization', 'organization', federated(issuer)],
    ['anybody of the organization', 'organization', subject('StringLike', '*')],
    ['anybody of the organization', 'organization', subject('StringEqualsIfExists', 'sc://contoso/Shop/aws')],
    ['every connection of the organization contoso', 'organization', subject('StringLike', 'sc://contoso/*')],
    ['every connection of the project Shop', 'project', subject('StringLike', 'sc://contoso/Shop/*')],
    [
      'every token whose subject matches sc://*/Shop/*',
      'organization',
      subject('StringLike', 'sc://*/Shop/*'),
    ],
    [
      'every token whose subject matches sc://contoso/Shop/a-*',
      'named',
      subject('StringLike', 'sc://contoso/Shop/a-*'),
    ],
    ['the connection Shop / aws', 'named', subject('StringEquals', 'sc://contoso/Shop/aws')],
    ['the connection Shop / aws', 'named', subject('StringLike', 'sc://contoso/Shop/aws')],
    ['the connection Shop / *', 'named', subject('StringEquals', 'sc://contoso/Shop/*')],
    ['the pipeline contoso/Shop/release', 'named', subject('StringEquals', 'p://contoso/Shop/release')],
    ['nobody', 'named', subject('StringEquals', 'closed')],
    [
      'tokens of token.actions.githubusercontent.com',
      'named',
      federated('token.actions.githubusercontent.com'),
    ],
    ['anybody in AWS', 'everybody', trusting('*')],
    ['anybody in AWS', 'everybody', trusting({ AWS: '*' })],
    [
      'anybody whom account 123456789012 allows',
      'named',
      trusting({ AWS: 'arn:aws:iam::123456789012:root' }),
    ],
    [
      'the role hub of account 123456789012',
      'named',
      trusting({ AWS: 'arn:aws:iam::123456789012:role/ci/hub' }),
    ],
    ['a deleted role or user (AROAEXAMPLE)', 'named', trusting({ AWS: 'AROAEXAMPLE' })],
    ['the service codebuild.amazonaws.com', 'named', trusting({ Service: 'codebuild.amazonaws.com' })],
  ] as const)('%s (%s)', (words, breadth, statement) => {
    expect(describeAdmitted(statement)).toBe(words);
    expect(rateBreadth({ Statement: [statement] })).toBe(breadth);
  });

  it('a second condition on the subject leaves only those whom both let in', () => {
    const condition = {
      StringLike: { [`${issuer}:sub`]: '*' },
      StringEquals: { [`${issuer}:sub`]: 'sc://contoso/Shop/aws' },
    };
    expect(describeAdmitted(federated(issuer, condition))).toBe('the connection Shop / aws');
  });
});

it('a statement is the cells of a table, with the names of its keys in short', () => {
  const condition = {
    StringLike: { [`${issuer}:sub`]: '*' },
    IpAddress: { 'aws:SourceIp': ['10.0.0.0/8', '11.0.0.0/8'] },
  };
  expect(formatStatement(federated(issuer, condition))).toEqual({
    effect: 'Allow',
    principals: [issuer],
    actions: ['sts:AssumeRoleWithWebIdentity'],
    resources: [],
    conditions: ['StringLike sub = *', 'IpAddress aws:sourceip = 10.0.0.0/8, 11.0.0.0/8'],
  });
  expect(describeTrustStatement(federated(issuer, condition))).toBe(
    'anybody of the organization (sts:AssumeRoleWithWebIdentity; StringLike sub = *; IpAddress aws:sourceip = 10.0.0.0/8, 11.0.0.0/8)',
  );
  expect(formatStatement({ Effect: 'Allow', NotAction: ['iam:*'], Resource: '*' })).toMatchObject({
    actions: ['all but iam:*'],
    resources: ['*'],
  });
});
