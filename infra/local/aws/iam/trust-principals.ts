import type {
  Json,
  JsonObject,
  PolicyDocument,
  Statement,
} from '../../../../shared/domain/policy/policy-document.ts';
import { isList, isObject, toList } from '../../../../shared/domain/policy/policy-document.ts';
import { malformed } from './policy-grammar.ts';
import { adminArn, iamArn, type Account, type World } from '../state/world.ts';

const federatedArn = /^arn:[a-z-]+:iam::\d{12}:(?:oidc-provider|saml-provider)\/[\u0021-\u007e]+$/;
const domainName = /^(?=.{1,253}$)[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i;

/**
 * A trust as IAM keeps it: every principal is checked, and AWS principals are kept as their unique ids, so that
 * somebody who takes over a name does not take over its trust (IAM User Guide, principals). Throws.
 */
export function storedTrust(world: World, document: PolicyDocument): string {
  return JSON.stringify(mapPrincipals(document, (kind, member) => checkedPrincipal(world, kind, member)));
}

/** A trust as IAM tells it: a unique id reads as the ARN for as long as its owner is there. */
export function showTrust(world: World, trust: string): string {
  if (!holdsUniqueId(trust)) return trust;
  const document = JSON.parse(trust) as PolicyDocument;
  return JSON.stringify(
    mapPrincipals(document, (kind, member) => (kind === 'AWS' ? resolveArn(world, member) : member)),
  );
}

/** Whether how the trust reads depends on others. */
export function holdsUniqueId(trust: string): boolean {
  return /"A(?:ROA|IDA)/.test(trust);
}

/** The providers that the trust names. */
export function federatedPrincipals({ Statement: statements }: PolicyDocument): readonly string[] {
  return toList<Statement>(statements)
    .map(({ Principal: principal, NotPrincipal: notPrincipal }) => principal ?? notPrincipal)
    .flatMap((principal) => (isObject(principal) ? toList<Json>(principal['Federated']) : []))
    .filter((member) => typeof member === 'string');
}

type PrincipalMap = (kind: string, member: string) => string;

function mapPrincipals(document: PolicyDocument, map: PrincipalMap): JsonObject {
  const statements = toList<Statement>(document.Statement).map((statement) =>
    Object.fromEntries(
      Object.entries(statement).map(([element, value]) =>
        element === 'Principal' || element === 'NotPrincipal'
          ? [element, mapPrincipal(value, map)]
          : [element, value],
      ),
    ),
  );
  return { ...document, Statement: statements };
}

function mapPrincipal(principal: Json | undefined, map: PrincipalMap): Json {
  if (principal === '*') return principal;
  if (!isObject(principal) || Object.keys(principal).length === 0)
    throw malformed('Invalid principal in policy.');
  return Object.fromEntries(
    Object.entries(principal).map(([kind, members]) => {
      const mapped = toList<Json>(members).map((member) => {
        if (typeof member !== 'string') throw malformed('Invalid principal in policy.');
        return map(kind, member);
      });
      return [kind, isList(members) ? mapped : (mapped[0] ?? '')];
    }),
  );
}

function checkedPrincipal(world: World, kind: string, member: string): string {
  if (kind === 'Federated') {
    if (federatedArn.test(member) || domainName.test(member)) return member;
    throw malformed('Federated principals must be valid domain names or SAML metadata ARNs');
  }
  const stored = kind === 'AWS' ? findUniqueId(world, member) : undefined;
  if (stored !== undefined) return stored;
  if (kind === 'Service' && domainName.test(member)) return member;
  throw malformed(`Invalid principal in policy: "${kind}":"${member}"`);
}

function findUniqueId(world: World, member: string): string | undefined {
  if (member === '*') return member;
  const [, bareAccount] = /^(\d{12})$/.exec(member) ?? [];
  if (bareAccount !== undefined) return `arn:${readPartition(world, bareAccount)}:iam::${bareAccount}:root`;
  if (/^arn:[a-z-]+:iam::\d{12}:root$/.test(member)) return member;
  // Sessions are kept as they are written; whether AWS asks if there may be such a one is not documented.
  if (/^arn:[a-z-]+:sts::\d{12}:(?:assumed-role\/[^/*?]+|federated-user)\/[^/*?]+$/.test(member))
    return member;
  const [, account] = /^arn:[a-z-]+:iam::(\d{12}):/.exec(member) ?? [];
  const owner = world.accounts.get(account ?? '');
  if (owner !== undefined) return idInAccount(owner, member);
  return resolveArn(world, member) === member ? undefined : member;
}

function readPartition(world: World, account: string): string {
  return world.accounts.get(account)?.partition ?? 'aws';
}

function idInAccount(account: Account, arn: string): string | undefined {
  if (arn === adminArn(account)) return account.admin.id;
  return account.roles.list().find((role) => role.arn === arn)?.id;
}

/** The id itself when nobody has it any more. */
function resolveArn(world: World, id: string): string {
  for (const account of world.accounts.values()) {
    if (account.admin.id === id) return iamArn(account, 'user/admin');
    const role = id.startsWith('AROA') ? account.roles.list().find((known) => known.id === id) : undefined;
    if (role !== undefined) return role.arn;
  }
  return id;
}
