import { statusText } from '../../../functions/cli/output/status-text.ts';
import { statusRows } from '../../../shared/application/observe/connection-status.ts';
import { designRoles } from '../../../shared/domain/desired/desired-roles.ts';
import { guard } from '../../../shared/domain/guard/guard.ts';
import { newControls } from '../../../shared/domain/records/deployment-record.ts';
import type { ObservedRole } from '../../../shared/domain/iam/role.ts';
import { configuration, grant } from '../../builders/configuration.ts';
import { layout } from '../../builders/layout.ts';
import { connection } from '../../builders/connection.ts';
import { roleArn } from '../../builders/domain-ids.ts';
import { withRole } from '../../builders/iam-model.ts';
import { rules } from '../../builders/rules.ts';
import type { SmallWorld } from '../../builders/small-world.ts';
import { after, federated, observation, makePlan, selectRole } from '../../builders/small-world.ts';

const ADMIN = 'arn:aws:iam::aws:policy/AdministratorAccess';
const rested = after(60, federated([1, 2, 3, 4].map((number) => connection(number))));

function changed(seen: SmallWorld, number: number, fields: Partial<ObservedRole>): SmallWorld {
  const role = selectRole(seen, roleArn(`r${number}`));
  return { ...seen, iam: withRole(seen.iam, { ...role, ...fields }) };
}

const drifted = changed(
  changed(changed(rested, 2, { description: 'mine' }), 3, { maxSessionDuration: 43_200 }),
  4,
  { description: 'mine', tags: {}, boundary: undefined, managedPolicies: [ADMIN] },
);

function listRows(seen: SmallWorld) {
  const plan = makePlan(seen);
  const { changes } = guard(plan, rules({ limits: seen.configuration.limits, now: seen.now }));
  const snapshot = {
    ...seen,
    plan,
    desiredRoles: designRoles(seen.configuration, seen.inventories, seen.recorded, seen.now),
    observations: [observation(seen.iam)],
    reads: { azureDevOps: 0, iam: 0 },
  };
  return statusRows({ snapshot, changes }, newControls);
}

it('the rows of status come by danger, then by name', () => {
  const rows = listRows(drifted);
  expect(rows.map(({ connection: name, severity }) => [name, severity])).toEqual([
    ['P1 / c4', 'critical'],
    ['P1 / c3', 'medium'],
    ['P1 / c2', 'info'],
    ['P1 / c1', undefined],
  ]);
});

it('the rows of status say of which roles azfed keeps the trust alone', () => {
  const grants = [
    grant({ connections: { organization: '*', project: '*', name: 'c1' } }),
    grant({
      name: 'foreign',
      permissions: 'unmanaged',
      connections: { organization: '*', project: '*', name: ['c2', 'c3', 'c4'] },
    }),
  ];
  const rows = listRows({ ...drifted, configuration: configuration({ grants }) });
  expect(rows.map(({ connection: name, permissions }) => [name, permissions])).toEqual([
    ['P1 / c4', 'unmanaged'],
    ['P1 / c1', 'managed'],
    ['P1 / c2', 'unmanaged'],
    ['P1 / c3', 'unmanaged'],
  ]);
  const text = statusText(rows, false, layout()).split('\n');
  expect(text.filter((line) => line.includes('trust only'))).toHaveLength(3);
});

it('the differences of a change come by danger', () => {
  const [first] = makePlan(drifted).changes;
  const severities = first?.differences.map(({ severity }) => severity);
  const order = ['critical', 'high', 'medium', 'low', 'info'];
  expect(severities).toEqual(
    [...(severities ?? [])].sort((a = 'info', b = 'info') => order.indexOf(a) - order.indexOf(b)),
  );
  expect([severities?.[0], severities?.at(-1)]).toEqual(['critical', 'info']);
});
