import type { DeliverPorts } from '../../shared/application/delivery/deliver-run.ts';
import type { RecordedItem } from '../../shared/domain/records/connection-record.ts';
import type { RecordedControls } from '../../shared/domain/records/deployment-record.ts';
import { effect } from './effects.ts';
import { note, remember } from './memory.ts';
import type { Process } from './process.ts';
import { checkRecordWrite, noteSynced } from './record-invariants.ts';
import { isAdopted } from './role-write.ts';
import { listClaims, getControls, makeKey } from './table.ts';
import type { World } from './world.ts';
import { PLANTED } from './world.ts';

/** The table as one process has it: every write is checked. */
export function tablePorts(world: World, process: Process) {
  const { table, history, violations } = world;
  const { store } = table;
  const read = <Result>(name: string, act: () => Promise<Result>) => effect(process, { name, act });
  const check = (before: RecordedItem | undefined, written: RecordedItem) => {
    violations.push(...checkRecordWrite(world, before, written));
    violations.push(...opensWritesKnowingly(process, before, written));
    noteAdoption(world, process, written);
    noteBegun(world, process, before, written);
    if (process.isApproving && written.kind === 'controls') noteApproval(world, process, written);
  };
  return {
    state: {
      readConnections: (id) => read('readConnections', () => store.readConnections(id)),
      readProviders: (id) => read('readProviders', () => store.readProviders(id)),
      readControls: (account) =>
        read('readControls', async () => {
          process.planned ??= getControls(table);
          return store.readControls(account);
        }),
      readHooks: (id) => read('readHooks', () => store.readHooks(id)),
      readReading: (subject) => read('readReading', () => store.readReading(subject)),
      readAgain: (item) =>
        read('readAgain', () => {
          note(world.memory, 'notified in the middle of a run');
          return store.readAgain(item);
        }),
      readPending: (from) => read('readPending', () => store.readPending(from)),
      write: (item) =>
        effect(process, {
          name: 'record',
          writes: true,
          act: async () => {
            const before = table.items.get(makeKey(item));
            const written = await store.write(item);
            check(before, written);
            return written;
          },
        }),
      writeTogether: (items) =>
        effect(process, {
          name: 'records',
          writes: true,
          act: async () => {
            const before = items.map((item) => table.items.get(makeKey(item)));
            const written = await store.writeTogether(items);
            for (const [at, item] of written.entries()) check(before[at], item);
            return written;
          },
        }),
    } satisfies DeliverPorts['state'],
    history: {
      read: (id) => read('readHistory', () => history.read(id)),
      readDeployment: () => read('readHistory', () => history.readDeployment()),
      append: (item, event) =>
        effect(process, {
          name: 'append',
          writes: true,
          act: () => {
            if (JSON.stringify(event).includes(PLANTED)) violations.push('I10 the history holds a secret');
            noteSynced(world, event);
            return history.append(item, event);
          },
        }),
    } satisfies DeliverPorts['history'],
  };
}

/** I16: only a known person who has seen everything lets a deployment write. */
function opensWritesKnowingly(
  { initiator, isPartial, blind }: Process,
  before: RecordedItem | undefined,
  written: RecordedItem,
): readonly string[] {
  const isOpen = (item: RecordedItem | undefined) =>
    item?.kind === 'controls' && item.bootstrapped !== undefined;
  if (isOpen(before) || !isOpen(written)) return [];
  if (initiator.trigger !== 'person' || initiator.actor === undefined)
    return ['I16 automatic writes are opened, and by whom is not known'];
  return isPartial || blind.size > 0 ? ['I16 automatic writes are opened on a view that is not whole'] : [];
}

/** A deletion that was approved and begun goes on, whoever's pass it is that finishes it. */
function noteBegun(
  { memory: { begun } }: World,
  { initiator }: Process,
  before: RecordedItem | undefined,
  item: RecordedItem,
): void {
  const known = listDeletions(before);
  for (const id of listDeletions(item))
    if (!known.includes(id))
      begun.set(id, initiator.trigger === 'person' ? (initiator.actor ?? '') : undefined);
}

function listDeletions(item: RecordedItem | undefined): readonly string[] {
  const intents = item?.kind === 'connection' ? listClaims(item).flatMap(({ intent }) => intent ?? []) : [];
  return intents.filter(({ operation }) => operation === 'delete').map(({ changeId }) => changeId);
}

/** The yes that was written last, and what the one who gave it had seen. */
function noteApproval({ memory }: World, { found }: Process, { approvals }: RecordedControls): void {
  const given = approvals.at(-1);
  if (!given) return;
  const approval = { by: given.by, until: given.until, roles: new Map(found) };
  memory.approvals = [...memory.approvals, approval];
}

/**
 * What a person has asked for stays so, also when the run that began it did not come to its end. Whom such a role lets
 * in may have been in it before, without a write.
 */
function noteAdoption({ memory }: World, process: Process, item: RecordedItem): void {
  if (process.scope?.asks !== 'adopt' || item.kind !== 'connection') return;
  for (const { arn, id, subjects } of listClaims(item).filter(({ arn }) => isAdopted(process, arn))) {
    if (id) memory.made.add(id);
    for (const { subject } of subjects) {
      remember(memory.opened, item.connectionId, subject);
      remember(memory.pins, arn, item.connectionId);
    }
  }
}
