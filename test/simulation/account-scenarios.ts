import type { RoleId } from '../../shared/domain/kernel/ids.ts';
import { unknown } from '../../shared/domain/kernel/result.ts';
import { IMPOSTOR, tamperings } from '../builders/arbitraries-tampering.ts';
import { grant } from '../builders/configuration.ts';
import { connection, reference } from '../builders/connection.ts';
import { roleArn } from '../builders/domain-ids.ts';
import { changeRole } from './iam-people.ts';
import type { Scenario, Scenarios } from './scenario.ts';
import { alone, edited, one, role, shown, two } from './scenario.ts';
import { DENY_ALL } from './widths.ts';
import { getAccount } from './world.ts';

/** Every single field, changed by somebody with rights in IAM. */
const repairs: Scenarios = Object.fromEntries(
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
const revocations: Scenarios = {
  'an impostor in the trust and a policy that is missing, where sessions are revoked': {
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

const accounts: Scenarios = {
  'a provider that somebody deleted': {
    ...alone,
    happens: (world) => {
      getAccount(world).providers.clear();
    },
  },
  'a provider that lost our audience': {
    ...alone,
    happens: (world) => {
      const { providers } = getAccount(world);
      for (const [arn, provider] of providers) providers.set(arn, { ...provider, audiences: ['other'] });
    },
  },
  'a role that somebody deleted': {
    ...alone,
    happens: (world) => {
      getAccount(world).roles.delete(role);
    },
  },
  'a role that somebody made again': {
    ...alone,
    happens: (world) => {
      changeRole(world, role, () => ({ id: 'AROASOMEBODY000000000' as RoleId, tags: {} }));
    },
  },
  'a role of that name that is not ours': {
    ...alone,
    happens: (world) => {
      const known = getAccount(world).roles.get(role);
      const arn = roleArn('r2');
      if (known)
        getAccount(world).roles.set(arn, {
          ...known,
          arn,
          name: 'r2',
          id: 'AROASOMEBODY000000000' as RoleId,
        });
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
        trust: JSON.parse(JSON.stringify(trust).replace('sc://contoso/P1/a', IMPOSTOR)) as typeof trust,
      }));
      edited(1, () => ({ references: [reference(1, 'c')] }))(world);
    },
    decides: () => undefined,
  },
  'a machine that sleeps longer than its lease in the middle of a repair': {
    ...alone,
    happens: (world) => {
      changeRole(world, role, (seen) => ({
        ...tamperings['attaches a policy']?.change(seen),
        description: 'theirs',
      }));
    },
    meanwhile: {
      before: 'updateRole',
      act: ({ clock }) => {
        clock.advance(11 * 60_000);
      },
    },
  },
  'an account that is full': {
    happens: (world) => {
      getAccount(world).quotas = { ...getAccount(world).quotas, roles: 0 };
      shown(one, two)(world);
    },
    decides: (world) => {
      getAccount(world).quotas = { ...getAccount(world).quotas, roles: 1_000 };
    },
  },
  'an account that cannot be read': {
    ...alone,
    happens: (world) => {
      getAccount(world).unknown = { roles: unknown('access-denied', 'Not allowed.') };
      shown(one, two)(world);
    },
  },
};

/** What people do in IAM. */
export const accountScenarios: Scenarios = { ...accounts, ...repairs, ...revocations };
