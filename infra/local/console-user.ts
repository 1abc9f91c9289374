import {
  AddClientIDToOpenIDConnectProviderCommand,
  AttachRolePolicyCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetRoleCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
  paginateListRoles,
} from '@aws-sdk/client-iam';
import type { StaticCredentials } from './aws/accounts.ts';

/** What people do to a role at the console. */
const acts = {
  /** Lets every connection of the issuer in. */
  'open-trust': async (iam, RoleName) => {
    const document = openedTrust(await trustOf(iam, RoleName));
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: JSON.stringify(document) }));
  },
  'attach-admin': async (iam, RoleName) => {
    await iam.send(
      new AttachRolePolicyCommand({ RoleName, PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }),
    );
  },
  'put-inline': async (iam, RoleName) => {
    await iam.send(
      new PutRolePolicyCommand({ RoleName, PolicyName: 'just-for-now', PolicyDocument: everything('Allow') }),
    );
  },
  'drop-boundary': async (iam, RoleName) => {
    await iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName }));
  },
  'raise-session': async (iam, RoleName) => {
    const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
    await iam.send(
      new UpdateRoleCommand({ RoleName, MaxSessionDuration: 43_200, Description: Role?.Description }),
    );
  },
  'delete-role': async (iam, RoleName) => {
    await emptyRole(iam, RoleName);
    await iam.send(new DeleteRoleCommand({ RoleName }));
  },
  /** Answers an incident: nothing goes any more. */
  'deny-all': async (iam, RoleName) => {
    await iam.send(
      new PutRolePolicyCommand({ RoleName, PolicyName: 'incident', PolicyDocument: everything('Deny') }),
    );
  },
  /** Gives the providers that the role trusts another audience. */
  'add-audience': async (iam, RoleName) => {
    for (const OpenIDConnectProviderArn of providersIn(await trustOf(iam, RoleName))) {
      await iam.send(
        new AddClientIDToOpenIDConnectProviderCommand({
          OpenIDConnectProviderArn,
          ClientID: 'another-audience',
        }),
      );
    }
  },
} as const satisfies Record<string, (iam: IAMClient, roleName: string) => Promise<void>>;

export type Tampering = keyof typeof acts;
export const tamperings = Object.keys(acts) as readonly Tampering[];

/** Somebody who is signed in to the console of every account. */
export interface ConsoleUser {
  /** The full ARN of the role that this name, or ARN, is of. Throws when no account has it, or several have. */
  findRole(nameOrArn: string): Promise<string>;
  tamper(what: Tampering, roleArn: string): Promise<void>;
}

const nameOf = (roleArn: string) => roleArn.split('/').at(-1) ?? '';

/** `keys`: of somebody who may do everything, by account. */
export function createConsoleUser(
  endpoint: string,
  keys: Readonly<Record<string, StaticCredentials>>,
): ConsoleUser {
  const clients = new Map(Object.entries(keys).map(([account, own]) => [account, consoleOf(endpoint, own)]));
  return {
    async findRole(nameOrArn) {
      const arns = (await Promise.all([...clients.values()].map(roleArns))).flat();
      const found = arns.filter((arn) => arn === nameOrArn || nameOf(arn) === nameOrArn);
      const [only, another] = found;
      if (only !== undefined && another === undefined) return only;
      const trouble = only === undefined ? 'No role has' : 'Several roles have';
      const choice = (only === undefined ? arns : found).join('\n  ');
      throw new Error(`${trouble} the name ${nameOrArn}. There are:\n  ${choice}`);
    },
    async tamper(what, roleArn) {
      const iam = clients.get(roleArn.split(':')[4] ?? '');
      if (!iam) throw new Error(`Nobody is signed in to the account of ${roleArn}.`);
      await acts[what](iam, nameOf(roleArn));
    },
  };
}

/** A client of somebody who is signed in to the console of an account. */
export function consoleOf(endpoint: string, credentials: StaticCredentials): IAMClient {
  return new IAMClient({ endpoint, credentials, region: 'us-east-1' });
}

interface Trust {
  readonly Statement: unknown;
}

async function roleArns(iam: IAMClient): Promise<readonly string[]> {
  const arns: string[] = [];
  for await (const { Roles = [] } of paginateListRoles({ client: iam }, {}))
    arns.push(...Roles.flatMap(({ Arn }) => Arn ?? []));
  return arns;
}

async function trustOf(iam: IAMClient, RoleName: string): Promise<Trust> {
  const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
  return JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '{}')) as Trust;
}

/** Beside what is there, a statement for everybody: the way in which it happens when somebody is in a hurry. */
function openedTrust(trust: Trust): Trust {
  const statements = providersIn(trust).map((Federated) => {
    const issuer = Federated.slice(Federated.indexOf('oidc-provider/') + 'oidc-provider/'.length);
    const Condition = { StringLike: { [`${issuer}:sub`]: 'sc://*' } };
    return { Effect: 'Allow', Principal: { Federated }, Action: 'sts:AssumeRoleWithWebIdentity', Condition };
  });
  return { ...trust, Statement: [trust.Statement, statements].flat(2) };
}

function providersIn(trust: Trust): readonly string[] {
  return [...new Set(JSON.stringify(trust).match(/arn:[a-z-]+:iam::\d{12}:oidc-provider\/[^"]+/g))];
}

async function emptyRole(iam: IAMClient, RoleName: string): Promise<void> {
  const { AttachedPolicies = [] } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
  for (const { PolicyArn } of AttachedPolicies)
    await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
  const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
  for (const PolicyName of PolicyNames) await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
}

const everything = (Effect: 'Allow' | 'Deny') =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect, Action: '*', Resource: '*' }] });
