import { counted } from '../domain/kernel/counted.ts';
import { parseRoleArn, type ParsedRoleArn } from '../domain/kernel/arn.ts';
import { groupItems, listIf } from '../domain/kernel/group-by.ts';
import { parseAccountId } from '../domain/kernel/ids.ts';
import { isPatternText } from '../domain/issuers/issuer.ts';
import { problemOfRolePath } from './coverage-schema.ts';

export interface FoundConnection {
  readonly project: string;
  readonly name: string;
  /** As typed into the connection; may be empty or anything else. */
  readonly roleArn: string;
  readonly oidc: 'on' | 'off' | 'unclear';
}

/** What a look at an organization found. */
export interface Found {
  readonly organization: { readonly name: string; readonly id: string; readonly url: string };
  /** Name of the environment variable that holds the token. */
  readonly credentialEnv: string;
  readonly connections: readonly FoundConnection[];
  /** Account ids, beside those of the roles that were found. */
  readonly accounts: readonly string[];
}

interface Asking {
  readonly connection: FoundConnection;
  readonly role: ParsedRoleArn;
}

/**
 * A first federation.yaml: one grant in mode observe for each project and role path that was found, so that the first
 * run reports and changes nothing.
 */
export function renderConfiguration(found: Found): string {
  const asking = found.connections
    .filter(({ oidc }) => oidc === 'on')
    .flatMap((connection): Asking[] => {
      const role = parseRoleArn(connection.roleArn);
      return role && isPlaced(role) ? [{ connection, role }] : [];
    });
  const sections = [
    head,
    organizationSection(found),
    accountsSection(found.accounts, asking),
    grantsSection(found, asking),
    tail,
  ];
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** The same with an organization alone: for `azfed import`, which adds accounts and grants. */
export function renderBeginning(found: Pick<Found, 'organization' | 'credentialEnv'>): string {
  const sections = [
    head,
    organizationSection({ ...found, connections: [], accounts: [] }),
    [ownCredentials, 'accounts: []'],
    ['# A connection that no grant covers is reported and never acted on.', 'grants: []'],
    tail,
  ];
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** A role at the root path was made by somebody already: that is for `azfed import`, which keeps what it may do. */
const isPlaced = ({ path }: ParsedRoleArn): boolean => path !== '/' && problemOfRolePath(path) === undefined;

const ownCredentials = '# Without `assumeRole`, azfed uses its own credentials in the account.';

/** Marks a grant that nobody has decided about yet. */
export const PROPOSAL =
  '# Proposed by azfed init; azfed import takes its place where the roles exist already.';

export const PROPOSED_BOUNDARY = 'arn:{partition}:iam::{account}:policy/azfed-boundary';

const head = [
  '# yaml-language-server: $schema=./federation.schema.json',
  '# `azfed schema > federation.schema.json` writes that file: editors then check and complete this one.',
  'version: 1',
];

function organizationSection({ organization, credentialEnv }: Found): readonly string[] {
  const { name, id, url } = organization;
  const isDefault = url.replace(/\/$/, '') === `https://dev.azure.com/${name}`;
  return [
    'organizations:',
    `  - name: ${quoted(name)}`,
    '    # Pinned: if another organization answers under this name, azfed stops there.',
    `    id: ${quoted(id)}`,
    ...(isDefault ? [] : [`    url: ${quoted(url)}`]),
    '    # The name of an environment variable, never the token itself. In AWS: { type: pat, secret: <ARN> },',
    '    # or nothing stored at all: { type: entra, tenantId: <GUID>, clientId: <GUID> } (docs/credentials.md).',
    `    credential: { type: pat, env: ${quoted(credentialEnv)} }`,
  ];
}

function accountsSection(listed: readonly string[], asking: readonly Asking[]): readonly string[] {
  const partitions = new Map<string, string>(asking.map(({ role }) => [role.account, role.partition]));
  for (const id of listed) if (parseAccountId(id) && !partitions.has(id)) partitions.set(id, 'aws');
  const example =
    '# assumeRole: arn:aws:iam::<account>:role/azfed-spoke   (the role that azfed assumes there)';
  if (partitions.size === 0) return [ownCredentials, 'accounts: []', example];
  const items = [...partitions]
    .sort()
    .flatMap(([id, partition]) => [
      `  - id: ${quoted(id)}`,
      ...(partition === 'aws' ? [] : [`    partition: ${partition}`]),
      `    # assumeRole: arn:${partition}:iam::${id}:role/azfed-spoke`,
    ]);
  return [ownCredentials, 'accounts:', ...items];
}

function grantsSection({ organization, connections }: Found, asking: readonly Asking[]): readonly string[] {
  const groups = groupItems(asking, ({ connection, role }) =>
    JSON.stringify([connection.project, role.path]),
  );
  const names = new Set<string>();
  const grants = [...groups.values()].flatMap((members) => grantLines(organization.name, members, names));
  return [
    '# A connection that no grant covers is reported and never acted on. Each grant begins in mode observe;',
    '# repair fixes roles that azfed already keeps, enforce creates and closes as well. A name may be a list of',
    '# patterns; `roles` gives each connection its one role instead (docs/grants.md).',
    '# The boundary has to exist in each account before a grant may do more than observe.',
    ...describeOmissions(connections, asking),
    ...(grants.length === 0 ? ['grants: []'] : ['grants:', ...grants]),
  ];
}

/** Connections whose role lies at the root path. */
export const countAtRoot = (connections: readonly FoundConnection[]): number =>
  connections.filter(({ oidc, roleArn }) => oidc === 'on' && parseRoleArn(roleArn)?.path === '/').length;

/** Counts only: names from outside do not belong into comments. */
function describeOmissions(
  connections: readonly FoundConnection[],
  asking: readonly Asking[],
): readonly string[] {
  const withOidc = connections.filter(({ oidc }) => oidc === 'on').length;
  const without = connections.length - withOidc;
  const atRoot = countAtRoot(connections);
  const unfit = withOidc - asking.length - atRoot;
  return [
    ...(without > 0 ? [`# azfed init left out ${counted(without, 'connection')} without OIDC.`] : []),
    ...listIf(
      unfit > 0,
      `# azfed init left out ${counted(unfit, 'connection')} with a role that no grant can name (no ARN, or a path of AWS).`,
    ),
    ...listIf(
      atRoot > 0,
      `# azfed init left out ${counted(atRoot, 'connection')} with a role at the root path. Such roles exist already:`,
      '# azfed import writes grants that keep them as they are.',
    ),
  ];
}

function grantLines(organization: string, members: readonly Asking[], taken: Set<string>): readonly string[] {
  const [first] = members;
  if (!first) return [];
  const { connection, role } = first;
  const accounts = [...new Set(members.map((member) => member.role.account))].sort();
  const pattern = commonPattern(members.map((member) => member.connection.name));
  return [
    `  - name: ${grantName(connection.project, role.path, taken)}`,
    `    ${PROPOSAL}`,
    '    mode: observe',
    '    connections:',
    `      organization: ${quoted(organization)}`,
    `      project: ${quoted(exactPattern(connection.project))}`,
    `      name: ${quoted(pattern)}`,
    `    accounts: [${accounts.map(quoted).join(', ')}]`,
    `    role: { path: ${quoted(role.path)}, name: "*" }`,
    `    boundary: ${quoted(PROPOSED_BOUNDARY)}`,
    '    # managedPolicies: ["arn:{partition}:iam::aws:policy/ReadOnlyAccess"]',
    '    # inlinePolicies: { deploy: { file: policies/deploy.json } }',
  ];
}

/** Unique, and speaking: the project and the last part of the path. */
function grantName(project: string, path: string, taken: Set<string>): string {
  const words = `${project} ${path.split('/').at(-2) ?? ''}`.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const stem = [...new Set(words)].join('-').slice(0, 48).replace(/-$/, '') || 'grant';
  let name = stem;
  for (let number = 2; taken.has(name); number++) name = `${stem}-${number}`;
  taken.add(name);
  return name;
}

/** Characters that no pattern can hold as themselves become `?`: the grant covers the connection all the same. */
function exactPattern(name: string): string {
  return name
    .split('')
    .map((character) => (/[*?]/.test(character) || !isPatternText(character) ? '?' : character))
    .join('');
}

/** One name as it is; several by what they begin with up to a hyphen, dot or underscore, as in `aws-*`. */
function commonPattern(names: readonly string[]): string {
  const patterns = [...new Set(names.map(exactPattern))];
  const [first = '*', ...others] = patterns;
  if (others.length === 0) return first;
  let length = 0;
  while (length < first.length && others.every((other) => other[length] === first[length])) length++;
  const prefix = /^.*[-._]/.exec(first.slice(0, length))?.[0] ?? '';
  return `${prefix}*`;
}

/** A double-quoted YAML scalar: JSON's strings are a subset of them. */
const quoted = (text: string): string => JSON.stringify(text);

const tail = [
  '# How much one automatic run may do before a person has to look (these are the defaults):',
  '# limits: { changesPerPass: 10, closuresPerPass: 3, driftPercent: 20, absencePercent: 10, reminderDays: 7 }',
  '# webhooks:',
  '#   - name: ops',
  '#     url: https://hooks.example.com/azfed',
  '#     secret: { env: AZFED_WEBHOOK_SECRET }',
  '#     events: ["connection.*", "deployment.*"]',
  '#   - name: chat',
  '#     format: slack # or teams; the secret is the address of the incoming webhook',
  '#     secret: { env: AZFED_SLACK_URL }',
  '#     events: ["*"]',
  '#   - name: automation',
  '#     format: eventbridge # or sns, with `topic`; no secret',
  '#     bus: arn:aws:events:eu-central-1:123456789012:event-bus/security',
  '#     events: ["*"]',
  '# So that a change is seen at once: the outputs HookUrl and HookSecret of the deployment, then azfed hooks install.',
  '# hooks: { url: https://hooks.example.com/hooks/azure-devops, secret: <ARN> }',
];
