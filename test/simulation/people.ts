import type { RoleArn } from '../../shared/domain/kernel/ids.ts';
import type { RecordedConnection, RecordedItem } from '../../shared/domain/records/connection-record.ts';
import type {
  ConnectionReference,
  ServiceConnection,
} from '../../shared/domain/azure-devops/service-connection.ts';
import { IMPOSTOR } from '../builders/arbitraries-tampering.ts';
import { connection } from '../builders/connection.ts';
import { connectionId, projectId } from '../builders/domain-ids.ts';
import { withConnection } from './azure-devops.ts';
import { forget, remember } from './memory.ts';
import { recordedConnections } from './table.ts';
import type { World } from './world.ts';

type Edit = (all: readonly ServiceConnection[]) => readonly ServiceConnection[];

/** With the names that the projects have now. */
function inPlace(all: readonly ServiceConnection[], references: readonly ConnectionReference[]) {
  const known = all.flatMap((one) => one.references);
  return references.map((each) => {
    const { projectName } = known.find(({ projectId: id }) => id === each.projectId) ?? each;
    return { ...each, projectName };
  });
}

/** The connection is shared with one project more, or has another name there. */
export const share =
  (number: number, reference: ConnectionReference): Edit =>
  (all) =>
    change(number, ({ references }) => {
      const others = references.filter(({ projectId: id }) => id !== reference.projectId);
      const next = [...others, ...inPlace(all, [reference])];
      return { references: next.sort((a, b) => (a.projectId < b.projectId ? -1 : 1)) };
    })(all);

/** The connection with this number, made or changed. */
export const put =
  (number: number, given: Partial<ServiceConnection>): Edit =>
  (all) => {
    const id = connectionId(number);
    const fields = given.references ? { ...given, references: inPlace(all, given.references) } : given;
    const known = all.find((one) => one.id === id);
    return known
      ? withConnection(id, (one) => ({ ...one, ...fields }))(all)
      : [...all, connection(number, fields)];
  };

export const change =
  (number: number, edit: (one: ServiceConnection) => Partial<ServiceConnection>): Edit =>
  (all) =>
    withConnection(connectionId(number), (one) => ({ ...one, ...edit(one) }))(all);

export const remove =
  (number: number): Edit =>
  (all) =>
    all.filter(({ id }) => id !== connectionId(number));

/** Deleted, and another of the same names made at once. A connection that once was does not come back. */
export const recreate =
  (number: number, next: number, fields: Partial<ServiceConnection>): Edit =>
  (all) => {
    const gone = all.find(({ id }) => id === connectionId(number));
    if (!gone || all.some(({ id }) => id === connectionId(next))) return all;
    return [connection(next, { ...fields, references: gone.references }), ...remove(number)(all)];
  };

export const swapNames =
  (a: number, b: number): Edit =>
  (all) => {
    const names = (number: number) => all.find(({ id }) => id === connectionId(number))?.references;
    const [ofA, ofB] = [names(a), names(b)];
    return ofA && ofB
      ? change(a, () => ({ references: ofB }))(change(b, () => ({ references: ofA }))(all))
      : all;
  };

export const nameProject =
  (project: number, name: string): Edit =>
  (all) =>
    all.map((one) => ({ ...one, references: one.references.map(renamed(project, name)) }));

const renamed = (project: number, projectName: string) => (one: ConnectionReference) =>
  one.projectId === projectId(project) ? { ...one, projectName } : one;

/** A person with rights in the table writes an impostor into it, as if it were an older name. */
export async function writeImpostor(world: World, arn: RoleArn): Promise<void> {
  const items = [...world.table.items.values()].map((item): RecordedItem => {
    if (item.kind !== 'connection' || item.role?.arn !== arn) return item;
    const [first] = item.role.subjects;
    const subjects = first ? [...item.role.subjects, { ...first, subject: IMPOSTOR }] : item.role.subjects;
    return { ...item, role: { ...item.role, subjects } };
  });
  await world.table.replace(items);
}

/** Somebody with rights in the table rewrites the records of connections. */
export async function rewriteRecords(
  world: World,
  rewrite: (item: RecordedConnection) => RecordedConnection,
): Promise<void> {
  const items = [...world.table.items.values()].map((item) =>
    item.kind === 'connection' ? rewrite(item) : item,
  );
  await world.table.replace(items);
}

/** The table as it was once: who was let in and whose word stands is what it says now. */
export async function restoreTable(world: World, items: readonly RecordedItem[]): Promise<void> {
  await world.table.replace(items);
  // The history lies in the same table.
  world.holdings.history.clear();
  forget(world.memory);
  for (const { connectionId: id, role, earlier, retiring } of recordedConnections(world.table)) {
    if (retiring) world.memory.givenUp.add(id);
    for (const { arn, subjects, formerSubjects } of [...(role ? [role] : []), ...earlier])
      for (const { subject } of [...subjects, ...formerSubjects]) {
        remember(world.memory.opened, id, subject);
        remember(world.memory.pins, arn, id);
      }
  }
}
