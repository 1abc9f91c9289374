import type { Actor } from '../../domain/attribution/actor.ts';
import type { ChangeTarget } from '../../domain/attribution/change-target.ts';
import type { Account, Configuration } from '../../domain/configuration/configuration.ts';
import { parseRoleArn } from '../../domain/kernel/arn.ts';
import { canExplain } from '../../domain/plan/drift-cause.ts';
import type { GuardedChange } from '../../domain/guard/guard.ts';
import type { Initiator } from '../../domain/guard/person.ts';
import type { RoleArn } from '../../domain/kernel/ids.ts';
import type { RecordedConnection } from '../../domain/records/connection-record.ts';
import { driftCode } from '../../domain/recording/event-payload.ts';
import { isReminderDue } from '../../domain/recording/drift-reminders.ts';
import { attributeRoleRequests } from './attribute-role-requests.ts';
import { findActor } from './attribution.ts';
import type { Snapshot } from '../observe/observe.ts';
import type { ReadPorts } from '../observe/run-ports.ts';
import { claimsOf } from '../../domain/records/claim.ts';
import { isDrift } from '../../domain/plan/change.ts';

/** Where more drifted at once, one person or program did it: asking two times a second for each would take too long. */
const MOST_ASKED = 10;

interface Drifted {
  readonly snapshot: Pick<Snapshot, 'recorded'>;
  readonly initiator: Initiator;
  readonly changes: readonly GuardedChange[];
}

type Asked = Pick<ReadPorts, 'actors' | 'clock'>;

/** The same plan, saying who caused drift, and who changed in Azure DevOps what is asked for. */
export async function attribute<Planned extends Drifted>(
  ports: Asked & Pick<ReadPorts, 'deeds'>,
  configuration: Pick<Configuration, 'accounts' | 'limits'>,
  planned: Planned,
): Promise<Planned> {
  const attributed = await attributeDrift(ports, configuration, planned);
  if (!ports.deeds) return attributed;
  const { recorded } = planned.snapshot;
  const since = (change: GuardedChange) => writtenAt(change, recorded);
  return { ...attributed, changes: await attributeRoleRequests(ports.deeds, attributed.changes, since) };
}

/**
 * Nothing is asked where nothing drifted, nor in an automatic run about drift that waits, has been told already and is not
 * to be told again now: the event of its first run has named them. It never fails for what the outside does.
 */
async function attributeDrift<Planned extends Drifted>(
  { actors = [], clock }: Asked,
  { accounts, limits }: Pick<Configuration, 'accounts' | 'limits'>,
  planned: Planned,
): Promise<Planned> {
  const { snapshot, initiator } = planned;
  const isDue = (item: RecordedConnection, arn: RoleArn) =>
    isReminderDue(item, arn, limits.reminderDays, clock.now());
  const isOld = (change: GuardedChange) =>
    initiator.trigger === 'schedule' && isNotified(change, snapshot.recorded, isDue);
  const drifted = planned.changes.filter((change) => isDrift(change) && !isOld(change));
  if (actors.length === 0 || drifted.length === 0) return planned;
  const found = new Map(
    await Promise.all(
      drifted.slice(0, MOST_ASKED).map(async (change) => {
        const account = accounts.find(({ id }) => id === change.account);
        return [change.id, account && (await ask(account, change))] as const;
      }),
    ),
  );
  const changes = planned.changes.map((change) => {
    const actor = found.get(change.id);
    return actor ? { ...change, actor } : change;
  });
  return { ...planned, changes };

  function ask(account: Account, change: GuardedChange): Promise<Actor> {
    const since = writtenAt(change, snapshot.recorded);
    return findActor(actors, account, targetOf(change), since, (name) => canExplain(change, name));
  }
}

function isNotified(
  change: GuardedChange,
  recorded: readonly RecordedConnection[],
  isDue: (item: RecordedConnection, arn: RoleArn) => boolean,
): boolean {
  if (change.decision === 'allowed' || change.target === 'provider') return false;
  const code = driftCode(change);
  return change.bindings.every(({ organization, connectionId }) =>
    recorded.some(
      (item) =>
        item.organizationId === organization.id &&
        item.connectionId === connectionId &&
        item.notified.includes(code) &&
        !isDue(item, change.roleArn),
    ),
  );
}

function targetOf(change: GuardedChange): ChangeTarget {
  if (change.target === 'provider') return { kind: 'provider', arn: change.providerArn };
  return { kind: 'role', name: parseRoleArn(change.roleArn)?.name ?? change.roleArn };
}

/** Epoch milliseconds of our last write; drift came after it. CloudTrail knows seconds. */
function writtenAt(change: GuardedChange, recorded: readonly RecordedConnection[]): number {
  if (change.target === 'provider') return 0;
  const times = recorded
    .flatMap(claimsOf)
    .filter(({ role }) => role.arn === change.roleArn)
    .map(({ role }) => Date.parse(role.writtenAt));
  return Math.floor(Math.max(0, ...times) / 1_000) * 1_000;
}
