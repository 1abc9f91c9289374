import { designRoles } from '../../../../shared/domain/desired/desired-roles.ts';
import type { GuardRules } from '../../../../shared/domain/guard/guard.ts';
import { guard } from '../../../../shared/domain/guard/guard.ts';
import { judgeReadiness } from '../../../../shared/domain/migration/migration-readiness.ts';
import { plan } from '../../../../shared/domain/plan/plan.ts';
import { unknown } from '../../../../shared/domain/kernel/result.ts';
import { newControls } from '../../../../shared/domain/records/deployment-record.ts';
import { configuration, grant } from '../../../builders/configuration.ts';
import { connection } from '../../../builders/connection.ts';
import { roleArn } from '../../../builders/domain-ids.ts';
import type { SmallWorld } from '../../../builders/small-world.ts';
import { federated, observation, selectRole, world } from '../../../builders/small-world.ts';

const r1 = roleArn('r1');
const one = connection(1);

function readiness(seen: SmallWorld, observations = [observation(seen.iam)]) {
  const desiredRoles = designRoles(seen.configuration, seen.inventories, seen.recorded, seen.now);
  const { limits, denyWindows } = seen.configuration;
  const rules: GuardRules = {
    limits,
    denyWindows,
    now: seen.now,
    initiator: { trigger: 'person' },
    controls: newControls,
  };
  const { changes } = guard(plan(desiredRoles, observations, seen.providers, seen.now), rules);
  const [target] = desiredRoles.targets;
  if (!target) throw new Error('Nothing is decided for it.');
  return judgeReadiness(target, one.id, observations, changes);
}

/** The world with its role changed by somebody, which azfed then takes for none of its own. */
function foreign(seen: SmallWorld, change: Partial<ReturnType<typeof selectRole>>): SmallWorld {
  const roles = new Map(seen.iam.roles).set(r1, { ...selectRole(seen, r1), ...change });
  return { ...seen, iam: { ...seen.iam, roles }, recorded: [] };
}

const observing = { configuration: configuration({ grants: [grant({ mode: 'observe' })] }) };
const nobody = { Version: '2012-10-17', Statement: [] };

it('is ready where the trust that stands there lets the connection in', () => {
  expect(readiness(federated([one]))).toBe('ready');
  expect(readiness(foreign(federated([one]), {}))).toBe('ready');
});

it('is to be made where the plan makes it', () => {
  expect(readiness(world([one]))).toBe('to-make');
});

it('is held where the plan may not', () => {
  expect(readiness(world([one], observing))).toBe('held');
});

it('is shut where a role that is not ours does not let it in', () => {
  expect(readiness(foreign(federated([one]), { trust: nobody }))).toBe('shut');
});

it('is not ready without the provider, however the trust reads', () => {
  const ours = federated([one]);
  const lost = { ...ours, iam: { ...ours.iam, providers: new Map() } };
  expect(readiness(lost)).toBe('to-make');
  expect(readiness({ ...lost, ...observing })).toBe('held');
});

it('is not known where the account could not be read', () => {
  const seen = federated([one]);
  const unread = { ...observation(seen.iam), roles: unknown('access-denied', 'No.') };
  expect(readiness(seen, [unread])).toBe('unread');
  expect(readiness(seen, [])).toBe('unread');
});
