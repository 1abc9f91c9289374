import { grant } from '../builders/configuration.ts';
import { connection, reference } from '../builders/connection.ts';
import { organizationId, projectId, roleArn } from '../builders/domain-ids.ts';
import { organizationNames } from './admission.ts';
import type { Scenarios } from './scenario.ts';
import { alone, edited, one, role, shown, two } from './scenario.ts';

/** What people do in Azure DevOps. */
export const connectionScenarios: Scenarios = {
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
  'a connection that asks for a role outside its grant': {
    ...alone,
    happens: shown(one, { ...two, requestedRoleArn: roleArn('admin', '/') }),
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
  'an organization that is renamed': {
    ...alone,
    happens: ({ town }) => {
      town.rename(organizationNames[1]);
    },
  },
  'an organization name that answers as another': {
    ...alone,
    happens: (world) => {
      shown(one, two)(world);
      world.town.identify(organizationId(7));
    },
  },
  'a project that cannot be read': {
    connections: [one, connection(2, { references: [reference(2, 'b')] })],
    happens: ({ town }) => {
      town.hide([projectId(2)], 'plainly');
    },
  },
  'a right that was lost: connections are listed, and not shown': {
    configuration: { grants: [grant({ retire: 'close' })] },
    connections: [one, connection(2, { references: [reference(2, 'b')] })],
    happens: ({ town }) => {
      town.hide([projectId(2)], 'as-reader');
    },
  },
  'a connection of another type under a freed name, beside an entry that cannot be read': {
    connections: [one, two],
    happens: (world) => {
      shown(two, connection(3, { references: one.references, type: 'generic', oidc: 'off' }))(world);
      world.town.mixProjects([projectId(1)]);
    },
  },
  'a permission that was lost without a word': {
    connections: [one, connection(2, { references: [reference(2, 'b')] })],
    happens: ({ town }) => {
      town.hide([projectId(2)], 'silently');
    },
  },
};
