import type { Binding } from '../../domain/desired/bindings.ts';
import type { Run } from '../../domain/records/event.ts';
import type { AccountId, ProviderArn } from '../../domain/kernel/ids.ts';
import type {
  RecordedConnection,
  RecordedItem,
  RecordedProvider,
} from '../../domain/records/connection-record.ts';
import { ConflictError, describeFailure, isDefect, type Failure } from '../../domain/kernel/errors.ts';
import { makeConnectionKey, newConnection, rebaseItem, stampRun } from '../../domain/records/outbox.ts';
import { getConnectionItem, recordSynced } from '../../domain/recording/recording.ts';
import type { StateStore } from '../../ports/state.ts';
import { withHome } from '../../domain/records/connection-record.ts';
import type { RecordSync } from '../../domain/plan/change.ts';
import { changedArn, removeFailingChange } from '../../domain/plan/failing-changes.ts';
import { recordProviderSynced } from '../../domain/recording/provider-recording.ts';
import { recordDeleted } from '../../domain/recording/retirement-recording.ts';
import type { Snapshot } from '../observe/observe.ts';
import type { RecordedControls } from '../../domain/records/deployment-record.ts';

/**
 * Records what a person decides about the deployment, or a run about an account, on top of the newest of what was decided before. Gives the
 * controls as they are then; `undefined` when the decision changes nothing. Throws what the store throws.
 */
export function decide(
  state: Pick<StateStore, 'readControls' | 'write'>,
  decision: (controls: RecordedControls) => RecordedControls,
  account?: AccountId,
): Promise<RecordedControls | undefined> {
  return change(state, () => state.readControls(account), decision);
}

/** The same about one connection; nothing is decided about one that has no record any more. */
export function decideOnConnection(
  state: Pick<StateStore, 'readConnections' | 'write'>,
  connection: Pick<RecordedConnection, 'organizationId' | 'connectionId'>,
  decision: (connection: RecordedConnection) => RecordedConnection,
): Promise<RecordedConnection | undefined> {
  return change(state, () => readOne(state, connection), decision);
}

/** Decides about several connections in one write: all of it, or nothing. Those that have no record any more are left out. */
export async function decideOnConnections(
  state: Pick<StateStore, 'readConnections' | 'writeTogether'>,
  connections: readonly Pick<RecordedConnection, 'organizationId' | 'connectionId'>[],
  decision: (connection: RecordedConnection) => RecordedConnection,
): Promise<void> {
  const organizations = [...new Set(connections.map(({ organizationId }) => organizationId))];
  const ids = new Set(connections.map(makeConnectionKey));
  await retryOnConflict(async () => {
    const items = (await Promise.all(organizations.map((id) => state.readConnections(id)))).flat();
    const changed = items
      .filter((item) => ids.has(makeConnectionKey(item)))
      .flatMap((item) => {
        const next = decision(item);
        return next === item ? [] : [next];
      });
    if (changed.length > 0) await state.writeTogether(changed);
  });
}

/** The same, also about a connection that has no record yet. */
export function decideOnAny(
  state: Pick<StateStore, 'readConnections' | 'write'>,
  connection: Pick<RecordedConnection, 'organizationId' | 'connectionId' | 'references'>,
  decision: (connection: RecordedConnection) => RecordedConnection,
): Promise<RecordedConnection | undefined> {
  return change(state, async () => (await readOne(state, connection)) ?? newConnection(connection), decision);
}

async function readOne(
  state: Pick<StateStore, 'readConnections'>,
  { organizationId, connectionId }: Pick<RecordedConnection, 'organizationId' | 'connectionId'>,
): Promise<RecordedConnection | undefined> {
  const items = await state.readConnections(organizationId);
  return items.find((item) => item.connectionId === connectionId);
}

function change<Item extends RecordedItem>(
  state: Pick<StateStore, 'write'>,
  read: () => Promise<Item | undefined>,
  decision: (item: Item) => Item,
): Promise<Item | undefined> {
  return retryOnConflict(async () => {
    const before = await read();
    const after = before && decision(before);
    return after && after !== before ? state.write(withHome(after)) : undefined;
  });
}

/** Providers of which nothing is to be done any more: somebody else made or repaired them, or no role needs them. */
export async function clearProviderFailures(
  records: Records,
  { plan, providers }: Pick<Snapshot, 'plan' | 'providers'>,
  errors: RunErrors,
): Promise<void> {
  if (plan.isPartial) return;
  const planned = new Set<string>(plan.changes.map(changedArn));
  for (const known of providers.filter((item) => item.failing && !item.unreadable && !planned.has(item.arn)))
    await errors.keep(() =>
      records.updateProvider(known.arn, (item = known) => removeFailingChange(item, known.arn)),
    );
}

/** Lets records catch up with what is true in IAM. A record that cannot be written stops neither others nor changes. */
export async function writeRecordSyncs(
  records: Records,
  recordSyncs: readonly RecordSync[],
  errors: RunErrors,
  now: number,
): Promise<void> {
  for (const recordSync of recordSyncs) {
    if (recordSync.target === 'provider') {
      const { arn } = recordSync.recorded;
      await errors.keep(() => records.updateProvider(arn, () => recordProviderSynced(recordSync, now)));
      continue;
    }
    for (const binding of recordSync.bindings) {
      await errors.keep(() =>
        records.updateConnection(binding, (item) =>
          recordSync.target === 'deletion'
            ? recordDeleted(item, recordSync, binding, now)
            : recordSynced(item, recordSync, binding, now),
        ),
      );
    }
  }
}

/**
 * What went wrong in a run beside the result of a change: a record that could not be written, a lease that could not be
 * asked for. It stops nothing else. At the end failures make the run partial, and defects are thrown.
 */
export class RunErrors {
  readonly failures: Failure[] = [];
  readonly defects: unknown[] = [];

  /** Somebody recorded something newer: the next run decides anew, and nothing is wrong. */
  add(error: unknown): void {
    if (isDefect(error)) this.defects.push(error);
    else if (!(error instanceof ConflictError)) this.failures.push(describeFailure(error));
  }

  /** Runs the work and keeps what it rejects with. */
  async keep(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.add(error);
    }
  }
}

/**
 * Writes the change, on the newest record when somebody else wrote first: what they added stays, and the change is
 * made again on top of it. `undefined` when the record is gone.
 */
export async function update(
  state: StateStore,
  item: RecordedItem,
  change: (item: RecordedItem) => RecordedItem | Promise<RecordedItem>,
): Promise<RecordedItem | undefined> {
  let current: RecordedItem | undefined = item;
  return retryOnConflict(
    async () => {
      const next = current && (await change(current));
      return next && next !== current ? state.write(next) : current;
    },
    async () => {
      current = current && (await state.readAgain(current));
      return true;
    },
  );
}

/** Whoever wins a conflict has made progress, so a few rounds are enough; the next run tries again. */
const ATTEMPTS = 5;

/** Works again after a ConflictError, unless `refresh` says that there is nothing to work on. */
export async function retryOnConflict<Outcome>(
  work: () => Promise<Outcome>,
  refresh: () => Promise<boolean> = () => Promise.resolve(true),
): Promise<Outcome> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ConflictError) || attempt === ATTEMPTS || !(await refresh())) throw error;
    }
  }
}

/**
 * The records of one run as they stand now. Every write goes through here, so that the next one names the version
 * that this one made, and every event names the run; a version that anybody else made is a ConflictError, unless they only delivered events. Updates of one record wait for each other:
 * a connection may have roles in two accounts, which are worked on side by side.
 */
export class Records {
  private readonly state: Pick<StateStore, 'write' | 'readAgain'>;
  private readonly run: Run;
  private readonly connections: Map<string, RecordedConnection>;
  private readonly providers: Map<ProviderArn, RecordedProvider>;
  private readonly tails = new Map<string, Promise<unknown>>();

  constructor(
    { state }: { readonly state: Pick<StateStore, 'write' | 'readAgain'> },
    run: Run,
    connections: readonly RecordedConnection[],
    providers: readonly RecordedProvider[],
  ) {
    this.state = state;
    this.run = run;
    this.connections = new Map(connections.map((item) => [makeConnectionKey(item), item]));
    this.providers = new Map(providers.map((item) => [item.arn, item]));
  }

  all(): readonly RecordedConnection[] {
    return [...this.connections.values()];
  }

  /** Writes what becomes of the connection's record; nothing when it stays the same value. */
  updateConnection(
    binding: Binding,
    change: (item: RecordedConnection) => RecordedConnection,
  ): Promise<void> {
    const key = makeConnectionKey({
      organizationId: binding.organization.id,
      connectionId: binding.connectionId,
    });
    return this.inTurn(key, async () => {
      const item = getConnectionItem(this.connections.get(key), binding);
      await this.put(change(item), item);
    });
  }

  updateProvider(
    arn: ProviderArn,
    change: (item: RecordedProvider | undefined) => RecordedProvider,
  ): Promise<void> {
    return this.inTurn(arn, async () => {
      const item = this.providers.get(arn);
      await this.put(change(item), item);
    });
  }

  /** Writes a record that was made from `all()`. */
  write(item: RecordedConnection): Promise<void> {
    return this.inTurn(makeConnectionKey(item), () => this.put(item, undefined));
  }

  private async put(item: RecordedItem, before: RecordedItem | undefined): Promise<void> {
    if (item === before) return;
    const stamped = stampRun(withHome(item), this.known(item), this.run);
    const written = await this.overwriteRecord(this.known(item), stamped);
    if (written.kind === 'connection') this.connections.set(makeConnectionKey(written), written);
    if (written.kind === 'provider') this.providers.set(written.arn, written);
  }

  /** Events of the record may be delivered at any time, also while their run goes on. */
  private overwriteRecord(known: RecordedItem | undefined, item: RecordedItem): Promise<RecordedItem> {
    let [before, next] = [known, item];
    return retryOnConflict(
      () => this.state.write(next),
      async () => {
        const now = before && (await this.state.readAgain(before));
        const again = now && before && rebaseItem(now, before, next);
        if (!again) return false;
        [before, next] = [now, again];
        return true;
      },
    );
  }

  private known(item: RecordedItem): RecordedItem | undefined {
    if (item.kind === 'connection') return this.connections.get(makeConnectionKey(item));
    return item.kind === 'provider' ? this.providers.get(item.arn) : undefined;
  }

  private inTurn(key: string, work: () => Promise<void>): Promise<void> {
    const turn = (this.tails.get(key) ?? Promise.resolve()).then(work);
    this.tails.set(
      key,
      turn.catch(() => undefined),
    );
    return turn;
  }
}
