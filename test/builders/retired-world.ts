import { recordApproval } from '../../shared/domain/guard/controls-recording.ts';
import type { RecordedControls } from '../../shared/domain/records/deployment-record.ts';
import type { RecordedRole } from '../../shared/domain/records/connection-record.ts';
import type { ObservedRole } from '../../shared/domain/iam/role.ts';
import { configuration, grant } from './configuration.ts';
import { connection } from './connection.ts';
import { roleArn } from './domain-ids.ts';
import { withRole } from './iam-model.ts';
import { bootstrapped, rules } from './rules.ts';
import type { RunResult, SmallWorld } from './small-world.ts';
import { after, federated, runOnce, makePlan, selectRole, showing } from './small-world.ts';

export const ANA = 'arn:aws:iam::999999999999:user/ana';
export const BEN = 'arn:aws:iam::999999999999:user/ben';
const DAY_MINUTES = 24 * 60;
const r1 = roleArn('r1');

/** A world in which the one connection asked for OIDC no more, its role was closed, and so many days went by. */
export function retired(days: number): SmallWorld {
  const kept = federated([connection(1)], {
    configuration: configuration({ grants: [grant({ retire: 'delete' })] }),
  });
  const closed = runOnce(showing(after(60, kept), [connection(1, { oidc: 'off' })])).world;
  return after(days * DAY_MINUTES, closed);
}

/** Its role as somebody with rights in IAM made it. */
export function changed(seen: SmallWorld, fields: Partial<ObservedRole>): SmallWorld {
  return { ...seen, iam: withRole(seen.iam, { ...selectRole(seen, r1), ...fields }) };
}

/** IAM does not say when its role was last used. */
export function withUseUnknown(seen: SmallWorld): SmallWorld {
  const { lastUsedAt: _, ...role } = selectRole(seen, r1);
  return { ...seen, iam: withRole(seen.iam, role) };
}

/** A person has said of every connection that it is gone for good. */
export function saidToBeGone(seen: SmallWorld): SmallWorld {
  const retiring = { by: ANA, at: seen.now, reason: 'sold' };
  return { ...seen, recorded: seen.recorded.map((item) => ({ ...item, retiring })) };
}

/** The role was used so many minutes after it was closed. */
export function recordUse(seen: SmallWorld, minutes: number): SmallWorld {
  const closed = seen.recorded[0]?.role?.closed;
  if (!closed) throw new Error('The role is not closed.');
  return changed(seen, { lastUsedAt: closed.at + minutes * 60_000 });
}

/** Somebody says yes to all that is planned. */
export function approving(seen: SmallWorld, by = BEN): RecordedControls {
  const { id, changes } = makePlan(seen);
  return recordApproval(bootstrapped, { planId: id, changes: changes.map((one) => one.id), by }, seen.now);
}

/** An automatic run after that. */
export function runApproved(seen: SmallWorld): RunResult {
  const { limits } = seen.configuration;
  return runOnce(seen, rules({ limits, now: seen.now, controls: approving(seen) }));
}

/** Its role is gone. */
export const deleted = (): SmallWorld => after(60, runApproved(retired(31)).world);

export function withRoleRecord(
  seen: SmallWorld,
  change: (role: RecordedRole) => Partial<RecordedRole>,
): SmallWorld {
  return {
    ...seen,
    recorded: seen.recorded.map((item) =>
      item.role ? { ...item, role: { ...item.role, ...change(item.role) } } : item,
    ),
  };
}

export const withBareSnapshot = (seen: SmallWorld): SmallWorld =>
  withRoleRecord(seen, ({ snapshot }) =>
    snapshot ? { snapshot: { ...snapshot, boundary: undefined } } : {},
  );
