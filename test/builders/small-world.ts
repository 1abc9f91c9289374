import type { Change, Plan } from '../../shared/domain/plan/change.ts';
import type { Configuration } from '../../shared/domain/configuration/configuration.ts';
import type { Ask } from '../../shared/domain/desired/desired-roles.ts';
import { designRoles } from '../../shared/domain/desired/desired-roles.ts';
import type { Finding } from '../../shared/domain/findings/finding.ts';
import { isOnboarding } from '../../shared/domain/recording/onboarding-summary.ts';
import { guard } from '../../shared/domain/guard/guard.ts';
import type { GuardedChange, GuardRules } from '../../shared/domain/guard/guard.ts';
import type { RoleArn } from '../../shared/domain/kernel/ids.ts';
import type { RunScope } from '../../shared/domain/desired/scope.ts';
import { limitToScope } from '../../shared/domain/desired/scope.ts';
import type { OrganizationInventory } from '../../shared/domain/azure-devops/inventory.ts';
import type { AccountObservation, ObservedRole } from '../../shared/domain/iam/role.ts';
import { plan } from '../../shared/domain/plan/plan.ts';
import {
  recordProviderDone,
  recordProviderIntent,
} from '../../shared/domain/recording/provider-recording.ts';
import { complete } from '../../shared/domain/kernel/result.ts';
import type { RecordedConnection, RecordedProvider } from '../../shared/domain/records/connection-record.ts';
import {
  getConnectionItem,
  recordApplied,
  recordIntent,
  recordRevocation,
  recordSynced,
} from '../../shared/domain/recording/recording.ts';
import { recordDeleted } from '../../shared/domain/recording/retirement-recording.ts';
import { revocationTime } from '../../shared/domain/plan/revocation.ts';
import { newControls } from '../../shared/domain/records/deployment-record.ts';
import type { ServiceConnection } from '../../shared/domain/azure-devops/service-connection.ts';
import { notifyTransitions } from '../../shared/domain/recording/notify-transitions.ts';
import { configuration } from './configuration.ts';
import { ACCOUNT } from './domain-ids.ts';
import type { IamModel } from './iam-model.ts';
import { applyStep, emptyIam } from './iam-model.ts';
import { inventory } from './inventory.ts';
import { resolveHeirs } from '../../shared/domain/desired/heirs.ts';

/** The three states and the time, as one value. Runs make new worlds; nothing is changed in place. */
export interface SmallWorld {
  readonly configuration: Configuration;
  readonly inventories: readonly OrganizationInventory[];
  readonly iam: IamModel;
  readonly recorded: readonly RecordedConnection[];
  readonly providers: readonly RecordedProvider[];
  readonly now: number;
}

export const START = Date.parse('2026-11-22T09:00:00Z');
const MINUTE = 60_000;

/** A world in which nothing was done yet. */
export function world(
  connections: readonly ServiceConnection[],
  fields: Partial<SmallWorld> = {},
): SmallWorld {
  return {
    configuration: configuration(),
    inventories: [inventory(connections)],
    iam: emptyIam,
    recorded: [],
    providers: [],
    now: START,
    ...fields,
  };
}

export function after(minutes: number, past: SmallWorld): SmallWorld {
  return { ...past, now: past.now + minutes * MINUTE };
}

/** The same world with other connections. */
export function showing(past: SmallWorld, connections: readonly ServiceConnection[]): SmallWorld {
  return { ...past, inventories: [inventory(connections)] };
}

/** A complete look at IAM. */
export function observation({ roles, providers }: IamModel): AccountObservation {
  return {
    account: ACCOUNT,
    roles: complete({ inScope: [...roles.values()], elsewhere: [] }),
    providers: complete({ arns: [...providers.keys()], ours: [...providers.values()] }),
    quotas: complete({ trustLength: 2_048, roles: 1_000, rolesUsed: 10, managedPoliciesPerRole: 10 }),
    calls: 1,
  };
}

/** A complete look at each account of the configuration. */
export function observeAccounts({
  configuration: { accounts },
  iam,
}: SmallWorld): readonly AccountObservation[] {
  return accounts.map(({ id }) => {
    const isHere = (arn: string) => arn.includes(`:${id}:`);
    const here = {
      ...iam,
      roles: new Map([...iam.roles].filter(([arn]) => isHere(arn))),
      providers: new Map([...iam.providers].filter(([arn]) => isHere(arn))),
    };
    return { ...observation(here), account: id };
  });
}

export function makePlan(
  seen: SmallWorld,
  observations: readonly AccountObservation[] = observeAccounts(seen),
  asks?: Ask,
  scope?: RunScope,
): Plan {
  const whole = designRoles(seen.configuration, seen.inventories, seen.recorded, seen.now);
  const desiredRoles = scope ? limitToScope(whole, scope) : whole;
  const resolved = resolveHeirs({ ...desiredRoles, ...(asks ? { asks } : {}) }, observations);
  return plan(resolved, observations, seen.providers, seen.now);
}

export interface RunResult {
  readonly world: SmallWorld;
  readonly plan: Plan;
  readonly changes: readonly GuardedChange[];
  readonly findings: readonly Finding[];
}

const byPerson = ({ configuration: { limits, denyWindows }, now }: SmallWorld): GuardRules => ({
  limits,
  denyWindows,
  now,
  initiator: { trigger: 'person' },
  controls: newControls,
});

/** One whole run as the application does it, with the model in the place of IAM and lists in that of the table. */
export function runOnce(
  past: SmallWorld,
  rules: GuardRules = byPerson(past),
  asks?: Ask,
  scope?: RunScope,
): RunResult {
  const planned = makePlan(past, undefined, asks, scope);
  const guarded = guard(planned, rules);
  const synced = planned.recordSyncs.reduce(syncRecord, past);
  const applied = guarded.changes.reduce(executeChange, synced);
  const findings = [...planned.findings, ...guarded.findings];
  const notified = notifyTransitions(
    applied.recorded,
    {
      changes: guarded.changes,
      absences: planned.absences,
      presence: planned.presence,
      findings,
      scope,
      reminderDays: past.configuration.limits.reminderDays,
      isOnboarding: isOnboarding(rules.initiator, rules.controls),
    },
    past.now,
  );
  return {
    world: { ...applied, recorded: notified.reduce(put, applied.recorded) },
    plan: planned,
    changes: guarded.changes,
    findings,
  };
}

/** The world after so many runs, five minutes apart. */
export function runTimes(count: number, past: SmallWorld): SmallWorld {
  return count === 0 ? past : runTimes(count - 1, after(5, runOnce(past).world));
}

/** A world at rest in which each connection has its role. */
export function federated(
  connections: readonly ServiceConnection[],
  fields: Partial<SmallWorld> = {},
): SmallWorld {
  return runTimes(1, world(connections, fields));
}

function syncRecord(past: SmallWorld, recordSync: Plan['recordSyncs'][number]): SmallWorld {
  if (recordSync.target === 'provider') {
    const done = recordProviderDone(recordSync.recorded, recordSync.audiences, past.now);
    return { ...past, providers: [...past.providers.filter(({ arn }) => arn !== done.arn), done] };
  }
  return recordSync.bindings.reduce(
    (seen, binding) =>
      update(seen, binding, (item) =>
        recordSync.target === 'deletion'
          ? recordDeleted(item, recordSync, binding, past.now)
          : recordSynced(item, recordSync, binding, past.now),
      ),
    past,
  );
}

function executeChange(past: SmallWorld, change: GuardedChange): SmallWorld {
  if (change.decision === 'held') return past;
  if (change.target === 'provider') {
    const iam = change.steps.reduce((model, step) => applyStep(model, step, past.now), past.iam);
    const known = past.providers.find(({ arn }) => arn === change.providerArn);
    const intended = recordProviderIntent(known, change, past.now);
    const done = recordProviderDone(intended, change.audiences, past.now);
    return { ...past, iam, providers: [...past.providers.filter(({ arn }) => arn !== done.arn), done] };
  }
  const intended = intend(past, change);
  const iam = change.steps.reduce((model, step) => applyStep(model, step, past.now), intended.iam);
  if (change.kind === 'delete')
    return change.bindings.reduce(
      (seen, binding) => update(seen, binding, (item) => recordDeleted(item, change, binding, past.now)),
      { ...intended, iam },
    );
  const roleId = iam.roles.get(change.roleArn)?.id;
  if (roleId === undefined) throw new Error(`${change.roleArn} is not there after its change.`);
  const revoked = change.steps.find(({ action }) => action === 'revokeSessions');
  const quarantines = revoked?.action === 'revokeSessions' && revoked.quarantines === true;
  const meant = (item: RecordedConnection) =>
    revoked ? recordRevocation(item, change.roleArn, revocationTime(past.now, { quarantines })) : item;
  return change.bindings.reduce(
    (seen, binding) =>
      update(seen, binding, (item) =>
        recordApplied(meant(item), change, binding, { ...change, roleId }, past.now),
      ),
    { ...intended, iam },
  );
}

/** The records as they stand between the intent and the first effect. */
export function intend(past: SmallWorld, change: Extract<Change, { target: 'role' }>): SmallWorld {
  return change.bindings.reduce(
    (seen, binding) => update(seen, binding, (item) => recordIntent(item, change, binding, past.now)),
    past,
  );
}

function update(
  past: SmallWorld,
  binding: Parameters<typeof getConnectionItem>[1],
  next: (item: RecordedConnection) => RecordedConnection,
): SmallWorld {
  const known = past.recorded.find(({ connectionId }) => connectionId === binding.connectionId);
  return { ...past, recorded: put(past.recorded, next(getConnectionItem(known, binding))) };
}

function put(items: readonly RecordedConnection[], item: RecordedConnection): readonly RecordedConnection[] {
  return [...items.filter(({ connectionId }) => connectionId !== item.connectionId), item];
}

export function selectRole({ iam }: SmallWorld, arn: RoleArn): ObservedRole {
  const role = iam.roles.get(arn);
  if (!role) throw new Error(`There is no ${arn}.`);
  return role;
}

/** What the record of the connection tells, oldest first. */
export function listEvents(
  { recorded }: SmallWorld,
  id: RecordedConnection['connectionId'],
): readonly string[] {
  const item = recorded.find(({ connectionId }) => connectionId === id);
  return item?.outbox.pending.map(({ type }) => type) ?? [];
}
