import { listQuotaProblems } from '../../infra/aws/quotas.ts';
import { resolveReferences } from '../../infra/aws/template-values.ts';
import type { Template } from '../../infra/aws/template-values.ts';
import { HUB, OTHER_SPOKE, SPOKE, federation, organizationContext, writeFederation } from './federation.ts';
import type { Keys } from './principal.ts';
import { extractPolicies, extractPrincipal } from './principal.ts';
import { checkRules, synthesize, synthesizeSpoke } from './synthesis.ts';

const sso = (set: string, account = HUB) =>
  `arn:aws:iam::${account}:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_${set}`;
const SUFFIX = '0123456789abcdef';

const people = {
  readers: [`${sso('Reader')}_*`],
  operators: [`${sso('Operator')}_*`],
  approvers: [`${sso('Approver')}_*`],
  retirers: [`arn:aws:iam::${OTHER_SPOKE}:user/break-glass`],
};
const withRoles = <Account extends { readonly id: string }>(account: Account) => ({
  ...account,
  retireRole: `arn:aws:iam::${account.id}:role/azfed-spoke-retire`,
});
const world = (lists: object = people) => {
  const { accounts, ...rest } = federation([SPOKE, OTHER_SPOKE]);
  return { ...rest, accounts: accounts.map(withRoles), people: lists };
};
const buildContext = (content: object) => ({
  ...organizationContext(writeFederation(content)),
  signedRecords: true,
});

const context = buildContext(world());
const hub: Template = synthesize(context)['azfed'] ?? { Resources: {} };
const spoke = synthesizeSpoke(context);
const extractSpokeRole = (name: string) =>
  extractPrincipal(spoke, name, { HubAccountId: HUB, 'AWS::AccountId': SPOKE });
const root = (...accounts: readonly string[]) => accounts.map((id) => `arn:aws:iam::${id}:root`);

const caller = (arn: string, more: Keys = {}): Keys => ({
  'aws:PrincipalArn': arn,
  'aws:PrincipalOrgID': 'o-abcdefghij',
  'sts:ExternalId': 'azfed-test',
  ...more,
});

describe('the roles of an account let people in', () => {
  const reader = `${sso('Reader')}_${SUFFIX}`;
  const operator = `${sso('Operator')}_${SUFFIX}`;
  const approver = `${sso('Approver')}_${SUFFIX}`;
  const retirer = `arn:aws:iam::${OTHER_SPOKE}:user/break-glass`;

  it.each([
    ['azfed-spoke-read', reader, true],
    ['azfed-spoke-read', operator, true],
    ['azfed-spoke-read', approver, true],
    ['azfed-spoke-read', retirer, true],
    ['azfed-spoke', reader, false],
    ['azfed-spoke', approver, false],
    ['azfed-spoke', operator, true],
    ['azfed-spoke', retirer, true],
    ['azfed-spoke-retire', reader, false],
    ['azfed-spoke-retire', approver, false],
    ['azfed-spoke-retire', operator, false],
    ['azfed-spoke-retire', retirer, true],
  ])('%s: %s is %s', (name, arn, isLetIn) => {
    const accounts = { 'azfed-spoke-retire': [OTHER_SPOKE] }[name] ?? [HUB, OTHER_SPOKE];
    expect(extractSpokeRole(name).admits(root(...accounts), caller(arn))).toBe(isLetIn);
  });

  it.each([
    ['the permission set Reader_Admin', `${sso('Reader_Admin')}_${SUFFIX}`, {}],
    ['a set of that name in another account', `${sso('Reader', SPOKE)}_${SUFFIX}`, {}],
    [
      'a role of that name that anybody could make',
      `arn:aws:iam::${HUB}:role/AWSReservedSSO_Reader_${SUFFIX}`,
      {},
    ],
    ['a person with another external id', `${sso('Reader')}_${SUFFIX}`, { 'sts:ExternalId': 'other' }],
    [
      'a person of another organization',
      `${sso('Reader')}_${SUFFIX}`,
      { 'aws:PrincipalOrgID': 'o-zzzzzzzzzz' },
    ],
    ['everybody else of the account', `arn:aws:iam::${HUB}:role/admin`, {}],
  ])('but not %s', (_who, arn, more: Keys) => {
    expect(extractSpokeRole('azfed-spoke-read').admits(root(HUB, OTHER_SPOKE), caller(arn, more))).toBe(
      false,
    );
  });

  it('and no role trusts everybody', () => {
    expect(JSON.stringify(spoke)).not.toMatch(/"AWS":\s*(?:\["\*"\]|"\*")/);
  });
});

describe('the policies of people in the hub', () => {
  const policies = (kind: string) => extractPolicies(hub, new RegExp(`^azfed-${kind}(?:-accounts-\\d+)?$`));
  const table = Object.entries(hub.Resources).find(([, { Type }]) => Type === 'AWS::DynamoDB::Table')?.[0];
  const arn = `${table ?? ''}.Arn`;
  const spokeRole = (name: string) => `arn:aws:iam::${SPOKE}:role/${name}`;
  const lambda = (name: string) => `arn:aws:lambda:us-east-1:${HUB}:function:azfed-${name}`;
  const as = (set: string): Keys => ({ 'aws:PrincipalArn': `${sso(set)}_${SUFFIX}` });
  const at = (partition: string): Keys => ({ 'dynamodb:LeadingKeys': [partition] });

  it.each([
    ['readers', 'Reader', 'dynamodb:Query', arn, {}, true],
    ['readers', 'Reader', 'dynamodb:PutItem', arn, at('CONTROLS'), false],
    ['readers', 'Reader', 'sts:AssumeRole', spokeRole('azfed-spoke-read'), {}, true],
    ['readers', 'Reader', 'sts:AssumeRole', spokeRole('azfed-spoke'), {}, false],
    ['readers', 'Reader', 'secretsmanager:GetSecretValue', 'anything', {}, false],
    ['approvers', 'Approver', 'dynamodb:PutItem', arn, at('CONTROLS'), true],
    ['approvers', 'Approver', 'dynamodb:PutItem', arn, at(`ACCOUNT#${SPOKE}`), false],
    ['approvers', 'Approver', 'dynamodb:PutItem', arn, {}, false],
    ['approvers', 'Approver', 'sts:AssumeRole', spokeRole('azfed-spoke'), {}, false],
    ['operators', 'Operator', 'dynamodb:PutItem', arn, at(`ACCOUNT#${SPOKE}`), true],
    ['operators', 'Operator', 'sts:AssumeRole', spokeRole('azfed-spoke'), {}, true],
    ['operators', 'Operator', 'sts:AssumeRole', spokeRole('azfed-spoke-retire'), {}, false],
    ['operators', 'Operator', 'dynamodb:DeleteTable', arn, {}, false],
    ['operators', 'Operator', 'lambda:InvokeFunction', lambda('discover'), {}, true],
    ['operators', 'Operator', 'lambda:InvokeFunction', lambda('deliver'), {}, true],
    ['operators', 'Operator', 'lambda:InvokeFunction', lambda('hook'), {}, false],
    ['readers', 'Reader', 'lambda:InvokeFunction', lambda('discover'), {}, false],
    ['approvers', 'Approver', 'lambda:InvokeFunction', lambda('discover'), {}, false],
    // Attached to somebody who is not listed, it holds for nobody.
    ['operators', 'Reader', 'dynamodb:PutItem', arn, at('CONTROLS'), false],
  ])('%s, held by %s: %s on %s with %j is %s', (kind, set, action, resource, keys: Keys, may) => {
    expect(policies(kind).may(action, resource, { ...as(set), ...keys })).toBe(may);
  });

  it('let the listed ones and the functions sign records, and no administrator', () => {
    const key = Object.values(hub.Resources).find(({ Type }) => Type === 'AWS::KMS::Key');
    const policy = JSON.stringify(resolveReferences(hub)(key?.Properties['KeyPolicy']));
    expect(policy).toContain('"NotAction":["kms:GenerateMac","kms:VerifyMac"]');
    for (const signer of ['role/azfed-reconcile', 'role/azfed-deliver', 'AWSReservedSSO_Approver_????'])
      expect(policy).toContain(signer);
  });

  it('let operators alone publish a configuration, and nobody replace one', () => {
    const policies = Object.values(hub.Resources)
      .filter(({ Type }) => Type === 'AWS::S3::BucketPolicy')
      .map(({ Properties }) => JSON.stringify(Properties['PolicyDocument']));
    const [policy = '', ...others] = policies.filter((text) => text.includes('NoVersionIsReplaced'));
    expect(others).toEqual([]);
    const { Statement: statements } = JSON.parse(policy) as {
      readonly Statement: readonly {
        readonly Sid?: string;
        readonly Effect: string;
        readonly Condition: unknown;
      }[];
    };
    const find = (sid: string) => statements.find(({ Sid }) => Sid === sid);
    expect(find('NoVersionIsReplaced')).toMatchObject({
      Effect: 'Deny',
      Action: 's3:PutObject',
      Condition: { Null: { 's3:if-none-match': 'true' }, Bool: { 's3:ObjectCreationOperation': 'true' } },
    });
    const publishers = JSON.stringify(find('OperatorsAlonePublish')?.Condition);
    expect(publishers).toContain('AWSReservedSSO_Operator_????');
    expect(publishers).not.toContain('AWSReservedSSO_Approver');
  });

  it('fit into the quotas, and pass the rules', () => {
    expect(listQuotaProblems(hub, 10)).toEqual([]);
    expect(listQuotaProblems(spoke, 10)).toEqual([]);
    expect(checkRules(context)).toEqual([]);
  });
});

describe('people are refused', () => {
  const refuse =
    (lists: object, change = (content: object) => content) =>
    () =>
      synthesize(buildContext(change(world(lists))));

  it.each([
    ['a wildcard for the account', 'arn:aws:iam::*:role/ops', /has to be written out/],
    ['every role of an account', `arn:aws:iam::${HUB}:role/*`, /is too wide/],
    ['every permission set', sso('*'), /is too wide/],
    ['the root of an account', `arn:aws:iam::${HUB}:root`, /is not the ARN of an IAM role or user/],
    ['everybody', '*', /is not the ARN of an IAM role or user/],
    ['a session', `arn:aws:sts::${HUB}:assumed-role/ops/alice`, /is the ARN of a session/],
    [
      'roles that a grant gives to pipelines',
      `arn:aws:iam::${SPOKE}:role/azure-devops/*/ops`,
      /a pipeline would count/,
    ],
    ['another partition', `arn:aws-cn:iam::${HUB}:role/ops`, /is not of aws/],
  ])('where they are %s', (_what, pattern, message) => {
    expect(refuse({ operators: [pattern] })).toThrow(message);
  });

  it('where readers would have to use a role that writes', () => {
    const { accounts, ...rest } = world();
    const bare = accounts.map(({ readRole: _, ...account }) => account);
    expect(refuse(people, () => ({ ...rest, accounts: bare }))).toThrow(/has no readRole/);
  });
});
