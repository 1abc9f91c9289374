import { InvariantError } from './errors.ts';
import { parseAccountId, type AccountId, type ProviderArn, type RoleArn, type Unparsed } from './ids.ts';

/** Partitions share nothing; the partition of a role is that of its ARN, never that of the caller. */
export const partitions = ['aws', 'aws-us-gov', 'aws-cn', 'aws-eusc'] as const;
export type Partition = (typeof partitions)[number];

/**
 * Where the one IAM control plane of each partition is signed for (endpoint rules of the IAM service model), and where
 * CloudTrail keeps its events, whatever Region it was called from (CloudTrail User Guide, global service events).
 */
export const homeRegions: Readonly<Record<Partition, string>> = {
  aws: 'us-east-1',
  'aws-us-gov': 'us-gov-west-1',
  'aws-cn': 'cn-north-1',
  'aws-eusc': 'eusc-de-east-1',
};

/**
 * The Regions that every account of the partition has without asking for them (AWS General Reference, AWS Regions): each has an
 * endpoint of STS, which logs there alone.
 */
export const defaultRegions: Readonly<Record<Partition, readonly string[]>> = {
  aws: [
    ...['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'ca-central-1', 'sa-east-1'],
    ...['eu-central-1', 'eu-north-1', 'eu-west-1', 'eu-west-2', 'eu-west-3'],
    ...['ap-northeast-1', 'ap-northeast-2', 'ap-northeast-3'],
    ...['ap-south-1', 'ap-southeast-1', 'ap-southeast-2'],
  ],
  'aws-us-gov': ['us-gov-west-1', 'us-gov-east-1'],
  'aws-cn': ['cn-north-1', 'cn-northwest-1'],
  'aws-eusc': ['eusc-de-east-1'],
};

/** What the names of endpoints end with in a Region (endpoint rules of the service models). */
export function getEndpointDomain(region: string): string {
  if (region.startsWith('cn-')) return 'amazonaws.com.cn';
  return region.startsWith('eusc-') ? 'amazonaws.eu' : 'amazonaws.com';
}

/** Braces, a name, braces: one pair of braces is a placeholder, more pairs stand for text with one pair less. */
const placeholder = /(\{+)(account|partition)(\}+)/g;

/** The text with its placeholders as the account and the partition of a role have them; `{{account}}` is the text `{account}`. */
export function fillPlaceholders(text: string, partition: Partition, account: AccountId): string {
  return text.replace(placeholder, (_whole, opening: string, name: string, closing: string) => {
    const isEscaped = opening.length > 1 && closing.length > 1;
    const value = name === 'account' ? account : partition;
    return `${opening.slice(1)}${isEscaped ? name : value}${closing.slice(1)}`;
  });
}

/** The text as a configuration says it where placeholders are filled: what looks like one is text. */
export const escapePlaceholders = (text: string): string => text.replace(placeholder, '{$1$2$3}');

export interface ParsedRoleArn {
  readonly arn: RoleArn;
  readonly partition: Partition;
  readonly account: AccountId;
  /** Begins and ends with a slash. */
  readonly path: string;
  readonly name: string;
}

/** Roles of AWS services and of IAM Identity Center lie there, and AWS alone changes them (IAM User Guide, service-linked roles). */
export const isPathOfAws = (path: string): boolean => /^\/aws-(?:service-role|reserved)\//.test(path);

// RoleName 1-64 of [\w+=,.@-]; Path `/` or `/.../` of U+0021-U+007E, at most 512 (IAM service model).
const roleArn = /^arn:([a-z-]+):iam::(\d{12}):role(\/(?:[\u0021-\u007e]{1,510}\/)?)([\w+=,.@-]{1,64})$/;

/** `undefined` for anything that is not the full ARN of an IAM role in a known partition. */
export const parseRoleArn: (text: Unparsed) => ParsedRoleArn | undefined = readParts;

/** The parts of an ARN that was parsed where it came in. */
export function splitRoleArn(arn: RoleArn): ParsedRoleArn {
  const parts = readParts(arn);
  if (!parts) throw new InvariantError('role-arn', `${arn} is not the ARN of a role.`);
  return parts;
}

/** `role`: path and name, parsed as well. */
export const joinRoleArn = (partition: Partition, account: AccountId, role: string): RoleArn =>
  splitRoleArn(`arn:${partition}:iam::${account}:role${role}` as RoleArn).arn;

function readParts(text: string): ParsedRoleArn | undefined {
  const [, partition, id, path, name] = roleArn.exec(text) ?? [];
  const account = parseAccountId(id ?? '');
  if (!isPartition(partition) || account === undefined || path === undefined || name === undefined)
    return undefined;
  return { arn: text as RoleArn, partition, account, path, name };
}

/** Of any ARN, or pattern of ARNs; empty where the text has no such part. */
export function splitArn(text: string) {
  const [, partition = '', , region = '', account = ''] = text.split(':');
  return { partition, region, account };
}

/** A principal that stands for everybody whom the account lets: its id, or the ARN of its root. */
export const namesAccount = (principal: string, account: string): boolean =>
  principal === account || (principal.endsWith(':root') && splitArn(principal).account === account);

/** Who a session says it is: `arn:aws:sts::123456789012:assumed-role/<role>/<session>` (IAM User Guide, unique identifiers). */
interface Session {
  readonly account: string;
  /** Empty for the sessions of GetFederationToken, whose callers choose a name as well. */
  readonly role: string;
  readonly name: string;
}

export function parseSession(arn: string): Session | undefined {
  const parts = /^arn:[\w-]+:sts::(\d{12}):(?:assumed-role\/([^/]+)|federated-user)\/([^/]+)$/.exec(arn);
  if (!parts) return undefined;
  const [, account = '', role = '', name = ''] = parts;
  return { account, role, name };
}

/** A principal may name one session of a role. */
export function namesSession(principal: string, role: string): boolean {
  const session = parseSession(principal);
  return (
    session?.account === splitArn(role).account && session.role !== '' && role.endsWith(`/${session.role}`)
  );
}

type Parts = readonly string[];

/** What can be wrong with a text that is to be the ARN of a role, in the order in which a person should be told. */
const roleArnProblems: readonly (readonly [
  (text: string, parts: Parts) => boolean,
  (parts: Parts) => string,
])[] = [
  [(text) => text !== text.trim(), () => 'has blanks around it'],
  [(text) => /\s/.test(text), () => 'has blanks in it'],
  [(text) => /[^\u0021-\u007e]/.test(text), () => 'holds characters that no ARN has'],
  [(_text, parts) => parts[0] !== 'arn' || parts.length < 6, () => 'is not an ARN'],
  [(_text, parts) => parts[2] === 'sts', () => 'is the ARN of a session, not of its role'],
  [(_text, parts) => parts[2] !== 'iam', ([, , service]) => `is the ARN of something in ${service ?? ''}`],
  [
    (_text, parts) => !isPartition(parts[1]),
    ([, partition]) => `is in the partition ${partition ?? ''}, which azfed does not know`,
  ],
  [(_text, parts) => parts[3] !== '', () => 'names a region, which IAM has none of'],
  [(_text, parts) => !/^\d{12}$/.test(parts[4] ?? ''), () => 'has no account id of twelve digits'],
  [
    (_text, parts) => !parts[5]?.startsWith('role/'),
    ([, , , , , resource]) => `is the ARN of a ${resource?.split('/')[0] ?? ''}, not of a role`,
  ],
];

/** What is wrong with a text that is not the ARN of a role, in words that follow the text itself. */
export function problemOfRoleArn(text: string): string {
  const parts = text.split(':');
  const found = roleArnProblems.find(([applies]) => applies(text, parts));
  return found ? found[1](parts) : 'has a path or a name that no role can have';
}

function isPartition(text: string | undefined): text is Partition {
  return partitions.some((partition) => partition === text);
}

/** The ARN that IAM gives to the provider of an issuer, so that its existence needs no search. */
export function providerArn(partition: Partition, account: AccountId, issuer: string): ProviderArn {
  return `arn:${partition}:iam::${account}:oidc-provider/${issuer}` as ProviderArn;
}

/** An OIDC provider's ARN ends with its url, without `https://` (IAM User Guide, IAM identifiers). */
export const parseProviderIssuer = (text: string): string | undefined =>
  /^arn:[^:]+:iam::\d{12}:oidc-provider\/(.+)$/.exec(text)?.[1];

export const parseProviderArn = (text: Unparsed): ProviderArn | undefined =>
  parseProviderIssuer(text) === undefined ? undefined : (text as ProviderArn);

/** Host and path of the issuer of a provider. A federated principal that is no ARN is the issuer itself: `accounts.google.com`. */
export const readIssuer = (principal: string): string => parseProviderIssuer(principal) ?? principal;
