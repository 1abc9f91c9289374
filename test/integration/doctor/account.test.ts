import {
  AddClientIDToOpenIDConnectProviderCommand,
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  DeleteOpenIDConnectProviderCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  PutRolePolicyCommand,
  RemoveClientIDFromOpenIDConnectProviderCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { ACCOUNT, PROVIDER_ARN, wholeGrant } from '../../builders/stage.ts';
import type { Case, Patient } from './patient.ts';
import { admit, notified, toFix } from './patient.ts';

const ROLES_QUOTA = 10;
const SPOKE = 'azfed-spoke';
const AUDIENCE = 'api://AzureADTokenExchange';
const NEAR = `${PROVIDER_ARN}/`;
const HUB_ROOT = 'arn:aws:iam::111122223333:root';

/** Whom the spoke lets in. */
const trusting = (principal: string) => (patient: Patient) =>
  patient.stage.console.send(
    new UpdateAssumeRolePolicyCommand({
      RoleName: SPOKE,
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { AWS: principal }, Action: 'sts:AssumeRole' }],
      }),
    }),
  );

const denying = (action: string) => (patient: Patient) =>
  patient.stage.console.send(
    new PutRolePolicyCommand({
      RoleName: SPOKE,
      PolicyName: 'denial',
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Deny', Action: action, Resource: '*' }],
      }),
    }),
  );
const denyingNothing = (patient: Patient) =>
  patient.stage.console.send(new DeleteRolePolicyCommand({ RoleName: SPOKE, PolicyName: 'denial' }));

const granting = (change: object) => (patient: Patient) => {
  patient.stage.configure({ grants: [{ ...wholeGrant, ...change }] });
};
const grantingAsBefore = granting({});

const fill = (count: number) => async (patient: Patient) => {
  const AssumeRolePolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  });
  for (let number = 2; number < count; number += 1)
    await patient.stage.console.send(
      new CreateRoleCommand({ RoleName: `other-${number}`, AssumeRolePolicyDocument }),
    );
};
const empty = (count: number) => async (patient: Patient) => {
  for (let number = 2; number < count; number += 1)
    await patient.stage.console.send(new DeleteRoleCommand({ RoleName: `other-${number}` }));
};

const cases: readonly Case[] = [
  {
    name: 'the role does not trust azfed',
    breaks: trusting(`arn:aws:iam::${ACCOUNT}:root`),
    heals: trusting(HUB_ROOT),
    turns: ['failed account.assumable'],
    says: /sts:AssumeRole on arn:aws:iam::123456789012:role\/azfed-spoke/,
    fixes: /the trust of the role/,
  },
  {
    name: 'azfed’s own credentials are of another account',
    breaks: (patient) => {
      const [account] = patient.stage.configuration().accounts;
      patient.otherwise = { accounts: account ? [{ id: account.id, partition: 'aws' }] : [], grants: [] };
    },
    heals: (patient) => {
      patient.otherwise = {};
    },
    turns: ['failed account.right-one'],
    says: /is of account 111122223333/,
    fixes: /assumeRole/,
  },
  {
    name: 'a list may not be read',
    breaks: denying('iam:ListOpenIDConnectProviders'),
    heals: denyingNothing,
    turns: ['failed account.reads'],
    says: /iam:ListOpenIDConnectProviders/,
    fixes: /permissions\.md/,
  },
  {
    name: 'IAM stumbles: nobody knows',
    breaks: ({ stage }) => {
      stage.cloud.aws.faults.next({ operation: 'GetAccountSummary' }, 'serviceFailure', Infinity);
    },
    heals: ({ stage }) => {
      stage.cloud.aws.faults.clear();
    },
    turns: ['unknown account.reads'],
    says: /iam:GetAccountSummary/,
    fixes: /permissions\.md/,
  },
  {
    name: 'a step of a repair is not allowed',
    breaks: denying('iam:UpdateAssumeRolePolicy'),
    heals: denyingNothing,
    turns: ['failed account.writes'],
    says: /iam:UpdateAssumeRolePolicy on arn:aws:iam::123456789012:role\/azure-devops\/azfed-doctor/,
    fixes: /Deploy the roles/,
  },
  {
    name: 'a policy of the grant may not be attached',
    breaks: denying('iam:AttachRolePolicy'),
    heals: denyingNothing,
    turns: ['failed account.writes'],
    says: /iam:AttachRolePolicy/,
    fixes: /Deploy the roles/,
  },
  {
    name: 'no provider may be made',
    breaks: denying('iam:CreateOpenIDConnectProvider'),
    heals: denyingNothing,
    turns: ['failed account.writes'],
    says: new RegExp(`iam:CreateOpenIDConnectProvider on ${PROVIDER_ARN}`),
    fixes: /Deploy the roles/,
  },
  {
    name: 'it may not be simulated: the rights to write stay unknown',
    breaks: denying('iam:SimulatePrincipalPolicy'),
    heals: denyingNothing,
    turns: ['unknown account.writes'],
    says: /cannot be foretold/,
    fixes: /iam:SimulatePrincipalPolicy/,
  },
  {
    name: 'a managed policy of a grant is not there',
    breaks: granting({ managedPolicies: [`arn:aws:iam::{account}:policy/gone`] }),
    heals: grantingAsBefore,
    turns: ['failed account.policies'],
    says: /Not there: arn:aws:iam::123456789012:policy\/gone\./,
    fixes: /Create the policy/,
  },
  {
    name: 'the boundary of a grant that only observes is not there',
    breaks: granting({ mode: 'observe', boundary: `arn:aws:iam::${ACCOUNT}:policy/gone` }),
    heals: grantingAsBefore,
    turns: ['warning account.policies'],
    says: /policy\/gone/,
    fixes: /Create the policy/,
  },
  {
    name: 'it may not be asked whether policies are there',
    breaks: denying('iam:GetPolicy'),
    heals: denyingNothing,
    turns: ['unknown account.policies'],
    says: /iam:GetPolicy/,
    fixes: /iam:GetPolicy/,
  },
  {
    name: 'four fifths of the roles are used',
    breaks: fill(8),
    heals: empty(8),
    turns: ['warning account.quotas'],
    says: /^8 of 10 roles/,
    fixes: /Service Quotas/,
  },
  {
    name: 'no role is left',
    breaks: fill(ROLES_QUOTA),
    heals: empty(ROLES_QUOTA),
    turns: ['failed account.quotas'],
    says: /Nothing is left: 10 of 10 roles/,
    fixes: /Service Quotas/,
  },
  {
    name: 'a provider is nearly the right one',
    breaks: ({ stage }) =>
      stage.console.send(
        new CreateOpenIDConnectProviderCommand({
          Url: `https://${NEAR.slice(NEAR.indexOf('vstoken'))}`,
          ClientIDList: [AUDIENCE],
          ThumbprintList: ['0'.repeat(40)],
        }),
      ),
    heals: ({ stage }) =>
      stage.console.send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: NEAR })),
    turns: ['warning account.provider'],
    says: /no token is of it/,
    fixes: /other spelling/,
  },
  {
    name: 'the provider lost its audience',
    breaks: ({ stage }) =>
      stage.console.send(
        new RemoveClientIDFromOpenIDConnectProviderCommand({
          OpenIDConnectProviderArn: PROVIDER_ARN,
          ClientID: AUDIENCE,
        }),
      ),
    heals: ({ stage }) =>
      stage.console.send(
        new AddClientIDToOpenIDConnectProviderCommand({
          OpenIDConnectProviderArn: PROVIDER_ARN,
          ClientID: AUDIENCE,
        }),
      ),
    turns: ['warning account.provider'],
    says: /does not take the audience/,
    fixes: /adds the audience/,
  },
];

describe('azfed doctor, on an account', () => {
  let patient: Patient;
  beforeAll(async () => {
    patient = await admit({ connections: { 'Shop/prod': 'prod' }, rolesQuota: ROLES_QUOTA });
  });
  afterAll(() => patient.stage.close());
  const ofAccount = async () =>
    (await patient.examine()).filter(({ subject }) => subject === `account ${ACCOUNT}`);

  it('finds nothing to fix where all is well, and writes nothing', async () => {
    const before = patient.stage.cloud.aws.calls.length;
    const checks = await ofAccount();
    expect(checks.map(notified)).toEqual([
      'ok account.assumable',
      'ok account.right-one',
      'ok account.reads',
      'ok account.writes',
      'ok account.last-accessed',
      'ok account.policies',
      'ok account.quotas',
      'ok account.provider',
    ]);
    const calls = patient.stage.cloud.aws.calls.slice(before).map(({ operation }) => operation);
    expect(calls.filter((name) => !/^(?:Get|List|Simulate|AssumeRole$)/.test(name))).toEqual([]);
  });

  it.each(cases)('says so, and nothing else, when $name', async ({ breaks, heals, turns, says, fixes }) => {
    await breaks(patient);
    const ill = toFix(await patient.examine());
    await heals(patient);
    const well = await patient.examine();
    expect(ill.map(notified)).toEqual(turns);
    expect(ill[0]?.says).toMatch(says);
    expect(ill[0]?.fix).toMatch(fixes);
    expect(well.filter(({ verdict }) => verdict !== 'ok')).toEqual([]);
  });

  it('asks nothing of a role that writes where grants only observe', async () => {
    granting({ mode: 'observe' })(patient);
    await denying('iam:UpdateAssumeRolePolicy')(patient);
    const checks = await ofAccount();
    await denyingNothing(patient);
    grantingAsBefore(patient);
    expect(checks.map(({ code }) => code)).not.toContain('account.writes');
    expect(checks.every(({ verdict }) => verdict === 'ok')).toBe(true);
  });
});

it('calls it well that there is no provider before the first role is made', async () => {
  const fresh = await admit({ connections: {} });
  try {
    const checks = await fresh.examine();
    expect(checks.find(({ code }) => code === 'account.provider')).toMatchObject({
      verdict: 'ok',
      says: 'contoso has none yet; the first role brings it.',
    });
  } finally {
    await fresh.stage.close();
  }
});
