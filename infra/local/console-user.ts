import { nearestWord } from '../../shared/domain/kernel/nearest-word.ts';
import {
  AddClientIDToOpenIDConnectProviderCommand,
  AttachRolePolicyCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetRoleCommand,
  IAMClient,
  IAMServiceException,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
  paginateListAttachedRolePolicies,
  paginateListRolePolicies,
  paginateListRoles,
} from '@aws-sdk/client-iam';
import { ConfigError, UpstreamError } from '../../shared/domain/kernel/errors.ts';
import type { StaticCredentials } from './aws/state/accounts.ts';

/** What people do to a role at the console. */
const acts = {
  /** Lets everybody in the organization in, connection or pipeline. */
  'open-trust': async (iam, RoleName) => {
    const trust = await readTrust(iam, RoleName);
    const document = openedTrust(trust, selectProviders(RoleName, trust));
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
    for (const OpenIDConnectProviderArn of selectProviders(RoleName, await readTrust(iam, RoleName))) {
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
  /** The full ARN of the role that this name, or ARN, is of. Throws a ConfigError when no account has it, or several have. */
  findRole(nameOrArn: string): Promise<string>;
  /** Throws a ConfigError when the role has nothing of the kind to change, an UpstreamError when IAM refuses. */
  tamper(what: Tampering, roleArn: string): Promise<void>;
}

const parseRoleName = (roleArn: string) => roleArn.split('/').at(-1) ?? '';

/** `keys`: of somebody who may do everything, by account. */
export function createConsoleUser(
  endpoint: string,
  keys: Readonly<Record<string, StaticCredentials>>,
): ConsoleUser {
  const clients = new Map(
    Object.entries(keys).map(([account, own]) => [account, openConsole(endpoint, own)]),
  );
  return {
    async findRole(nameOrArn) {
      const arns = (await Promise.all([...clients.values()].map(roleArns))).flat();
      const found = arns.filter((arn) => arn === nameOrArn || parseRoleName(arn) === nameOrArn);
      const [only, another] = found;
      if (only !== undefined && another === undefined) return only;
      const near = nearestWord(nameOrArn, arns.map(parseRoleName));
      throw only === undefined
        ? wrong(
            nameOrArn,
            'No role has this name or ARN.',
            near ? `Did you mean ${near}?` : formatChoice(arns),
          )
        : wrong(nameOrArn, `${found.length} roles have this name.`, formatChoice(found));
    },
    async tamper(what, roleArn) {
      const iam = clients.get(roleArn.split(':')[4] ?? '');
      if (!iam) throw wrong(roleArn, 'Nobody is signed in to its account.', 'Use a role of another account.');
      await acts[what](iam, parseRoleName(roleArn)).catch((cause: unknown) => {
        throw cause instanceof IAMServiceException
          ? new UpstreamError(cause.name, `IAM refused: ${cause.message}`, { cause })
          : cause;
      });
    },
  };
}

/** A client of somebody who is signed in to the console of an account. */
export function openConsole(endpoint: string, credentials: StaticCredentials): IAMClient {
  return new IAMClient({ endpoint, credentials, region: 'us-east-1' });
}

function wrong(role: string, what: string, fix: string): ConfigError {
  return new ConfigError({ where: `role ${role}`, what, fix });
}

const formatChoice = (arns: readonly string[]) => `Choose one of: ${[...arns].sort().join(', ')}.`;

interface Trust {
  readonly Statement: unknown;
}

async function roleArns(iam: IAMClient): Promise<readonly string[]> {
  const arns: string[] = [];
  for await (const { Roles = [] } of paginateListRoles({ client: iam }, {}))
    arns.push(...Roles.flatMap(({ Arn }) => Arn ?? []));
  return arns;
}

async function readTrust(iam: IAMClient, RoleName: string): Promise<Trust> {
  const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
  return JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '{}')) as Trust;
}

/** Beside what is there, a statement for everybody: the way in which it happens when somebody is in a hurry. */
function openedTrust(trust: Trust, providers: readonly string[]): Trust {
  const statements = providers.map((Federated) => {
    const issuer = Federated.slice(Federated.indexOf('oidc-provider/') + 'oidc-provider/'.length);
    const Condition = { StringLike: { [`${issuer}:sub`]: '*' } };
    return { Effect: 'Allow', Principal: { Federated }, Action: 'sts:AssumeRoleWithWebIdentity', Condition };
  });
  return { ...trust, Statement: [trust.Statement, statements].flat(2) };
}

function selectProviders(roleName: string, trust: Trust): readonly string[] {
  const arns = JSON.stringify(trust).match(/arn:[a-z-]+:iam::\d{12}:oidc-provider\/[^"]+/g);
  if (arns) return [...new Set(arns)];
  throw wrong(
    roleName,
    'It trusts no OIDC provider.',
    'Choose a role that does, such as one that azfed made.',
  );
}

async function emptyRole(client: IAMClient, RoleName: string): Promise<void> {
  for await (const { AttachedPolicies = [] } of paginateListAttachedRolePolicies({ client }, { RoleName }))
    for (const { PolicyArn } of AttachedPolicies)
      await client.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
  for await (const { PolicyNames = [] } of paginateListRolePolicies({ client }, { RoleName }))
    for (const PolicyName of PolicyNames)
      await client.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
}

const everything = (Effect: 'Allow' | 'Deny') =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect, Action: '*', Resource: '*' }] });
