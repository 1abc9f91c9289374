import { fc } from './fast-check.ts';
import { providerArn } from '../../shared/domain/kernel/arn.ts';
import type { AccountId, OrganizationId, RoleId } from '../../shared/domain/kernel/ids.ts';
import type { Organization } from '../../shared/domain/configuration/configuration.ts';
import type { OrganizationInventory } from '../../shared/domain/azure-devops/inventory.ts';
import type { ServiceConnection } from '../../shared/domain/azure-devops/service-connection.ts';
import type { AccountObservation, ObservedProvider, ObservedRole } from '../../shared/domain/iam/role.ts';
import { complete } from '../../shared/domain/kernel/result.ts';
import { TOKEN_EXCHANGE_AUDIENCE, vstokenProfile } from '../../shared/domain/issuers/issuer.ts';
import { brownfieldShapes } from './brownfield-shapes.ts';
import type { Part, Place } from './brownfield-parts.ts';
import type {
  BrownfieldAccount,
  BrownfieldConnection,
  BrownfieldRole,
  BrownfieldWorld,
  Random,
} from './brownfield-world.ts';

export type { BrownfieldWorld } from './brownfield-world.ts';
import { projectId } from './domain-ids.ts';

export interface BrownfieldOptions {
  /** Of the AWS type or expected to be granted, about so many: a shape is never cut. Default 60. */
  readonly connections?: number;
  /** Default 6. */
  readonly accounts?: number;
  readonly seed?: number;
  /** Names of shapes; default: all of the table. */
  readonly only?: readonly string[];
}

const GUID = '11111111-2222-4333-8444-555555555555' as OrganizationId;
const northwind: Organization = {
  name: 'northwind',
  id: GUID,
  url: 'https://dev.azure.com/northwind',
  credential: { type: 'pat', env: 'AZURE_DEVOPS_PAT' },
};
const { issuer: ISSUER } = vstokenProfile(GUID);

/** Five literal values stand in public sources, one of them of zeros. None means anything to AWS. */
const thumbprints = ['0'.repeat(40), '6938fd4d98bab03faadb97b34396831e3780aea1'] as const;

/**
 * A federation that people have made by hand, by the manual recipe, with Terraform or with CloudFormation: every shape that
 * public sources show (`brownfield-shapes.ts` is the table), over many accounts, as a value.
 *
 *     brownfield({ connections: 300, accounts: 40, seed: 7 })   the same seed, the same world
 *     anyBrownfield                                             for properties; shrinks to few connections
 *     observeBrownfield(world)                                  inventory and observations, as a complete look gives them
 *     seedBrownfield(cloud, world)                              the same in the embedded cloud (`brownfield-cloud.ts`)
 *
 * The first connections go through the table, one shape after the other, as far as their number allows; the others come as
 * often as public sources have them. `only` limits the world to some shapes. Each connection says what an importer makes
 * of it (`importer`), so that a test needs no second opinion.
 */
export function brownfield(options: BrownfieldOptions = {}): BrownfieldWorld {
  const { connections: wanted = 60, accounts: count = 6, seed = 1 } = options;
  const random = createRandom(seed);
  const usual = Array.from({ length: count > 3 ? count - 2 : count }, (_, n) => newAccount(n, random));
  const [wrongAudience, noProvider] = misconfigured(usual.length);
  const others = count > 3 ? { wrongAudience: wrongAudience.id, noProvider: noProvider.id } : {};
  const accounts = count > 3 ? [...usual, wrongAudience, noProvider] : usual;
  const projects = Array.from({ length: Math.max(2, Math.ceil(wanted / 12)) }, (_, n) => projectName(n));
  const choosePlace = (n: number, number: number): Place => ({
    organization: northwind,
    issuer: ISSUER,
    account: random.pick(usual).id,
    ...others,
    project: random.pick(projects),
    otherProject: random.pick(projects),
    n,
    number,
    random,
  });
  const parts = makeParts(options.only, wanted, choosePlace, random);
  const roles = parts.flatMap((part) => part.roles.map((one) => ({ ...one, shape: part.shape })));
  return {
    organization: northwind,
    projects,
    accounts: accounts.map((account) => withForeignProviders(account, roles)),
    connections: parts.flatMap((part) => part.connections.map((one) => ({ ...one, shape: part.shape }))),
    roles: [...roles, ...accounts.flatMap(({ id }) => bystanders(id))],
    policies: parts.flatMap(({ policies = [], account }) => policies.map((name) => ({ account, name }))),
  };
}

type PlacedPart = Part & { readonly shape: string; readonly account: AccountId };

/** Shape after shape, then by weight, until there are so many connections. */
function makeParts(
  only: readonly string[] | undefined,
  wanted: number,
  choosePlace: (n: number, number: number) => Place,
  random: Random,
): readonly PlacedPart[] {
  const shapes = brownfieldShapes.filter(({ name }) => only?.includes(name) ?? true);
  const weighted = shapes.flatMap((shape) => Array.from({ length: shape.weight }, () => shape));
  const parts: PlacedPart[] = [];
  let made = 0;
  for (let n = 0; made < wanted && n < wanted * 4 && (n < shapes.length || weighted.length > 0); n++) {
    const shape = shapes[n] ?? random.pick(weighted);
    const place = choosePlace(n, made + 1);
    const part = shape.make(place);
    if (!part || clashes(part, parts)) continue;
    parts.push({ ...part, shape: shape.name, account: place.account });
    made += part.connections.length;
  }
  return parts;
}

/** For properties: few connections and accounts, every shape. */
export const anyBrownfield: fc.Arbitrary<BrownfieldWorld> = fc
  .record({
    connections: fc.integer({ min: 1, max: 80 }),
    accounts: fc.integer({ min: 1, max: 5 }),
    seed: fc.nat(1_000_000),
  })
  .map((options) => ({
    ...brownfield(options),
    // A property that fails prints how to make the world again, and not the world.
    [fc.toStringMethod]: () => `brownfield(${JSON.stringify(options)})`,
  }));

/** What a complete look at Azure DevOps and at every account gives. */
export function observeBrownfield(world: BrownfieldWorld): {
  readonly inventory: OrganizationInventory;
  readonly observations: readonly AccountObservation[];
} {
  return {
    inventory: listConnections(world),
    observations: world.accounts.map((one) => observe(one, world)),
  };
}

function listConnections({ organization, projects, connections }: BrownfieldWorld): OrganizationInventory {
  const all = connections.map((one) => toConnection(one, projects));
  return {
    organizationId: organization.id,
    organizationName: organization.name,
    identity: complete({ id: organization.id, name: organization.name }),
    projects: complete(
      projects.map((name, index) => ({
        id: projectId(index + 1),
        name,
        connections: complete(
          all.filter(({ references }) => references.some((one) => one.projectName === name)),
        ),
      })),
    ),
    requests: projects.length + 2,
  };
}

function toConnection(one: BrownfieldConnection, projects: readonly string[]): ServiceConnection {
  const isAws = one.type.toLowerCase() === 'aws';
  return {
    id: one.id,
    type: one.type,
    references: [...new Set([one.project, ...(one.sharedWith ?? [])])]
      .map((project) => ({
        projectId: projectId(projects.indexOf(project) + 1),
        projectName: project,
        name: one.name,
      }))
      .sort((a, b) => (a.projectId < b.projectId ? -1 : 1)),
    requestedRoleArn: one.roleArn,
    oidc: one.useOidc ? 'on' : 'off',
    ...(isAws ? { powerShellOidc: one.useOidc && one.roleArn !== '' } : {}),
    hasAccessKey: one.accessKeyId !== undefined,
    hasExternalId: false,
    isDisabled: one.isDisabled === true,
    isReady: true,
  };
}

function observe(account: BrownfieldAccount, world: BrownfieldWorld): AccountObservation {
  const roles = world.roles
    .filter((role) => role.account === account.id)
    .map(({ shape: _, ...role }, index): ObservedRole => ({
      ...role,
      id: `AROA${account.id.slice(-4)}${String(index).padStart(13, '0')}` as RoleId,
      createdAt: Date.parse('2025-03-01T08:00:00Z'),
      isFromTemplate: false,
    }));
  const ours = account.providers.map(({ issuer, audiences }): ObservedProvider => ({
    arn: providerArn('aws', account.id, issuer),
    issuer,
    audiences,
  }));
  const rolesUsed = roles.length;
  return {
    account: account.id,
    roles: complete({ inScope: roles, elsewhere: [] }),
    providers: complete({ arns: ours.map(({ arn }) => arn), ours }),
    quotas: complete({
      trustLength: 2_048,
      roles: account.roomForRoles === undefined ? 1_000 : rolesUsed + account.roomForRoles,
      rolesUsed,
      managedPoliciesPerRole: 10,
    }),
    calls: 5,
  };
}

/** mulberry32. */
function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    next,
    pick: (items) => {
      const item = items[Math.floor(next() * items.length)];
      if (item === undefined) throw new Error('Nothing to pick from.');
      return item;
    },
  };
}

const projectNames = ['Web', 'Shop', 'Data Platform', 'Payments', "Ana's Tools", 'Ops', 'Müller', 'Mobile'];
const projectName = (n: number) =>
  `${projectNames[n % projectNames.length] ?? ''}${n < projectNames.length ? '' : ` ${Math.floor(n / projectNames.length) + 1}`}`;

const accountId = (index: number) => String(100_000_000_001 + index * 1_111) as AccountId;

/** Of the last two accounts, one has a provider for another audience, and one has none. */
function misconfigured(index: number): readonly [BrownfieldAccount, BrownfieldAccount] {
  return [
    { id: accountId(index), providers: [{ issuer: ISSUER, audiences: ['sts.amazonaws.com'] }] },
    { id: accountId(index + 1), providers: [] },
  ];
}

/** Every third takes tokens for AWS's own audience, too; every fifth is nearly full. */
function newAccount(index: number, random: Random): BrownfieldAccount {
  const audiences = [TOKEN_EXCHANGE_AUDIENCE, ...(index % 3 === 2 ? ['sts.amazonaws.com'] : [])];
  const thumbprint = random.pick(['', ...thumbprints]);
  return {
    id: accountId(index),
    providers: [{ issuer: ISSUER, audiences, ...(thumbprint === '' ? {} : { thumbprint }) }],
    ...(index % 5 === 4 ? { roomForRoles: 1 } : {}),
  };
}

/** With the providers of others that trusts name, such as GitHub's. */
function withForeignProviders(
  account: BrownfieldAccount,
  roles: readonly BrownfieldRole[],
): BrownfieldAccount {
  const own = roles.filter((role) => role.account === account.id);
  const named = JSON.stringify(own.map(({ trust }) => trust)).matchAll(/:oidc-provider\/([^"\\]+)/g);
  const issuers = new Set([...named].map(([, issuer]) => issuer ?? ''));
  const foreign = [...issuers].filter((issuer) => issuer !== ISSUER).sort();
  const chooseAudience = (issuer: string) =>
    issuer.startsWith('vstoken') || issuer.startsWith('app.vstoken')
      ? TOKEN_EXCHANGE_AUDIENCE
      : issuer.startsWith('login.')
        ? 'fb60f99c-7a34-4190-8149-302f77469936'
        : 'sts.amazonaws.com';
  return {
    ...account,
    providers: [
      ...account.providers,
      // With a thumbprint IAM does not call the issuer, which answers here as little as a dead one does there.
      ...foreign.map((issuer) => ({
        issuer,
        audiences: [chooseAudience(issuer)],
        thumbprint: thumbprints[1],
      })),
    ],
  };
}

/** Roles of the account that have nothing to do with Azure DevOps. */
function bystanders(account: AccountId): readonly BrownfieldRole[] {
  const byService = (name: string, service: string): BrownfieldRole => ({
    shape: 'bystander',
    arn: `arn:aws:iam::${account}:role/${name}` as BrownfieldRole['arn'],
    account,
    path: '/',
    name,
    trust: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
    },
    boundary: undefined,
    managedPolicies: [],
    inlinePolicies: {},
    maxSessionDuration: 3_600,
    description: '',
    tags: {},
  });
  return [byService('ec2-app', 'ec2.amazonaws.com'), byService('build', 'codebuild.amazonaws.com')];
}

/** Names of roles are unique in an account, whatever their case. */
function clashes(part: Part, before: readonly Part[]): boolean {
  const buildKey = ({ account, name }: Part['roles'][number]) => `${account} ${name.toLowerCase()}`;
  const taken = new Set(before.flatMap(({ roles }) => roles.map(buildKey)));
  return part.roles.some((role) => taken.has(buildKey(role)));
}
