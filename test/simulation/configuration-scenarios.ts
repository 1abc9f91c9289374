import { parseAccountId } from '../../shared/domain/kernel/ids.ts';
import { ALL } from '../builders/arbitraries-tampering.ts';
import { configuration, grant } from '../builders/configuration.ts';
import { connection, reference } from '../builders/connection.ts';
import type { RolePair } from '../../shared/domain/configuration/configuration.ts';
import { ACCOUNT, connectionId, roleArn } from '../builders/domain-ids.ts';
import type { Scenarios } from './scenario.ts';
import { alone, configured, one, role, shown, two } from './scenario.ts';

const OTHER = parseAccountId('210987654321') ?? ACCOUNT;

const makePair = (name: string, of: string, type: RolePair['type']): RolePair => ({
  organization: 'contoso',
  project: 'P1',
  connection: name,
  accounts: [ACCOUNT],
  path: '/azure-devops/',
  name: of,
  type,
});
const paired = {
  grants: [grant({ roles: [makePair('a', 'r1', 'aws'), makePair('b', 'r2', 'any')] })],
};
/** It asks for nothing: its pair alone gives it a role. */
const docker = {
  ...two,
  type: 'dockerregistry',
  requestedRoleArn: '',
  oidc: 'off' as const,
  hasAccessKey: false,
  hasExternalId: false,
};

/** What people write into the configuration. */
export const configurationScenarios: Scenarios = {
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
  'an automatic run before anybody said yes': {
    happens: (world) => {
      shown(one)(world);
      world.isConfirmed = false;
    },
  },
  'limits that cut a run': {
    configuration: {
      limits: { ...configuration().limits, changesPerPass: 2, closuresPerPass: 1 },
    },
    happens: shown(one, two, connection(3, { references: [reference(2, 'c')] })),
  },
  'pairs, one of them of a connection of another type': {
    ...alone,
    configuration: paired,
    happens: shown(one, docker),
  },
  'a connection of another type whose pair is taken away': {
    configuration: paired,
    connections: [one, docker],
    happens: configured({ grants: [grant({ roles: [makePair('a', 'r1', 'aws')] })] }),
  },
  'a connection of another type whose name another takes': {
    configuration: paired,
    connections: [one, docker],
    happens: shown(one, { ...docker, id: connectionId(9), type: 'azurerm' }),
  },
  'a connection that asks for the role of another pair': {
    configuration: {
      grants: [grant({ roles: [makePair('a', 'r1', 'aws'), makePair('b', 'r2', 'aws')] })],
    },
    connections: [one],
    happens: shown({ ...one, requestedRoleArn: roleArn('r2') }),
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
