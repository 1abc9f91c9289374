import type { OrganizationInventory, ProjectInventory } from '../../shared/domain/azure-devops/inventory.ts';
import {
  isReadToItsEnd,
  orderProjects,
  viewConnections,
} from '../../shared/domain/azure-devops/inventory.ts';
import type { ServiceConnection } from '../../shared/domain/azure-devops/service-connection.ts';
import type { InventoryUpdate, StoredPart } from '../../shared/domain/discovery/stored-inventory.ts';
import {
  afterUpdate,
  assembleInventory,
  findNextProject,
  overtake,
  projectUpdate,
  wholeUpdate,
} from '../../shared/domain/discovery/stored-inventory.ts';
import type { ProjectId } from '../../shared/domain/kernel/ids.ts';
import { complete, unknown } from '../../shared/domain/kernel/result.ts';
import { connection } from '../builders/connection.ts';
import { fc } from '../builders/fast-check.ts';
import { contoso } from '../builders/configuration.ts';
import { projectId } from '../builders/domain-ids.ts';

const START = Date.parse('2026-11-22T09:00:00.000Z');
const STEP = 900_000;
const throttled = unknown('throttled', 'Azure DevOps asked to wait.');
const refused = unknown('forbidden', 'The identity may not read this (HTTP 403).');
const toId = (index: number) => projectId(index + 1);

/** How a look finds one project. */
type Found = 'read' | 'changed' | 'throttled' | 'unasked' | 'refused' | 'gone';
const found = fc.constantFrom<Found[]>('read', 'changed', 'throttled', 'unasked', 'refused', 'gone');
const PROJECTS = 5;
const look = fc.tuple(...Array.from({ length: PROJECTS }, () => found));
const looks = fc.array(look, { minLength: 1, maxLength: 8 });

/** What the rules are tried on: the real ones, or a mutant of them. */
interface Subject {
  readonly assemble: typeof assembleInventory;
  readonly update: typeof wholeUpdate;
}
const real: Subject = { assemble: assembleInventory, update: wholeUpdate };

class World {
  parts: readonly StoredPart[] = [];
  /** What each project held when it was last read in full. */
  readonly good = new Map<ProjectId, readonly ServiceConnection[]>();
  private readonly states = new Map<ProjectId, number>();
  now = START;

  snapshot(states: readonly Found[]): OrganizationInventory {
    const projects = states.flatMap((state, index): ProjectInventory[] => {
      const id = toId(index);
      if (state === 'gone') return [];
      if (state === 'throttled') return [{ id, name: 'P', connections: throttled }];
      if (state === 'unasked') return [{ id, name: 'P', connections: throttled, isUnasked: true }];
      if (state === 'refused') return [{ id, name: 'P', connections: refused }];
      if (state === 'changed') this.states.set(id, (this.states.get(id) ?? 0) + 1);
      const its = connection(index + 1, { sessionName: `s${this.states.get(id) ?? 0}` });
      return [{ id, name: 'P', connections: complete([its]) }];
    });
    const { id: organizationId, name: organizationName } = contoso;
    const identity = complete({ id: organizationId, name: organizationName });
    return { organizationId, organizationName, identity, projects: complete(projects), requests: 1 };
  }
}

/** The first law that is broken in a history of looks, if any. */
function findBreach(subject: Subject, history: readonly (readonly Found[])[]): string | undefined {
  const world = new World();
  for (const states of history) {
    world.now += STEP;
    const breach = findBreachOfLook(subject, world, world.snapshot(states));
    if (breach !== undefined) return breach;
  }
  return undefined;
}

const listProjects = ({ projects }: Pick<OrganizationInventory, 'projects'>) =>
  projects.state === 'complete' ? projects.value : [];
const listSortedIds = (projects: readonly ProjectInventory[]) => projects.map(({ id }) => id).sort();

function findBreachOfLook(
  { assemble, update }: Subject,
  world: World,
  snapshot: OrganizationInventory,
): string | undefined {
  const updated = update(world.parts, snapshot, world.now);
  world.parts = afterUpdate(world.parts, updated);
  const projects = listProjects(snapshot);
  const shown = assemble(contoso, world.parts);
  const listed = listProjects(shown);
  if (JSON.stringify(listSortedIds(listed)) !== JSON.stringify(listSortedIds(projects)))
    return 'the list is not that of the look';
  for (const id of world.good.keys())
    if (!projects.some((project) => project.id === id)) world.good.delete(id);
  const breach = projects
    .map((project) => findBreachOfProject(world, updated, project, listed))
    .find(Boolean);
  if (breach !== undefined) return breach;
  if (viewConnections(shown).isComplete !== projects.every(isReadToItsEnd)) return 'a part counts as all';
  if (hasNoAge(world.parts) === listed.some(isKeptUnread(world))) return 'the age is wrong';
  const again = update(world.parts, snapshot, world.now + STEP);
  return again.writes.length + again.removals.length > 0 ? 'the same look writes again' : undefined;
}

function findStored(parts: readonly StoredPart[], id: ProjectId): readonly ServiceConnection[] | undefined {
  const part = parts.find((one) => one.kind === 'project' && one.id === id);
  return part?.kind === 'project' && part.connections.state === 'complete'
    ? part.connections.value
    : undefined;
}

function findBreachOfProject(
  { parts, good }: World,
  updated: InventoryUpdate,
  { id, connections, ...rest }: ProjectInventory,
  listed: readonly ProjectInventory[],
): string | undefined {
  if (connections.state === 'complete') good.set(id, connections.value);
  const now = listed.find((one) => one.id === id);
  if (now && isReadToItsEnd(now) !== isReadToItsEnd({ id, connections, ...rest }))
    return 'an unread project counts as read';
  const content = findStored(parts, id);
  if (JSON.stringify(content) !== JSON.stringify(good.get(id))) return 'the last good reading is lost';
  const isKept = good.has(id) && connections.state === 'unknown';
  return isKept && isWritten(updated, id) ? 'an unread project is written' : undefined;
}

const hasNoAge = (parts: readonly StoredPart[]) =>
  parts.every((part) => part.kind === 'project' || part.unread === undefined);

const isWritten = ({ writes, removals }: InventoryUpdate, id: ProjectId) =>
  [...writes, ...removals].some((part) => part.kind === 'project' && part.id === id);

const isKeptUnread =
  ({ good }: World) =>
  ({ id, connections }: ProjectInventory) =>
    connections.state === 'unknown' && good.has(id);

describe('what discovery keeps of projects that it cannot read', () => {
  it('is the last good reading, which counts as unread and is not written again', () => {
    fc.assert(
      fc.property(looks, (history) => {
        expect(findBreach(real, history)).toBeUndefined();
      }),
    );
  });

  const mutants: readonly (readonly [string, Subject])[] = [
    [
      'takes an old reading for a new one',
      {
        ...real,
        assemble: (organization, parts) => assembleInventory(organization, parts.map(withoutUnread)),
      },
    ],
    [
      'overwrites the last good reading',
      {
        ...real,
        update: (parts, snapshot, now) => {
          const { writes, removals } = wholeUpdate(parts, snapshot, now);
          const lost = parts.flatMap((part) => {
            const seen = snapshot.projects.state === 'complete' ? snapshot.projects.value : [];
            const its = part.kind === 'project' && seen.find(({ id }) => id === part.id);
            return its && its.connections.state === 'unknown'
              ? [{ ...part, connections: its.connections }]
              : [];
          });
          return { writes: [...writes, ...lost], removals };
        },
      },
    ],
    [
      'renews the age with every look',
      {
        ...real,
        update: (parts, snapshot, now) => wholeUpdate(parts.map(withoutUnread), snapshot, now),
      },
    ],
    [
      'takes away what a look did not read',
      {
        ...real,
        update: (parts, snapshot, now) => {
          const { projects } = snapshot;
          if (projects.state === 'unknown') return wholeUpdate(parts, snapshot, now);
          const read = projects.value.filter(({ connections }) => connections.state === 'complete');
          return wholeUpdate(parts, { ...snapshot, projects: complete(read) }, now);
        },
      },
    ],
  ];

  it.each(mutants)('is seen to be wrong by these laws in a store that %s', (_what, mutant) => {
    const run = fc.check(fc.property(looks, (history) => findBreach(mutant, history) === undefined));
    expect(run.failed).toBe(true);
  });

  it('is read, or unread, by a look at that project alone; nothing else changes', () => {
    fc.assert(
      fc.property(looks, fc.nat(PROJECTS - 1), fc.boolean(), (history, index, isRead) => {
        const world = new World();
        for (const states of history)
          world.parts = afterUpdate(world.parts, wholeUpdate(world.parts, world.snapshot(states), START));
        const before = assembleInventory(contoso, world.parts).projects;
        const id = toId(index);
        const seen = world.snapshot(Array.from({ length: PROJECTS }, () => 'changed'));
        const { projects, ...rest } = seen;
        const whole = projects.state === 'complete' ? projects.value[index] : undefined;
        const project = isRead && whole ? complete(whole) : throttled;
        const updated = projectUpdate(world.parts, id, { ...rest, project }, START + STEP);
        const after = assembleInventory(contoso, afterUpdate(world.parts, updated)).projects;
        const list = (reading: typeof after) => (reading.state === 'complete' ? reading.value : []);
        const isKnown = list(before).some((one) => one.id === id);
        const now = list(after).find((one) => one.id === id);
        expect(now?.connections.state).toBe(isRead ? 'complete' : isKnown ? 'unknown' : undefined);
        expect(list(after).filter((one) => one.id !== id)).toEqual(
          list(before).filter((one) => one.id !== id),
        );
      }),
    );
  });

  it('is not taken for read by what a person has seen meanwhile', () => {
    fc.assert(
      fc.property(looks, look, (history, seen) => {
        const world = new World();
        for (const states of history)
          world.parts = afterUpdate(world.parts, wholeUpdate(world.parts, world.snapshot(states), START));
        const before = assembleInventory(contoso, world.parts).projects;
        const writes = overtake(world.parts, world.snapshot(seen));
        const after = assembleInventory(contoso, afterUpdate(world.parts, { writes, removals: [] })).projects;
        if (before.state === 'unknown' || after.state === 'unknown') return;
        for (const { id, connections } of before.value)
          if (connections.state === 'unknown')
            expect(after.value.find((one) => one.id === id)?.connections.state).toBe('unknown');
      }),
    );
  });
});

const withoutUnread = (part: StoredPart): StoredPart => {
  if (part.kind === 'project') return part;
  const { unread: _, ...head } = part;
  return head;
};

describe('looks that are held back after some projects', () => {
  it('read every project within two rounds, whichever projects refuse', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 10 }),
        fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
        (count, budget, refuses) => {
          let parts: readonly StoredPart[] = [];
          const asked = new Map<ProjectId, number>();
          const world = new World();
          const rounds = 2 * Math.ceil(count / budget) + 1;
          for (let round = 0; round < rounds; round++) {
            const all = Array.from({ length: count }, (_, index) => ({ id: toId(index) }));
            const order = orderProjects(all, findNextProject(parts));
            const projects = order.map(({ id }, place): ProjectInventory => {
              if (place >= budget) return { id, name: 'P', connections: throttled, isUnasked: true };
              asked.set(id, (asked.get(id) ?? 0) + 1);
              const isRefused = refuses[all.findIndex((one) => one.id === id)];
              return { id, name: 'P', connections: isRefused ? refused : complete([]) };
            });
            const snapshot = { ...world.snapshot([]), projects: complete(projects) };
            parts = afterUpdate(parts, wholeUpdate(parts, snapshot, START + round * STEP));
          }
          expect(asked.size).toBe(count);
        },
      ),
    );
  });
});
