import type { Configuration } from '../../shared/domain/configuration.ts';
import { parseAccountId } from '../../shared/domain/ids.ts';
import type { RoleId } from '../../shared/domain/ids.ts';
import { unknown } from '../../shared/domain/reading.ts';
import type { ServiceConnection } from '../../shared/domain/service-connection.ts';
import { ALL, STRANGER, tamperings } from '../builders/arbitraries-tampering.ts';
import { configuration, grant } from '../builders/configuration.ts';
import { connection, reference } from '../builders/connection.ts';
import { ACCOUNT, connectionId, organizationId, projectId, roleArn } from '../builders/domain-ids.ts';
import { withConnection } from './azure-devops.ts';
import { simulatedConfiguration } from './world.ts';
import type { World } from './world.ts';
import { accountIn, changeRole } from './world.ts';
import { DENY_ALL } from './widths.ts';

/** A small world, something that happens in it, and the pass that has to deal with it. */
export interface Scenario {
  readonly configuration?: Partial<Configuration>;
  /** There before the first, undisturbed passes; none: there is nothing. */
  readonly connections?: readonly ServiceConnection[];
  readonly happens: (world: World) => void;
  /** What somebody does about that which waits for a person, before a person's pass. */
  readonly decides?: (world: World) => void;
}

const one = connection(1, { references: [reference(1, 'a')] });
const two = connection(2, { references: [reference(1, 'b')] });
const OTHER = parseAccountId('210987654321') ?? ACCOUNT;
const role = roleArn('r1');

const configured = (fields: Partial<Configuration>) => (world: World) => {
  world.configuration = simulatedConfiguration({ ...world.configuration, ...fields });
};
const edited =
  (number: number, change: (all: ServiceConnection) => Partial<ServiceConnection>) =>
  ({ town }: World) => {
    town.change(withConnection(connectionId(number), (all) => ({ ...all, ...change(all) })));
  };
const shown =
  (...all: readonly ServiceConnection[]) =>
  ({ town }: World) => {
    town.change(() => all);
  };
const alone = { connections: [one] };

/** Every single field, changed by somebody with rights in IAM. */
const repairs = Object.fromEntries(
  Object.entries(tamperings).map(([what, { change }]): [string, Scenario] => [
    `somebody ${what}`,
    {
      ...alone,
      happens: (world) => {
        changeRole(world, role, change);
      },
    },
  ]),
);

const revoking = { grants: [grant({ revokeSessions: true })] };

/** Older sessions are revoked: one write more between what narrows and what widens. */
const revocations: Readonly<Record<string, Scenario>> = {
  'a stranger in the trust and a policy that is missing, where sessions are revoked': {
    ...alone,
    configuration: revoking,
    happens: (world) => {
      changeRole(world, role, (seen) => ({
        ...tamperings['opens the trust to a pattern']?.change(seen),
        managedPolicies: [],
      }));
    },
  },
  'a connection that is made again under its name, where sessions are revoked': {
    ...alone,
    configuration: revoking,
    happens: shown(connection(3, { references: one.references })),
  },
};

const identities: Readonly<Record<string, Scenario>> = {
  'a first connection': { happens: shown(one) },
  'two connections at once': { happens: shown(one, two) },
  'two connections that share a role': {
    configuration: { grants: [grant({ shareRole: true })] },
    happens: shown(one, { ...two, requestedRoleArn: role }),
  },
  'a connection that joins a shared role': {
    ...alone,
    configuration: { grants: [grant({ shareRole: true })] },
    happens: shown(one, { ...two, requestedRoleArn: role }),
  },
  'a connection that is shared with a second project': {
    ...alone,
    happens: edited(1, ({ references }) => ({ references: [...references, reference(2, 'a')] })),
  },
  'a renamed connection': { ...alone, happens: edited(1, () => ({ references: [reference(1, 'c')] })) },
  'a renamed project': {
    connections: [one, two],
    happens: shown(
      { ...one, references: [reference(1, 'a', 'Q')] },
      { ...two, references: [reference(1, 'b', 'Q')] },
    ),
  },
  'two connections that swap their names': {
    connections: [one, two],
    happens: shown({ ...one, references: two.references }, { ...two, references: one.references }),
  },
  'a connection that is made again under its name': {
    ...alone,
    happens: shown(connection(3, { references: one.references })),
  },
  'a connection of another type under a freed name': {
    ...alone,
    happens: shown(connection(3, { references: one.references, type: 'generic', oidc: 'off' })),
  },
  'a connection that is no longer listed': { connections: [one, two], happens: shown(two) },
  'a connection that names another role': {
    ...alone,
    happens: edited(1, () => ({ requestedRoleArn: roleArn('r9') })),
  },
  'two connections that swap their roles': {
    connections: [one, two],
    happens: shown({ ...one, requestedRoleArn: two.requestedRoleArn }, { ...two, requestedRoleArn: role }),
  },
  'OIDC that is turned off': { ...alone, happens: edited(1, () => ({ oidc: 'off' })) },
  'OIDC that is turned off where roles are kept': {
    ...alone,
    configuration: { grants: [grant({ retire: 'keep' })] },
    happens: edited(1, () => ({ oidc: 'off' })),
  },
  'an organization name that answers as another': {
    ...alone,
    happens: ({ town }) => {
      town.identify(organizationId(7));
    },
  },
};

const configurations: Readonly<Record<string, Scenario>> = {
  'a grant that is narrowed': {
    ...alone,
    happens: configured({ grants: [grant({ role: { path: '/azure-devops/', name: 'x*' } })] }),
  },
  'a grant that is taken back': { ...alone, happens: configured({ grants: [] }) },
  'a grant with other policies': {
    ...alone,
    happens: configured({
      grants: [
        grant({
          managedPolicies: ['arn:aws:iam::aws:policy/job-function/ViewOnlyAccess'],
          inlinePolicies: { read: { Version: '2012-10-17', Statement: ALL } },
          maxSessionDuration: 3_600,
        }),
      ],
    }),
  },
  'a grant that only observes': {
    ...alone,
    configuration: { grants: [grant({ mode: 'observe' })] },
    happens: shown(one, two),
  },
  'a hands-off pass before anybody said yes': {
    happens: (world) => {
      shown(one)(world);
      world.isAgreed = false;
    },
  },
  'limits that cut a pass': {
    configuration: {
      limits: { ...configuration().limits, changesPerPass: 2, closuresPerPass: 1 },
    },
    happens: shown(one, two, connection(3, { references: [reference(2, 'c')] })),
  },
  'a second account': {
    ...alone,
    configuration: {
      accounts: [
        { id: ACCOUNT, partition: 'aws' },
        { id: OTHER, partition: 'aws' },
      ],
      grants: [grant({ accounts: [ACCOUNT, OTHER] })],
    },
    happens: shown(one, { ...two, requestedRoleArn: role.replace(ACCOUNT, OTHER) }),
  },
};

const accounts: Readonly<Record<string, Scenario>> = {
  'a provider that somebody deleted': {
    ...alone,
    happens: (world) => {
      accountIn(world).providers.clear();
    },
  },
  'a provider that lost our audience': {
    ...alone,
    happens: (world) => {
      const { providers } = accountIn(world);
      for (const [arn, provider] of providers) providers.set(arn, { ...provider, audiences: ['other'] });
    },
  },
  'a role that somebody deleted': {
    ...alone,
    happens: (world) => {
      accountIn(world).roles.delete(role);
    },
  },
  'a role that somebody made again': {
    ...alone,
    happens: (world) => {
      changeRole(world, role, () => ({ id: 'AROASOMEBODY' as RoleId, tags: {} }));
    },
  },
  'a role of that name that is not ours': {
    ...alone,
    happens: (world) => {
      const known = accountIn(world).roles.get(role);
      const arn = roleArn('r2');
      if (known) accountIn(world).roles.set(arn, { ...known, arn, name: 'r2', id: 'AROASOMEBODY' as RoleId });
      world.town.change((all) => [...all, two]);
    },
  },
  'a Deny that somebody put on the role': {
    ...alone,
    happens: (world) => {
      changeRole(world, role, ({ managedPolicies }) => ({
        managedPolicies: [...managedPolicies, DENY_ALL, 'arn:aws:iam::aws:policy/AdministratorAccess'],
      }));
    },
    decides: (world) => {
      changeRole(world, role, ({ managedPolicies }) => ({
        managedPolicies: managedPolicies.filter((arn) => arn !== DENY_ALL),
      }));
    },
  },
  'a conflict: both sides changed the policy': {
    ...alone,
    happens: (world) => {
      changeRole(world, role, ({ trust }) => ({
        trust: JSON.parse(JSON.stringify(trust).replace('sc://contoso/P1/a', STRANGER)) as typeof trust,
      }));
      edited(1, () => ({ references: [reference(1, 'c')] }))(world);
    },
    decides: () => undefined,
  },
  'an account that is full': {
    happens: (world) => {
      accountIn(world).quotas = { ...accountIn(world).quotas, roles: 0 };
      shown(one, two)(world);
    },
    decides: (world) => {
      accountIn(world).quotas = { ...accountIn(world).quotas, roles: 1_000 };
    },
  },
  'an account that cannot be read': {
    ...alone,
    happens: (world) => {
      accountIn(world).unknown = { roles: unknown('access-denied', 'Not allowed.') };
      shown(one, two)(world);
    },
  },
  'a project that cannot be read': {
    connections: [one, connection(2, { references: [reference(2, 'b')] })],
    happens: ({ town }) => {
      town.hide([projectId(2)], 'plainly');
    },
  },
  'a permission that was lost without a word': {
    connections: [one, connection(2, { references: [reference(2, 'b')] })],
    happens: ({ town }) => {
      town.hide([projectId(2)], 'silently');
    },
  },
};

export const scenarios: Readonly<Record<string, Scenario>> = {
  ...identities,
  ...configurations,
  ...accounts,
  ...repairs,
  ...revocations,
};
