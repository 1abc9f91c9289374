import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { parse } from 'yaml';
import type { Template } from '../../../infra/aws/template-values.ts';
import { resolveReferences } from '../../../infra/aws/template-values.ts';
import { HUB_ACCOUNT } from '../../../infra/local/aws/state/accounts.ts';
import { AWS_ORGANIZATION } from '../../../infra/local/aws/state/world.ts';
import { openConsole } from '../../../infra/local/console-user.ts';
import { sample, sampleConfiguration } from '../../../infra/local/sample.ts';
import { synthesize, synthesizeSpoke } from '../../infra/synthesis.ts';
import { getAccount } from '../local-play/playground.ts';
import type { Place, Variables } from './command-line.ts';

const sets = ['Reader', 'Operator', 'Approver', 'Guest'] as const;
type PermissionSet = (typeof sets)[number];

const PATH = '/aws-reserved/sso.amazonaws.com/eu-west-1/';
const SUFFIX = '0123456789abcdef';

/** As somebody is advised to write it. */
export const makePattern = (set: PermissionSet) =>
  `arn:aws:iam::${HUB_ACCOUNT}:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_${set}_*`;

/** The sample, with roles and people as the templates make them. */
function configure({ cloud }: Place): string {
  const { webhooks: _, ...content } = parse(sampleConfiguration(cloud)) as Readonly<Record<string, unknown>>;
  const people = {
    readers: [makePattern('Reader')],
    operators: [makePattern('Operator')],
    approvers: [makePattern('Approver')],
  };
  const accounts = sample.accounts.map((id) => ({
    id,
    assumeRole: `arn:aws:iam::${id}:role/team-spoke`,
    readRole: `arn:aws:iam::${id}:role/team-spoke-read`,
    retireRole: `arn:aws:iam::${id}:role/team-spoke-retire`,
    externalId: 'team-1',
  }));
  return JSON.stringify({ ...content, people, accounts });
}

/** For the stack, functions have no secret in their environment. */
const deployable = (text: string) =>
  text.replace(
    `{"type":"pat","env":"${sample.secretNames.pat}"}`,
    '{"type":"pat","secret":"arn:aws:secretsmanager:us-east-1:111122223333:secret:azfed/pat-AbCdEf"}',
  );

export interface PeoplePlace {
  keys(set: PermissionSet): Variables;
  azfed(set: PermissionSet, typed: readonly string[]): ReturnType<Place['azfed']>;
}

/** Deploys the templates into the embedded IAM, and signs people in by IAM Identity Center. */
export async function admitPeople(place: Place): Promise<PeoplePlace> {
  const text = configure(place);
  place.write('federation.yaml', text);
  place.write('deployed.yaml', deployable(text));
  const context = {
    mode: 'organization',
    organizationId: AWS_ORGANIZATION,
    configuration: `${place.path}/deployed.yaml`,
  };
  const spoke = withLoopback(() => synthesizeSpoke(context));
  const hub = withLoopback(() => synthesize(context)['azfed'] ?? { Resources: {} });
  for (const id of sample.accounts) await deploySpoke(place, spoke, id);
  const sessions = new Map<PermissionSet, Variables>();
  for (const set of sets) sessions.set(set, await authenticate(place, hub, set));
  return {
    keys: (set) => sessions.get(set) ?? {},
    azfed: (set, typed) => place.azfed(typed, { ...place.variables, ...sessions.get(set) }),
  };
}

/** The embedded Azure DevOps lies on this machine, which a configuration alone may not choose. */
function withLoopback<Value>(work: () => Value): Value {
  const before = process.env;
  process.env = { ...before, AZFED_ALLOW_LOOPBACK: '1' };
  try {
    return work();
  } finally {
    process.env = before;
  }
}

interface RoleProperties {
  readonly RoleName: string;
  readonly Path: string;
  readonly AssumeRolePolicyDocument: object;
  readonly Policies: readonly { readonly PolicyName: string; readonly PolicyDocument: object }[];
}

async function deploySpoke({ cloud }: Place, template: Template, account: string): Promise<void> {
  const concrete = resolveReferences(template, { HubAccountId: HUB_ACCOUNT, 'AWS::AccountId': account });
  const iam = openConsole(cloud.aws.url, getAccount(cloud, account).credentials);
  for (const { Type, Properties } of Object.values(template.Resources)) {
    const role = concrete(Properties) as RoleProperties;
    if (Type !== 'AWS::IAM::Role' || role.RoleName.endsWith('-forward')) continue;
    const { RoleName, Path, AssumeRolePolicyDocument: trust } = role;
    await iam.send(
      new CreateRoleCommand({ RoleName, Path, AssumeRolePolicyDocument: JSON.stringify(trust) }),
    );
    for (const { PolicyName, PolicyDocument: document } of role.Policies)
      await iam.send(
        new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: JSON.stringify(document) }),
      );
  }
  iam.destroy();
}

/** A role as IAM Identity Center makes it, with the policies of its kind; the embedded IAM knows no SAML. */
async function authenticate({ cloud }: Place, hub: Template, set: PermissionSet): Promise<Variables> {
  const credentials = cloud.aws.hubCredentials;
  const iam = openConsole(cloud.aws.url, credentials);
  const RoleName = `AWSReservedSSO_${set}_${SUFFIX}`;
  const root = { AWS: `arn:aws:iam::${HUB_ACCOUNT}:root` };
  const trust = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: root, Action: 'sts:AssumeRole' }],
  };
  await iam.send(
    new CreateRoleCommand({ RoleName, Path: PATH, AssumeRolePolicyDocument: JSON.stringify(trust) }),
  );
  for (const [PolicyName, PolicyDocument] of listHubPolicies(hub, set))
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument }));
  iam.destroy();
  const sts = new STSClient({ endpoint: cloud.aws.url, region: 'us-east-1', credentials });
  const RoleArn = `arn:aws:iam::${HUB_ACCOUNT}:role${PATH}${RoleName}`;
  const { Credentials: keys } = await sts.send(
    new AssumeRoleCommand({ RoleArn, RoleSessionName: `${set.toLowerCase()}@example.com` }),
  );
  sts.destroy();
  return {
    AWS_ACCESS_KEY_ID: keys?.AccessKeyId ?? '',
    AWS_SECRET_ACCESS_KEY: keys?.SecretAccessKey ?? '',
    AWS_SESSION_TOKEN: keys?.SessionToken ?? '',
  };
}

function listHubPolicies(hub: Template, set: PermissionSet): readonly (readonly [string, string])[] {
  const concrete = resolveReferences(hub);
  const [table = ''] =
    Object.entries(hub.Resources).find(([, { Type }]) => Type === 'AWS::DynamoDB::Table') ?? [];
  return Object.values(hub.Resources).flatMap(({ Type, Properties }) => {
    const name = String(Properties['ManagedPolicyName']);
    if (Type !== 'AWS::IAM::ManagedPolicy' || !name.startsWith(`azfed-${set.toLowerCase()}s`)) return [];
    const document = JSON.stringify(concrete(Properties['PolicyDocument']))
      .replaceAll(`${table}.Arn`, `arn:aws:dynamodb:us-east-1:${HUB_ACCOUNT}:table/azfed`)
      .replaceAll(/"(\w+)\.Arn/g, '"arn:aws:s3:::$1')
      .replaceAll(/"(hooksecret\w+)/g, `"arn:aws:secretsmanager:us-east-1:${HUB_ACCOUNT}:secret:$1`);
    return [[name, document] as const];
  });
}
