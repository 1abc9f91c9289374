import { NoSuchEntityException, SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam';
import type { IAMClient } from '@aws-sdk/client-iam';
import { ACCOUNT, startCloud, stopClouds } from './cloud.ts';

const role = `arn:aws:iam::${ACCOUNT}:role/azfed-spoke`;
const shop = `arn:aws:iam::${ACCOUNT}:role/shop/prod`;
const elsewhere = `arn:aws:iam::${ACCOUNT}:role/prod`;

const policy = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Action: 'iam:CreateRole',
      Resource: `arn:aws:iam::${ACCOUNT}:role/shop/*`,
      Condition: { StringEquals: { 'iam:PermissionsBoundary': 'arn:aws:iam::1:policy/b' } },
    },
    { Effect: 'Allow', Action: ['iam:GetRole', 'iam:TagRole'], Resource: '*' },
    { Effect: 'Deny', Action: 'iam:TagRole', Resource: elsewhere },
  ],
};

describe('SimulatePrincipalPolicy', () => {
  let iam: IAMClient;
  beforeEach(async () => {
    ({ iam } = await startCloud({}, { spoke: { policies: { rights: JSON.stringify(policy) } } }));
  });
  afterEach(() => stopClouds());

  async function simulate(actions: readonly string[], resources: readonly string[], boundary?: string) {
    const keys = { ContextKeyName: 'iam:PermissionsBoundary', ContextKeyType: 'string' } as const;
    const answer = await iam.send(
      new SimulatePrincipalPolicyCommand({
        PolicySourceArn: role,
        ActionNames: [...actions],
        ResourceArns: [...resources],
        ContextEntries: boundary === undefined ? [] : [{ ...keys, ContextKeyValues: [boundary] }],
      }),
    );
    return answer.EvaluationResults ?? [];
  }
  const decision = async (...asked: Parameters<typeof simulate>) =>
    (await simulate(...asked))[0]?.EvalDecision;

  it('allows with the keys that are given, and with no others', async () => {
    expect(await decision(['iam:CreateRole'], [shop], 'arn:aws:iam::1:policy/b')).toBe('allowed');
    expect(await decision(['iam:CreateRole'], [shop], 'arn:aws:iam::1:policy/other')).toBe('implicitDeny');
    expect(await decision(['iam:CreateRole'], [shop])).toBe('implicitDeny');
    expect(await decision(['iam:CreateRole'], [elsewhere], 'arn:aws:iam::1:policy/b')).toBe('implicitDeny');
  });

  it('gives one result for an action, the strictest of all resources, with each beside it', async () => {
    const results = await simulate(['iam:TagRole', 'iam:GetRole'], [shop, elsewhere]);
    expect(new Map(results.map((one) => [one.EvalActionName, one.EvalDecision]))).toEqual(
      new Map([
        ['iam:TagRole', 'explicitDeny'],
        ['iam:GetRole', 'allowed'],
      ]),
    );
    const tagging = results.find(({ EvalActionName }) => EvalActionName === 'iam:TagRole');
    expect(tagging?.ResourceSpecificResults?.map((one) => one.EvalResourceDecision)).toEqual([
      'allowed',
      'explicitDeny',
    ]);
  });

  it('knows principals of its own account alone', async () => {
    const command = new SimulatePrincipalPolicyCommand({
      PolicySourceArn: `arn:aws:iam::111122223333:role/azfed-spoke`,
      ActionNames: ['iam:GetRole'],
    });
    await expect(iam.send(command)).rejects.toThrow(NoSuchEntityException);
  });
});
