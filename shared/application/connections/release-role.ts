import type { Account } from '../../domain/configuration/configuration.ts';
import { ConflictError, rethrowDefect } from '../../domain/kernel/errors.ts';
import type { RoleArn, RoleId } from '../../domain/kernel/ids.ts';
import type { ObservedRole } from '../../domain/iam/role.ts';
import type { WriteStep } from '../../domain/iam/iam-operation.ts';
import type { RecordedConnection } from '../../domain/records/connection-record.ts';
import type { Person } from '../../domain/records/deployment-record.ts';
import { recordReleased, recordReleasing } from '../../domain/recording/release.ts';
import type { AccountWriter } from '../../ports/accounts.ts';
import type { StateStore } from '../../ports/state.ts';
import type { RunPorts } from '../observe/observe.ts';
import { decideOnConnections } from '../records/records.ts';
import { LEASE, LEASE_MS, assertHeld, describeHolder, describeOwner } from '../run/account-lease.ts';

/** A role that azfed is to manage no more. */
export interface Release {
  readonly account: Account;
  readonly roleArn: RoleArn;
  /** The role that the records mean; `undefined`: none was ever seen. */
  readonly roleId: RoleId | undefined;
  /** Every connection that has the role by its record, or whose release was begun. */
  readonly connections: readonly Pick<RecordedConnection, 'organizationId' | 'connectionId'>[];
  /** Tags that say that azfed manages the role, as they were seen; none where it is gone or another role. */
  readonly marks: readonly string[];
  readonly by: Person;
}

/** Records are ended together, beside what a run needs. */
type ReleasePorts = RunPorts & { readonly state: Pick<StateStore, 'writeTogether'> };

/** What stands in tags that azfed has written about itself. */
const MARKS = 'azfed:';

/** The marks on the role that the records mean. */
export function listMarks(role: ObservedRole | undefined, roleId: RoleId | undefined): readonly string[] {
  if (!role || role.id !== roleId) return [];
  return Object.keys(role.tags).filter((key) => key.startsWith(MARKS));
}

/**
 * Ends the records first, then takes the marks from the role, then publishes it. The records of connections that share the
 * role change in one write, so that it is never managed for some of them alone. Between the first and the last step no run
 * writes to the role, and the same call finishes what was begun. Throws ConflictError when another run is writing in the
 * account or the role moved, and what the ports throw.
 */
export async function releaseRole(ports: ReleasePorts, release: Release): Promise<void> {
  const { clock, leases } = ports;
  const { account, by } = release;
  const owner = describeOwner({ trigger: 'person', ...(by === '' ? {} : { actor: by }) }, ports);
  const lease = await leases.acquire(account.id, owner, clock.now(), LEASE_MS);
  if (!lease) throw new ConflictError(LEASE, await describeHolder(ports, account.id));
  try {
    const steps = listSteps(release);
    const writer = steps.length > 0 ? await ports.accounts.open(account, steps, lease.until) : undefined;
    if (writer) await refuseIfMoved(writer, release);
    const { roleArn, connections } = release;
    const begin = (item: RecordedConnection) => recordReleasing(item, roleArn, by, clock.now());
    await decideOnConnections(ports.state, connections, begin);
    for (const step of steps) {
      await assertHeld(ports, lease);
      await writer?.write(step);
    }
    const end = (item: RecordedConnection) => recordReleased(item, roleArn, clock.now());
    await decideOnConnections(ports.state, connections, end);
  } finally {
    // A lease that could not be given back ends by itself.
    await leases.release(lease).catch(rethrowDefect);
  }
}

function listSteps({ roleArn, marks }: Release): readonly WriteStep[] {
  return marks.length > 0 ? [{ action: 'untagRole', role: roleArn, keys: marks }] : [];
}

async function refuseIfMoved(writer: AccountWriter, { roleArn, roleId }: Release): Promise<void> {
  const role = await writer.readRole(roleArn, { managedPolicies: false, inlinePolicies: [] });
  if (role && role.id !== roleId)
    throw new ConflictError('moved', `${roleArn} is no longer the role that was shown.`);
}
