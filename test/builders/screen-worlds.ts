import type { Account, Configuration } from '../../shared/domain/configuration/configuration.ts';
import type { ServiceConnection } from '../../shared/domain/azure-devops/service-connection.ts';
import { parseRoleArn } from '../../shared/domain/kernel/arn.ts';
import type { AccountId, ConnectionId, RoleArn } from '../../shared/domain/kernel/ids.ts';
import { parseAccountId } from '../../shared/domain/kernel/ids.ts';
import type { Statement } from '../../shared/domain/policy/policy-document.ts';
import { toList } from '../../shared/domain/policy/policy-document.ts';
import { configuration, grant } from './configuration.ts';
import { connection, reference } from './connection.ts';
import { withRole, withoutRole } from './iam-model.ts';
import type { SmallWorld } from './small-world.ts';
import { after, federated, runOnce, selectRole, world } from './small-world.ts';

/** A world of which the golden files show the screens, and the connection that verify, explain and history are about. */
export interface ScreenWorld {
  readonly seen: SmallWorld;
  readonly about: ConnectionId;
}

const ADMIN = 'arn:aws:iam::aws:policy/AdministratorAccess';

function makeAccount(digits: string, name: string): Account {
  const id = parseAccountId(digits);
  if (!id) throw new Error(`${digits} is no account id.`);
  return { id, name, partition: 'aws' };
}

const commerce = makeAccount('123456789012', 'commerce');
const finance = makeAccount('210987654321', 'finance');

const makeArn = ({ id }: Pick<Account, 'id'>, path: string, name: string): RoleArn => {
  const parsed = parseRoleArn(`arn:aws:iam::${id}:role/azure-devops/${path}/${name}`);
  if (!parsed) throw new Error(`${name} is no name of a role.`);
  return parsed.arn;
};

const makeGrant = (name: string, project: string, accounts: readonly AccountId[], fields = {}) =>
  grant({
    name,
    connections: { organization: 'contoso', project, name: 'aws-*' },
    role: { path: `/azure-devops/${name}/`, name: '*' },
    accounts,
    tags: { team: name },
    ...fields,
  });

const both = [commerce.id, finance.id];
const sampleConfiguration: Configuration = configuration({
  accounts: [commerce, finance],
  grants: [
    makeGrant('shop', 'Shop', both),
    makeGrant('payments', 'Payments', both, { inlinePolicies: {} }),
    makeGrant('platform', 'Platform', both, {
      managedPolicies: ['arn:aws:iam::aws:policy/PowerUserAccess'],
      inlinePolicies: {},
    }),
  ],
});

const projects = ['Shop', 'Payments', 'Platform'];

function makeConnection(
  number: number,
  project: string,
  name: string,
  fields: Partial<ServiceConnection> = {},
): ServiceConnection {
  return connection(number, {
    references: [reference(projects.indexOf(project) + 1, name, project)],
    ...fields,
  });
}

/** As the sample of the embedded cloud: 13 AWS connections, 7 of them for azfed. */
const sampleConnections: readonly ServiceConnection[] = [
  makeConnection(1, 'Shop', 'aws-prod', { requestedRoleArn: makeArn(commerce, 'shop', 'shop-prod') }),
  makeConnection(2, 'Shop', 'aws-staging', { requestedRoleArn: makeArn(commerce, 'shop', 'shop-staging') }),
  makeConnection(3, 'Shop', 'aws-legacy', { requestedRoleArn: '', oidc: 'off', hasAccessKey: true }),
  makeConnection(4, 'Shop', 'aws-mixed', {
    requestedRoleArn: makeArn(commerce, 'shop', 'shop-mixed'),
    hasAccessKey: true,
  }),
  makeConnection(5, 'Payments', 'aws-prod', {
    requestedRoleArn: makeArn(finance, 'payments', 'payments-prod'),
  }),
  makeConnection(6, 'Payments', 'aws-staging', {
    requestedRoleArn: makeArn(finance, 'payments', 'payments-staging'),
  }),
  makeConnection(7, 'Payments', 'aws-admin', {
    requestedRoleArn: `arn:aws:iam::${finance.id}:role/OrganizationAdmin`,
  }),
  makeConnection(8, 'Payments', '決済-本番環境', { requestedRoleArn: '', oidc: 'off' }),
  makeConnection(9, 'Platform', 'aws-network', {
    requestedRoleArn: makeArn(commerce, 'platform', 'network'),
  }),
  makeConnection(10, 'Platform', 'aws-tools', {
    requestedRoleArn: makeArn(finance, 'platform', 'tools'),
    hasExternalId: true,
  }),
  makeConnection(11, 'Platform', 'aws-${stage}', {
    requestedRoleArn: makeArn(commerce, 'platform', 'stage'),
  }),
  makeConnection(12, 'Platform', 'aws-sandbox', { requestedRoleArn: '' }),
  makeConnection(13, 'Platform', 'old-deploy', {
    requestedRoleArn: makeArn(commerce, 'platform', 'old-deploy'),
  }),
];

const first = (connections: readonly ServiceConnection[]): ConnectionId => {
  const [one] = connections;
  if (!one) throw new Error('There is no connection.');
  return one.id;
};

/** Half of it has its role; the other half asks for one since then. */
export function smallWorld(): ScreenWorld {
  const early = sampleConnections.filter((_one, at) => at % 2 === 0);
  const past = after(90, federated(early, { configuration: sampleConfiguration }));
  return {
    seen: { ...past, inventories: world(sampleConnections).inventories },
    about: first(sampleConnections),
  };
}

const teams = ['Checkout', 'Catalog', 'Search', 'Billing', 'Identity', 'Mobile', 'Data Platform', 'Edge'];
const stages = ['dev', 'test', 'staging', 'prod', 'sandbox'];

/** 300 connections of 8 teams in 40 accounts: 180 have their role, 120 ask for one, and 12 have drifted in two ways. */
export function largeWorld(): ScreenWorld {
  const accounts = Array.from({ length: 40 }, (_, at) =>
    makeAccount(String(400_000_000_000 + at * 7_919), `${stages[at % 5] ?? ''}-${Math.floor(at / 5) + 1}`),
  );
  const connections = Array.from({ length: 300 }, (_, at) => {
    const team = teams[at % teams.length] ?? '';
    const account = accounts[(at * 7) % accounts.length] ?? commerce;
    const name = `aws-${stages[at % stages.length] ?? ''}-${Math.floor(at / 40) + 1}`;
    const path = team.toLowerCase().replace(' ', '-');
    return connection(at + 1, {
      references: [reference((at % teams.length) + 1, name, team)],
      requestedRoleArn: makeArn(account, path, `${path}-${name}`),
    });
  });
  const settings = configuration({
    accounts,
    grants: teams.map((team) => {
      const name = team.toLowerCase().replace(' ', '-');
      return makeGrant(
        name,
        team,
        accounts.map(({ id }) => id),
      );
    }),
  });
  const past = after(60 * 26, federated(connections.slice(0, 180), { configuration: settings }));
  const roles = [...past.iam.roles.values()].slice(0, 12);
  const iam = roles.reduce(
    (model, role, at) =>
      withRole(
        model,
        at % 3 === 0
          ? { ...role, managedPolicies: [...role.managedPolicies, ADMIN] }
          : { ...role, boundary: undefined },
      ),
    past.iam,
  );
  return { seen: { ...past, iam, inventories: world(connections).inventories }, about: first(connections) };
}

/** Everything that can go wrong on one day, in the world of the sample. */
export function badDayWorld(): ScreenWorld {
  const steady = after(60, federated(sampleConnections, { configuration: sampleConfiguration }));
  const opened = selectRole(steady, makeArn(commerce, 'shop', 'shop-prod'));
  const [own] = toList<Statement>(opened.trust.Statement);
  const anybody: Statement = {
    Effect: 'Allow',
    Action: 'sts:AssumeRoleWithWebIdentity',
    ...(own?.Principal === undefined ? {} : { Principal: own.Principal }),
    Condition: { StringLike: { 'vstoken.dev.azure.com/00000000-0000-4000-8000-000000000001:sub': '*' } },
  };
  const trust = { ...opened.trust, Statement: [anybody, ...toList<Statement>(opened.trust.Statement)] };
  const unbounded = selectRole(steady, makeArn(finance, 'payments', 'payments-prod'));
  const powerful = selectRole(steady, makeArn(finance, 'platform', 'tools'));
  const changed = [
    { ...opened, trust },
    { ...unbounded, boundary: undefined },
    { ...powerful, managedPolicies: [...powerful.managedPolicies, ADMIN] },
  ].reduce(withRole, steady.iam);
  const iam = withoutRole(changed, makeArn(commerce, 'shop', 'shop-staging'));
  const listed = sampleConnections.filter(({ references: [place] }) => place?.name !== 'aws-network');
  const broken = { ...steady, iam, inventories: world(listed).inventories };
  // A run has seen it and was refused, so that it is notified of and waits.
  const observing = {
    ...broken,
    configuration: {
      ...broken.configuration,
      grants: broken.configuration.grants.map((one) => ({ ...one, mode: 'observe' as const })),
    },
  };
  const { recorded } = runOnce(observing).world;
  return { seen: after(95, { ...broken, recorded }), about: first(sampleConnections) };
}
