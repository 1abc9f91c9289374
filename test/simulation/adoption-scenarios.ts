import { adoptInBatches, splitBatches } from '../../shared/application/connections/adopt-roles.ts';
import { listMarks, releaseRole } from '../../shared/application/connections/release-role.ts';
import { deliver } from '../../shared/application/delivery/deliver.ts';
import { observeDesiredState, readDesiredState } from '../../shared/application/observe/observe.ts';
import { applyRun, guardSnapshot } from '../../shared/application/run/reconcile.ts';
import { decideAdoption, surveyAdoption } from '../../shared/domain/adoption/adoption-survey.ts';
import { indexSubjects } from '../../shared/domain/adoption/named-connections.ts';
import type { RoleArn } from '../../shared/domain/kernel/ids.ts';
import { tamperings } from '../builders/arbitraries-tampering.ts';
import { contoso, grant } from '../builders/configuration.ts';
import { ACCOUNT, roleArn } from '../builders/domain-ids.ts';
import { short } from './happening.ts';
import { changeRole, makeForeignRole } from './iam-people.ts';
import { ANA } from './operators.ts';
import type { RunOptions, SimulatedRun } from './simulated-run.ts';
import { runProcess, sound } from './simulated-run.ts';
import type { Scenarios } from './scenario.ts';
import { alone, one, role, shown, two } from './scenario.ts';
import { listRoleRecords, recordedConnections } from './table.ts';
import type { World } from './world.ts';
import { getAccount } from './world.ts';

const other = roleArn('r2');

/** Somebody asks azfed to stop managing a role. From then on no run may write to it. */
async function release(world: World, arn: RoleArn, options: RunOptions = {}): Promise<SimulatedRun> {
  const seen = getAccount(world).roles.get(arn);
  if (seen) world.memory.made.add(seen.id);
  const initiator = { trigger: 'person', actor: ANA } as const;
  const process = await runProcess(world, { ...options, initiator }, async (ports) => {
    const items = await ports.state.readConnections(contoso.id);
    const having = items.filter(({ role: own, earlier, releasing = [] }) =>
      [own, ...earlier, ...releasing].some((known) => known?.arn === arn),
    );
    const known = having.flatMap(({ role: own, releasing = [] }) => [own, ...releasing]);
    const roleId = known.find((record) => record?.arn === arn)?.id;
    const [account] = world.configuration.accounts;
    if (!account || having.length === 0) return;
    const { roles } = await ports.accounts.observe(account, { paths: [], providers: [], roles: [arn] });
    if (roles.state === 'unknown') return;
    const marks = listMarks(
      roles.value.inScope.find((observed) => observed.arn === arn),
      roleId,
    );
    await releaseRole(ports, { account, roleArn: arn, roleId, connections: having, marks, by: ANA });
    await deliver(ports, world.configuration.webhooks);
  });
  world.violations.push(...listHalfReleased(world, arn));
  const isReleased = listRoleRecords(world.table, arn).length === 0;
  if (seen && isReleased) world.memory.made.delete(seen.id);
  const isEnded = recordedConnections(world.table).every(({ releasing = [] }) => releasing.length === 0);
  const left = listMarks(getAccount(world).roles.get(arn), seen?.id);
  if (isReleased && isEnded && left.length > 0)
    world.violations.push(`I13 ${short(arn)} bears the mark of azfed after its release`);
  return { process, report: undefined };
}

/** I7: a role is given up by all of its connections, or by none. */
function listHalfReleased({ table }: World, arn: RoleArn): readonly string[] {
  const items = recordedConnections(table);
  const isBegun = items.some(({ releasing = [] }) => releasing.some((known) => known.arn === arn));
  const isHalf = isBegun && listRoleRecords(table, arn).length > 0;
  return isHalf ? [`I7 ${short(arn)} is released for some of its connections alone`] : [];
}

/** Somebody adopts every role that somebody else made, one batch after the other. */
async function adoptAll(world: World, options: RunOptions = {}): Promise<SimulatedRun> {
  const { wiring = sound } = options;
  const initiator = { trigger: 'person', actor: ANA } as const;
  const scope = { account: ACCOUNT, roles: [role, other].map(short), asks: 'adopt' } as const;
  const process = await runProcess(world, { ...options, initiator, scope }, async (ports) => {
    const configuration = wiring.configured(world.configuration);
    const desiredState = await readDesiredState(ports, configuration);
    const desiredRoles = { ...desiredState.desiredRoles, asks: 'adopt' as const };
    const snapshot = await observeDesiredState(ports, { ...desiredState, desiredRoles }, undefined);
    const controls = await ports.state.readControls();
    const { limits, denyWindows } = configuration;
    const rules = { initiator, controls, limits, denyWindows, now: world.clock.now() };
    const planned = wiring.judged(guardSnapshot(snapshot, rules));
    const { candidates } = surveyAdoption({
      ...snapshot,
      ...planned,
      desiredRoles,
      neverWorks: new Map(),
      connections: indexSubjects(configuration.organizations, snapshot.inventories),
    });
    const consent = { open: new Set(candidates.map((each) => each.roleArn)), despiteUse: new Set<RoleArn>() };
    const items = candidates.map((each) => ({
      candidate: decideAdoption(each, { state: 'unused' }, consent),
      users: [],
      lostConnections: [],
    }));
    await adoptInBatches(ports, configuration, splitBatches(planned, items, 1), (batch) =>
      applyRun(ports, configuration, batch),
    );
    await deliver(ports, configuration.webhooks);
  });
  return { process, report: undefined };
}

const opened = tamperings['opens the trust to everybody'] ?? { change: () => ({}), path: '' };

/** Roles that are taken over together, and roles that are given up. */
export const adoptionScenarios: Scenarios = {
  'two roles that somebody else has made are adopted, one after the other': {
    // Permissions of somebody else: what is written is the trust and the mark alone.
    configuration: { grants: [grant({ permissions: 'unmanaged', boundary: 'none' })] },
    happens: (world) => {
      makeForeignRole(world, role, 1, opened);
      makeForeignRole(world, other, 2, opened);
      shown(one, two)(world);
    },
    does: adoptAll,
    decides: (world, wiring) => adoptAll(world, { wiring }),
  },
  'a role that azfed is to manage no more': {
    ...alone,
    happens: () => undefined,
    does: (world, options) => release(world, role, options),
    decides: (world, wiring) => release(world, role, { wiring }),
  },
  'a role of two connections that azfed is to manage no more': {
    connections: [one, { ...two, requestedRoleArn: role }],
    configuration: { grants: [grant({ shareRole: true })] },
    happens: () => undefined,
    does: (world, options) => release(world, role, options),
    decides: (world, wiring) => release(world, role, { wiring }),
  },
  'a role that azfed manages no more, and somebody changes it': {
    ...alone,
    happens: async (world, wiring) => {
      await release(world, role, { wiring });
      changeRole(world, role, () => ({ managedPolicies: [], tags: { owner: 'somebody' } }));
    },
  },
};
