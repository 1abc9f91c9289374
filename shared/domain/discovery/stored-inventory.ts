import type { Organization } from '../configuration/configuration.ts';
import { canonicalJson } from '../kernel/digest.ts';
import type { OrganizationId, ProjectId } from '../kernel/ids.ts';
import type { OrganizationInventory, ProjectInventory, ProjectSnapshot } from '../azure-devops/inventory.ts';
import { maySpell } from './halt.ts';
import { complete, unknown } from '../kernel/result.ts';
import type { Complete, Unknown } from '../kernel/result.ts';

interface Versioned {
  readonly organizationId: OrganizationId;
  /** Grows with every write; a write names the version that it rests on. 0: not in the table yet. */
  readonly version: number;
}

/** Who answered under an organization's name when discovery last looked at all of it. */
export interface StoredIdentity extends Versioned {
  readonly kind: 'identity';
  /** The name under which it was asked. */
  readonly organizationName: string;
  readonly identity: OrganizationInventory['identity'];
  /** Complete: the projects that are stored are all there are. Unknown: nothing of them is used. */
  readonly list: Complete<'whole'> | Unknown;
  /** Why there may be more projects than those that are stored. */
  readonly unreadable?: readonly Unknown[];
}

/** What discovery has last seen of one project; its connections in the order of their ids. */
export interface StoredProject extends Versioned, ProjectInventory {
  readonly kind: 'project';
}

export type StoredPart = StoredIdentity | StoredProject;

/** What a look changes of what is stored: carried out in this order, what is gone at the end. */
export interface InventoryUpdate {
  readonly writes: readonly StoredPart[];
  readonly removals: readonly StoredProject[];
}

const notDiscovered = unknown(
  'not-discovered',
  'Discovery has not seen this organization yet. It comes by itself with the next scheduled look.',
);

/** What is stored, as a look would have told it. An organization that was never looked at is unknown, not empty. */
export function assembleInventory(
  organization: Organization,
  parts: readonly StoredPart[],
): OrganizationInventory {
  const { id: organizationId, name: organizationName } = organization;
  const asked = { organizationId, organizationName, requests: 0 };
  const stored = findIdentity(parts);
  // What was seen under a former name of the configuration says nothing about who answers under this one.
  if (stored?.organizationName !== organizationName)
    return { ...asked, identity: notDiscovered, projects: notDiscovered };
  const { identity, list, unreadable } = stored;
  if (list.state === 'unknown') return { ...asked, identity, projects: list };
  const projects = listProjectParts(parts).map(({ id, name, connections, unreadable }) => ({
    id,
    name,
    connections,
    ...(unreadable ? { unreadable } : {}),
  }));
  return { ...asked, identity, projects: complete(projects), ...(unreadable ? { unreadable } : {}) };
}

/** Whether there is a whole look that a look at one project can be put into. */
export function isDiscovered(organization: Organization, parts: readonly StoredPart[]): boolean {
  return assembleInventory(organization, parts).projects.state === 'complete';
}

/**
 * A look at all of an organization takes the place of everything. Projects go only by a complete list.
 *
 * What comes is written before what goes, and the list is called whole when all of it is there: after a crash in between
 * a connection that has moved is seen twice, which makes it unsettled, and not missed.
 */
export function wholeUpdate(parts: readonly StoredPart[], snapshot: OrganizationInventory): InventoryUpdate {
  const { organizationId, organizationName, projects, unreadable } = snapshot;
  const list = projects.state === 'complete' ? complete('whole' as const) : projects;
  const odd = unreadable ? { unreadable } : {};
  const before = findIdentity(parts);
  const identity = withKnownName(before, snapshot);
  const head = { organizationId, organizationName, identity, list, ...odd } as const;
  const headAfter: StoredIdentity = { kind: 'identity', version: before?.version ?? 0, ...head };
  if (projects.state === 'unknown') return { writes: changed(parts, [headAfter]), removals: [] };
  const seen = projects.value
    .map((project) => storedProject(parts, organizationId, project))
    .sort((a, b) => Number(losesAny(parts, a)) - Number(losesAny(parts, b)));
  const listed = new Set(seen.map(({ id }) => id));
  const gone = listProjectParts(parts).filter(({ id }) => !listed.has(id));
  // One of the entries that could not be read may be one of these.
  const [firstUnreadable] = unreadable ?? [];
  if (firstUnreadable) {
    const hidden = gone.map((project) => ({ ...project, connections: firstUnreadable }));
    return { writes: changed(parts, [...seen, ...hidden, headAfter]), removals: [] };
  }
  return { writes: changed(parts, [...seen, headAfter]), removals: gone };
}

/** Where the name is not confirmed this time, it is the one that was seen last. */
function withKnownName(
  before: StoredIdentity | undefined,
  { organizationName, identity }: OrganizationInventory,
): OrganizationInventory['identity'] {
  if (identity.state === 'unknown' || identity.value.nameProblem === undefined) return identity;
  const known = before?.identity;
  const isSame = before?.organizationName === organizationName && known?.state === 'complete';
  if (!isSame || known.value.id !== identity.value.id) return identity;
  const { name } = known.value;
  return maySpell(name, identity.value.name, organizationName)
    ? complete({ ...identity.value, name })
    : identity;
}

/**
 * A look at one project takes the place of that project alone, and takes nothing away.
 *
 *     who answers        the project    then
 *     another GUID       -              the organization is halted: its identity is stored, its list is unknown
 *     unknown            stored         the project is unknown
 *     the pinned GUID    unknown        the project is unknown, when it is stored; a project that was never seen
 *                                       may be made up by whoever sent the hook, so nothing is stored of it
 *     the pinned GUID    complete       stored
 */
export function projectUpdate(
  parts: readonly StoredPart[],
  projectId: ProjectId,
  snapshot: ProjectSnapshot,
): InventoryUpdate {
  const { organizationId, identity, project } = snapshot;
  const before = findIdentity(parts);
  if (before && identity.state === 'complete' && identity.value.id !== organizationId) {
    const list = project.state === 'unknown' ? project : before.list;
    return { writes: changed(parts, [{ ...before, identity, list }]), removals: [] };
  }
  if (project.state === 'complete')
    return {
      writes: changed(parts, [storedProject(parts, organizationId, project.value)]),
      removals: [],
    };
  const known = listProjectParts(parts).filter(({ id }) => id === projectId);
  return {
    writes: changed(
      parts,
      known.map((stored) => ({ ...stored, connections: project })),
    ),
    removals: [],
  };
}

const overtaken = unknown(
  'overtaken',
  'A person has seen it otherwise since discovery last did. It is known again with the next scheduled look.',
);

/**
 * What a person's look leaves of what is stored: a project that looks otherwise to them is unknown until discovery has
 * looked again. Nobody decides by what was there before, and nothing rests on what only this person may see or not see.
 */
export function overtake(
  parts: readonly StoredPart[],
  snapshot: OrganizationInventory,
): readonly StoredPart[] {
  if (snapshot.projects.state === 'unknown' || !findIdentity(parts)) return [];
  const { writes, removals } = wholeUpdate(parts, snapshot);
  const otherwise = listProjectParts([...writes, ...removals]).filter(
    ({ connections }) => connections.state === 'complete',
  );
  return changed(
    parts,
    otherwise.map((project) => ({ ...project, connections: overtaken })),
  );
}

function losesAny(parts: readonly StoredPart[], { id, connections }: StoredProject): boolean {
  const before = listProjectParts(parts).find((known) => known.id === id)?.connections;
  if (before?.state !== 'complete') return false;
  const after = new Set(connections.state === 'complete' ? connections.value.map((one) => one.id) : []);
  return before.value.some((one) => !after.has(one.id));
}

function storedProject(
  parts: readonly StoredPart[],
  organizationId: OrganizationId,
  { id, name, connections, unreadable }: ProjectInventory,
): StoredProject {
  const version = listProjectParts(parts).find((known) => known.id === id)?.version ?? 0;
  const inOrder =
    connections.state === 'complete'
      ? complete([...connections.value].sort((a, b) => (a.id < b.id ? -1 : 1)))
      : connections;
  const odd = unreadable ? { unreadable } : {};
  return { kind: 'project', organizationId, version, id, name, connections: inOrder, ...odd };
}

/** Those that say something else than what is stored: a look at an unchanged organization writes nothing. */
function changed(parts: readonly StoredPart[], after: readonly StoredPart[]): readonly StoredPart[] {
  const known = new Set(parts.map(canonicalJson));
  return after.filter((part) => !known.has(canonicalJson(part)));
}

/** What the table holds after the update. */
export function afterUpdate(
  parts: readonly StoredPart[],
  { writes, removals }: InventoryUpdate,
): readonly StoredPart[] {
  const overtaken = new Set([...writes, ...removals].map(partKey));
  return [...parts.filter((part) => !overtaken.has(partKey(part))), ...writes];
}

/** Where a part stands among those of its organization; no two have the same. */
export function partKey(part: StoredPart): string {
  return part.kind === 'identity' ? 'IDENTITY' : `PROJECT#${part.id}`;
}

const findIdentity = (parts: readonly StoredPart[]) => parts.find((part) => part.kind === 'identity');

const listProjectParts = (parts: readonly StoredPart[]) => parts.filter((part) => part.kind === 'project');
