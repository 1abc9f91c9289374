import { parseAccountId } from '../../shared/domain/kernel/ids.ts';
import { ALL } from '../builders/arbitraries-tampering.ts';
import { configuration, grant } from '../builders/configuration.ts';
import { connection, reference } from '../builders/connection.ts';
import { ACCOUNT } from '../builders/domain-ids.ts';
import type { Scenarios } from './scenario.ts';
import { alone, configured, one, role, shown, two } from './scenario.ts';

const OTHER = parseAccountId('210987654321') ?? ACCOUNT;

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
