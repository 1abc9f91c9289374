import { unknownActor, type Actor, type KnownActor } from '../../domain/attribution/actor.ts';
import type { ChangeTarget } from '../../domain/attribution/change-target.ts';
import type { Account, Configuration } from '../../domain/configuration/configuration.ts';
import { splitRoleArn } from '../../domain/kernel/arn.ts';
import { canExplain, likeliest } from '../../domain/plan/drift-cause.ts';
import type { GuardedChange } from '../../domain/guard/guard.ts';
import type { Initiator } from '../../domain/guard/controls.ts';
import type { RoleArn } from '../../domain/kernel/ids.ts';
import { listClaims, type RecordedConnection } from '../../domain/records/connection-record.ts';
import { hasNotice } from '../../domain/records/notified.ts';
import { isReminderDue } from '../../domain/recording/drift-reminders.ts';
import type { Snapshot, ReadPorts } from '../observe/observe.ts';
import { isDrift } from '../../domain/plan/change.ts';
import type { AttributedChangeSource, ActorSource } from '../../ports/accounts.ts';
import { rethrowDefect } from '../../domain/kernel/errors.ts';

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
  ports: Asked & Pick<ReadPorts, 'attributedChanges'>,
  configuration: Pick<Configuration, 'accounts' | 'limits'>,
  planned: Planned,
): Promise<Planned> {
  const attributed = await attributeDrift(ports, configuration, planned);
  if (!ports.attributedChanges) return attributed;
  const { recorded } = planned.snapshot;
  const since = (change: GuardedChange) => getLastWriteTime(change, recorded);
  return {
    ...attributed,
    changes: await attributeRoleRequests(ports.attributedChanges, attributed.changes, since),
  };
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
    const since = getLastWriteTime(change, snapshot.recorded);
    return findActor(actors, account, toChangeTarget(change), since, (name) => canExplain(change, name));
  }
}

function isNotified(
  change: GuardedChange,
  recorded: readonly RecordedConnection[],
  isDue: (item: RecordedConnection, arn: RoleArn) => boolean,
): boolean {
  if (change.decision === 'allowed' || change.target === 'provider') return false;
  return change.bindings.every(({ organization, connectionId }) =>
    recorded.some(
      (item) =>
        item.organizationId === organization.id &&
        item.connectionId === connectionId &&
        hasNotice(item, { of: 'drift', changeId: change.id }) &&
        !isDue(item, change.roleArn),
    ),
  );
}

function toChangeTarget(change: GuardedChange): ChangeTarget {
  if (change.target === 'provider') return { kind: 'provider', arn: change.providerArn };
  return { kind: 'role', name: splitRoleArn(change.roleArn).name };
}

/** Epoch milliseconds of our last write; drift came after it. CloudTrail knows seconds. */
function getLastWriteTime(change: GuardedChange, recorded: readonly RecordedConnection[]): number {
  if (change.target === 'provider') return 0;
  const times = recorded
    .flatMap(listClaims)
    .filter(({ role }) => role.arn === change.roleArn)
    .map(({ role }) => role.writtenAt);
  return Math.floor(Math.max(0, ...times) / 1_000) * 1_000;
}

type RoleRequest = Extract<GuardedChange, { target: 'role' }>;

/** Brought about by what a connection asks for, and neither by IAM nor by a person at the keyboard. */
function isRequest(change: GuardedChange): change is RoleRequest {
  if (change.target !== 'role' || change.snapshot || change.kind === 'adopt') return false;
  return change.cause === 'new' || change.cause === 'change';
}

/**
 * The same changes, saying who did the last thing in Azure DevOps to a connection that they are about, or to its project,
 * since the role was last written (`since`: epoch milliseconds). Where the audit log is not read, or has not told yet,
 * nobody is named.
 */
async function attributeRoleRequests(
  source: AttributedChangeSource,
  changes: readonly GuardedChange[],
  since: (change: GuardedChange) => number,
): Promise<readonly GuardedChange[]> {
  return Promise.all(
    changes.map(async (change) => {
      const actor = isRequest(change) ? await lastAttributedChange(source, change, since(change)) : undefined;
      return actor ? { ...change, actor } : change;
    }),
  );
}

async function lastAttributedChange(
  source: AttributedChangeSource,
  { bindings }: RoleRequest,
  since: number,
): Promise<KnownActor | undefined> {
  const audited = bindings.filter(({ organization }) => organization.auditLog);
  const found = await Promise.all(
    audited.flatMap(({ organization, connectionId, references }) =>
      [connectionId, ...references.map(({ projectId }) => projectId)].map((of) =>
        source.last(organization.id, of, since).catch(rethrowDefect),
      ),
    ),
  );
  return likeliest(found.filter((actor) => actor !== undefined));
}

/**
 * Asks every source: one of them may know of an earlier event, and another of the one that explains what is there now. Drift
 * is fixed whether or not anybody knows who caused it: a source that cannot answer is passed over, and where nothing explains
 * it the answer is `unknown`, with the search that a person would make.
 */
export async function findActor(
  sources: readonly ActorSource[],
  account: Account,
  target: ChangeTarget,
  since: number,
  explains: (eventName: string) => boolean,
): Promise<Actor> {
  const found = await Promise.all(
    sources.map((source) => source.list(account, target, since, explains).catch(rethrowDefect)),
  );
  return likeliest(found.flatMap((list) => list ?? [])) ?? unknownActor(account.partition, target);
}
