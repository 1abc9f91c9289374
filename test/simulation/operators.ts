import { resumeScopes } from '../../shared/application/records/controls.ts';
import { decide, decideOnConnection } from '../../shared/application/records/records.ts';
import { deliver } from '../../shared/application/delivery/deliver.ts';
import { transferClaims } from '../../shared/application/connections/hand-over.ts';
import { observe } from '../../shared/application/observe/observe.ts';
import { planRun } from '../../shared/application/run/reconcile.ts';
import { waitsForApproval } from '../../shared/domain/guard/controls.ts';
import { recordApproval, recordPause } from '../../shared/domain/guard/controls-recording.ts';
import { parseRoleArn } from '../../shared/domain/kernel/arn.ts';
import type { ConnectionId, RoleArn } from '../../shared/domain/kernel/ids.ts';
import type { Ask } from '../../shared/domain/desired/desired-roles.ts';
import { viewConnections } from '../../shared/domain/azure-devops/inventory.ts';
import type { RunScope } from '../../shared/domain/desired/scope.ts';
import type { PauseScope, Person } from '../../shared/domain/records/deployment-record.ts';
import { listPredecessorClaims, findObstacle } from '../../shared/domain/recording/succession.ts';
import type { StateStore } from '../../shared/ports/state.ts';
import { contoso } from '../builders/configuration.ts';
import { ACCOUNT } from '../builders/domain-ids.ts';
import { short } from './happening.ts';
import type { Memory } from './memory.ts';
import { note, remember } from './memory.ts';
import type { RunOptions, SimulatedRun } from './simulated-run.ts';
import { runOnce, runProcess, sound } from './simulated-run.ts';
import { listRoleRecords } from './table.ts';
import type { World } from './world.ts';
import type { Claim } from '../../shared/domain/records/connection-record.ts';

/** Two people who operate azfed, as STS tells of them. */
export const ANA: Person = 'arn:aws:iam::999999999999:user/ana';
export const BEN: Person = 'arn:aws:iam::999999999999:user/ben';
export const getName = (person: Person) => short(person);

type State = Pick<StateStore, 'readControls' | 'write'>;

/** Somebody suspends writes for some hours, in one go. */
export async function suspend(world: World, scope: PauseScope, hours = 24): Promise<void> {
  await suspendScope(world, world.table.store, scope, hours);
}

function suspendScope({ clock }: World, state: State, scope: PauseScope, hours: number) {
  const now = clock.now();
  const [at, until] = [now, now + hours * 3_600_000];
  return decide(state, (controls) =>
    recordPause(controls, { scope, until, at, reason: 'We are looking into it.', by: ANA }, now),
  );
}

/** The same as a run of the program, which may fail at any of its effects. */
export function typeSuspend(world: World, scope: PauseScope, options: RunOptions = {}) {
  return typed(world, ANA, options, async (ports) => {
    await suspendScope(world, ports.state, scope, 24);
    await deliver(ports, world.configuration.webhooks);
  });
}

export function typeResume(world: World, scope: PauseScope, options: RunOptions = {}) {
  return typed(world, ANA, options, async (ports) => {
    await resumeScopes(ports.state, world.configuration.accounts, [scope], ANA, world.clock.now());
    await deliver(ports, world.configuration.webhooks);
  });
}

/** Somebody says yes to everything that waits for one now. */
export function approve(world: World, by: Person, options: RunOptions = {}): Promise<SimulatedRun> {
  const { wiring = sound } = options;
  return typed(world, by, { ...options, isApproving: true }, async (ports) => {
    const configuration = wiring.configured(world.configuration);
    const { changes, controls, snapshot } = await planRun(ports, configuration, { trigger: 'schedule' });
    const now = world.clock.now();
    const ids = changes.filter((one) => waitsForApproval(controls, one, by, now)).map(({ id }) => id);
    if (ids.length === 0) return;
    const approval = { planId: snapshot.plan.id, changes: ids, by };
    await decide(ports.state, (newest) => recordApproval(newest, approval, now));
    await deliver(ports, configuration.webhooks);
  });
}

/** Somebody gives their word that a connection is gone for good. */
export async function abandonConnection(world: World, connectionId: ConnectionId): Promise<void> {
  world.memory.givenUp.add(connectionId);
  const at = world.clock.now();
  await decideOnConnection(world.table.store, { organizationId: contoso.id, connectionId }, (item) => ({
    ...item,
    retiring: { by: ANA, at, reason: 'The team is gone.' },
  }));
}

/**
 * Somebody says that a connection is the rightful one where azfed keeps something for another: what it then has is its own.
 * The role whose mark names another goes to it with the person's own run, as `azfed adopt` makes it.
 */
export async function succeed(
  world: World,
  successor: ConnectionId,
  options: RunOptions = {},
): Promise<SimulatedRun> {
  const said = await sayRightful(world, successor, options);
  const asked = world.town.connections().find(({ id }) => id === successor)?.requestedRoleArn;
  const arn = parseRoleArn(asked ?? '')?.arn;
  const has = arn && listRoleRecords(world.table, arn).some(({ connectionId }) => connectionId === successor);
  if (has && !options.fault) await ask(world, 'adopt', arn, { wiring: options.wiring ?? sound });
  return said;
}

function sayRightful(world: World, successor: ConnectionId, options: RunOptions): Promise<SimulatedRun> {
  const { wiring = sound } = options;
  return typed(world, ANA, options, async (ports) => {
    const { desiredRoles, inventories, plan } = await observe(ports, wiring.configured(world.configuration));
    const live = new Map(inventories.flatMap((one) => [...viewConnections(one).connections]));
    const claims = listPredecessorClaims(desiredRoles, successor);
    const rightful = live.get(successor);
    const listed = new Set(live.keys());
    if (!rightful || plan.isPartial || claims.length === 0) return;
    if (claims.some((claim) => findObstacle(claim, listed, plan))) return;
    const heir = { organizationId: contoso.id, connectionId: successor, references: rightful.references };
    try {
      await transferClaims(ports.state, { successor: heir, claims, by: ANA }, world.clock.now());
    } finally {
      // What was not written was not said.
      for (const claim of claims)
        if (
          listRoleRecords(world.table, claim.role.arn).some(({ connectionId }) => connectionId === successor)
        )
          bequeath(world.memory, claim, successor);
    }
    note(world.memory, 'succession agreed to');
    await deliver(ports, world.configuration.webhooks);
  });
}

/** A person has said it: what one connection was let in for may be the other's. */
function bequeath({ pins, opened }: Memory, { connectionId, role }: Claim, successor: ConnectionId): void {
  if (pins.get(role.arn)?.delete(connectionId)) remember(pins, role.arn, successor);
  const names = [...role.subjects, ...role.formerSubjects].map(({ subject }) => subject);
  for (const subject of [...names, ...(role.closed?.subjects ?? [])])
    if (opened.get(connectionId)?.delete(subject)) remember(opened, successor, subject);
}

/** Somebody asks for more of one role than a run does by itself. */
export function ask(world: World, asks: Ask, arn: RoleArn, options: RunOptions = {}): Promise<SimulatedRun> {
  const scope: RunScope = { account: ACCOUNT, roles: [short(arn)], asks };
  return runOnce(world, { actor: ANA, ...options, trigger: 'person', scope });
}

async function typed(
  world: World,
  by: Person,
  options: RunOptions & { readonly isApproving?: boolean },
  run: Parameters<typeof runProcess>[2],
): Promise<SimulatedRun> {
  const process = await runProcess(world, { ...options, initiator: { trigger: 'person', actor: by } }, run);
  return { process, report: undefined };
}
