import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  NoSuchEntityException,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import type { IAMClient } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { Template } from '../../infra/aws/template-values.ts';
import { resolveReferences } from '../../infra/aws/template-values.ts';
import { HUB_ACCOUNT } from '../../infra/local/aws/state/accounts.ts';
import type { LocalCloud } from '../../infra/local/local-cloud.ts';

const PATH = '/aws-reserved/sso.amazonaws.com/eu-west-1/';
const SUFFIX = '0123456789abcdef';

/** As somebody is advised to write it. */
export const makeSetPattern = (set: string) =>
  `arn:aws:iam::${HUB_ACCOUNT}:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_${set}_*`;

/** The embedded Azure DevOps lies on this machine, which a configuration alone may not choose. */
export function withLoopback<Value>(work: () => Value): Value {
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

/** The roles of the template of the accounts, as CloudFormation makes them; in the place of those that are there. */
export async function deploySpokeRoles(iam: IAMClient, template: Template, account: string): Promise<void> {
  const concrete = resolveReferences(template, { HubAccountId: HUB_ACCOUNT, 'AWS::AccountId': account });
  for (const { Type, Properties } of Object.values(template.Resources)) {
    const role = concrete(Properties) as RoleProperties;
    if (Type !== 'AWS::IAM::Role' || role.RoleName.endsWith('-forward')) continue;
    const { RoleName, Path, AssumeRolePolicyDocument: trust, Policies: policies } = role;
    await deleteRole(iam, RoleName);
    await iam.send(
      new CreateRoleCommand({ RoleName, Path, AssumeRolePolicyDocument: JSON.stringify(trust) }),
    );
    await putPolicies(
      iam,
      RoleName,
      policies.map(({ PolicyName, PolicyDocument }) => [PolicyName, JSON.stringify(PolicyDocument)]),
    );
  }
}

async function deleteRole(iam: IAMClient, RoleName: string): Promise<void> {
  try {
    const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
    for (const PolicyName of PolicyNames)
      await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
    const { AttachedPolicies = [] } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
    for (const { PolicyArn } of AttachedPolicies)
      await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
    await iam.send(new DeleteRoleCommand({ RoleName }));
  } catch (error) {
    if (!(error instanceof NoSuchEntityException)) throw error;
  }
}

type NamedPolicy = readonly [name: string, document: string];

async function putPolicies(iam: IAMClient, RoleName: string, policies: readonly NamedPolicy[]) {
  for (const [PolicyName, PolicyDocument] of policies)
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument }));
}

/** A role as IAM Identity Center makes it of a permission set; the embedded IAM knows no SAML. */
export function makePermissionSet({ aws }: LocalCloud, set: string, policies: readonly NamedPolicy[]): void {
  const name = `AWSReservedSSO_${set}_${SUFFIX}`;
  aws.addHubRole({ name, path: PATH, managedPolicies: [], policies: Object.fromEntries(policies) });
}

/** Keys of somebody who has signed in with the permission set, as the environment holds them. */
export async function signInWithSet(
  { aws }: LocalCloud,
  set: string,
  person = `${set.toLowerCase()}@example.com`,
): Promise<Readonly<Record<string, string>>> {
  const sts = new STSClient({ endpoint: aws.url, region: 'us-east-1', credentials: aws.hubCredentials });
  const RoleArn = `arn:aws:iam::${HUB_ACCOUNT}:role${PATH}AWSReservedSSO_${set}_${SUFFIX}`;
  const { Credentials: keys } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: person }));
  sts.destroy();
  return {
    AWS_ACCESS_KEY_ID: keys?.AccessKeyId ?? '',
    AWS_SECRET_ACCESS_KEY: keys?.SecretAccessKey ?? '',
    AWS_SESSION_TOKEN: keys?.SessionToken ?? '',
  };
}

/** The policies of the hub for one kind of people, such as `operators`. */
export function listHubPolicies(hub: Template, kind: string): readonly NamedPolicy[] {
  return Object.values(hub.Resources).flatMap(({ Type, Properties }) => {
    const name = String(Properties['ManagedPolicyName']);
    if (Type !== 'AWS::IAM::ManagedPolicy' || !name.startsWith(`azfed-${kind}`)) return [];
    return [[name, JSON.stringify(resolveHub(hub, Properties['PolicyDocument']))] as const];
  });
}

/** ARNs of the parts that policies of people name; a bucket and a secret are called by their logical ids. */
const arns: Readonly<Record<string, (id: string, properties: Readonly<Record<string, unknown>>) => string>> =
  {
    'AWS::DynamoDB::Table': () => `arn:aws:dynamodb:us-east-1:${HUB_ACCOUNT}:table/azfed`,
    'AWS::S3::Bucket': (id) => `arn:aws:s3:::${id.toLowerCase()}`,
    'AWS::Lambda::Function': (_, { FunctionName: name }) =>
      `arn:aws:lambda:us-east-1:${HUB_ACCOUNT}:function:${String(name)}`,
  };

/** With the names that the parts of the hub get once it is deployed. */
export function resolveHub(hub: Template, value: unknown): unknown {
  const text = JSON.stringify(resolveReferences(hub)(value))
    .replaceAll(/"(\w+)\.Arn/g, (whole, id: string) => {
      const { Type: type = '', Properties: properties = {} } = hub.Resources[id] ?? {};
      const arn = arns[type]?.(id, properties);
      return arn === undefined ? whole : `"${arn}`;
    })
    .replaceAll(/"(hooksecret\w+)/g, `"arn:aws:secretsmanager:us-east-1:${HUB_ACCOUNT}:secret:$1`);
  return JSON.parse(text) as unknown;
}
