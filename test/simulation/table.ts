import { createMemoryState } from '../doubles/memory-state.ts';
import { formatItemSubject } from '../../shared/domain/records/outbox.ts';
import type { ConnectionId, RoleArn } from '../../shared/domain/kernel/ids.ts';
import type {
  RecordedConnection,
  RecordedItem,
  RecordedRole,
} from '../../shared/domain/records/connection-record.ts';
import type { RecordedControls } from '../../shared/domain/records/deployment-record.ts';
import { joinControls } from '../../shared/domain/guard/controls.ts';
import { newControls } from '../../shared/domain/records/deployment-record.ts';
import type { StateStore } from '../../shared/ports/state.ts';

/** The table, open to whoever reads it without asking, and to whoever has rights in it. */
export interface Table {
  readonly store: StateStore;
  /** As it stands, by key. */
  readonly items: ReadonlyMap<string, RecordedItem>;
  /** The table holds these and nothing else from now on: emptied, restored or tampered with. */
  replace(items: readonly RecordedItem[]): Promise<void>;
}

/** `items`: what it holds, by the key of each item. */
export function createTable(items = new Map<string, RecordedItem>()): Table {
  let state = createMemoryState(new Map([...items.values()].map((item) => [formatItemSubject(item), item])));
  const store: StateStore = {
    readConnections: (organization) => state.readConnections(organization),
    readProviders: (account) => state.readProviders(account),
    readControls: (account) => state.readControls(account),
    readHooks: (organization) => state.readHooks(organization),
    readReading: (subject) => state.readReading(subject),
    readPending: (from) => state.readPending(from),
    readAgain: (item) => state.readAgain(item),
    async writeTogether(together) {
      const written = await state.writeTogether(together);
      for (const item of written) items.set(makeKey(item), item);
      return written;
    },
    async write(item) {
      const written = await state.write(item);
      items.set(makeKey(written), written);
      return written;
    },
  };
  return {
    store,
    items,
    async replace(next) {
      state = createMemoryState();
      items.clear();
      for (const item of next) await store.write({ ...item, version: 0 });
    },
  };
}

export const makeKey = (item: RecordedItem) =>
  item.kind === 'provider' ? item.arn : formatItemSubject(item);

/** What is decided, about the deployment and about each account. */
export function getControls({ items }: Table): RecordedControls {
  const all = [...items.values()].filter((item) => item.kind === 'controls');
  const deployment = all.find(({ account }) => account === undefined) ?? newControls;
  return joinControls(
    deployment,
    all.filter(({ account }) => account !== undefined),
  );
}

export function recordedConnections({ items }: Table): readonly RecordedConnection[] {
  return [...items.values()].filter((item) => item.kind === 'connection');
}

/** What the table says of a role, by each connection that has it. */
export function listRoleRecords(
  table: Table,
  arn: RoleArn,
): readonly { readonly connectionId: ConnectionId; readonly role: RecordedRole }[] {
  return recordedConnections(table).flatMap((item) =>
    listClaims(item).flatMap((role) => (role.arn === arn ? [{ connectionId: item.connectionId, role }] : [])),
  );
}

export const listClaims = ({ role, earlier }: RecordedConnection): readonly RecordedRole[] =>
  role ? [role, ...earlier] : earlier;
