import { statusRows } from '../../../shared/application/reporting/connection-status.ts';
import { designRoles } from '../../../shared/domain/desired/desired-roles.ts';
import { guard } from '../../../shared/domain/guard/guard.ts';
import { newControls } from '../../../shared/domain/records/deployment-record.ts';
import type { ObservedRole } from '../../../shared/domain/iam/role.ts';
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

it('the rows of status come by danger, then by name', () => {
  const plan = makePlan(drifted);
  const { changes } = guard(plan, rules({ limits: drifted.configuration.limits, now: drifted.now }));
  const snapshot = {
    ...drifted,
    plan,
    desiredRoles: designRoles(drifted.configuration, drifted.inventories, drifted.recorded, drifted.now),
    observations: [observation(drifted.iam)],
    reads: { azureDevOps: 0, iam: 0 },
  };
  const rows = statusRows({ snapshot, changes }, newControls);
  expect(rows.map(({ connection: name, severity }) => [name, severity])).toEqual([
    ['P1 / c4', 'critical'],
    ['P1 / c3', 'medium'],
    ['P1 / c2', 'info'],
    ['P1 / c1', undefined],
  ]);
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
