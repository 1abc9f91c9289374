import type { Organization } from '../configuration/configuration.ts';
import { canonicalJson } from '../kernel/digest.ts';
import type { OrganizationId, ProjectId } from '../kernel/ids.ts';
import type { OrganizationInventory, ProjectInventory, ProjectSnapshot } from '../azure-devops/inventory.ts';
import { digestConnection } from '../azure-devops/service-connection.ts';
import { maySpell } from './organization-view.ts';
import { formatInstant, timeText } from '../kernel/durations.ts';
import { complete, unknown, type Complete, type Unknown } from '../kernel/result.ts';

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
  /**
   * Stored projects that the latest reading did not read. What is stored of them is their last good reading: it is kept, and
   * counts as unread. Left out: every one was read.
   */
  readonly unread?: readonly UnreadProject[];
  /** The project that the next reading begins with, where the latest one did not come to its end. */
  readonly resumeAt?: ProjectId;
}

export interface UnreadProject {
  readonly id: ProjectId;
  /** As the latest list has it. */
  readonly name: string;
  readonly reason: Unknown;
  /** ISO time of the first reading that did not read it: the last good one is older, by less than a schedule. */
  readonly since: string;
}

/** The last good reading of one project, or why there is none; its connections in the order of their ids. */
export interface StoredProject extends Versioned, Omit<ProjectInventory, 'isUnasked'> {
  readonly kind: 'project';
  /** It lies as a former release stored it: the next reading of the project writes it anew. */
  readonly isFormer?: true;
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
  const unread = new Map((stored.unread ?? []).map((project) => [project.id, project]));
  const projects = listProjectParts(parts).map((part) => assembleProject(part, unread.get(part.id)));
  return { ...asked, identity, projects: complete(projects), ...(unreadable ? { unreadable } : {}) };
}

/** A project that the latest reading did not read is unknown, whatever is kept of it: nothing may be missing for an old reading. */
function assembleProject(
  { id, name, connections, unreadable }: StoredProject,
  unread: UnreadProject | undefined,
): ProjectInventory {
  if (!unread) return { id, name, connections, ...(unreadable ? { unreadable } : {}) };
  const { code, message } = unread.reason;
  const kept =
    connections.state === 'complete' ? ` It was read in full before ${timeText(unread.since)}.` : '';
  return { id, name: unread.name, connections: unknown(code, `${message}${kept}`) };
}

/** Whether there is a whole look that a look at one project can be put into. */
export function hasWholeInventory(organization: Organization, parts: readonly StoredPart[]): boolean {
  return assembleInventory(organization, parts).projects.state === 'complete';
}

/**
 * A look at all of an organization takes the place of everything. Projects go only by a complete list.
 *
 * What comes is written before what goes, and the list is called whole when all of it is there: after a crash in between
 * a connection that has moved is seen twice, which makes it unsettled, and not missed.
 */
export function wholeUpdate(
  parts: readonly StoredPart[],
  snapshot: OrganizationInventory,
  now: number,
): InventoryUpdate {
  const { organizationId, projects, unreadable } = snapshot;
  const before = findIdentity(parts);
  const head = withoutProgress(before, snapshot);
  if (projects.state === 'unknown') {
    const kept = selectProgress(before?.unread ?? [], before?.resumeAt);
    return { writes: changed(parts, [{ ...head, ...kept }]), removals: [] };
  }
  const good = listGoodProjects(parts);
  const seen = projects.value
    .filter(({ id, connections }) => connections.state === 'complete' || !good.has(id))
    .map((project) => storedProject(parts, organizationId, project))
    .sort((a, b) => Number(losesAny(parts, a)) - Number(losesAny(parts, b)));
  const listed = new Set(projects.value.map(({ id }) => id));
  const gone = listProjectParts(parts).filter(({ id }) => !listed.has(id));
  // One of the entries that could not be read may be one of these.
  const [hidden] = unreadable ?? [];
  const unlisted = hidden ? gone.map(({ id, name }) => ({ id, name, connections: hidden })) : [];
  const unread = [...projects.value, ...unlisted]
    .filter(({ id }) => good.has(id))
    .flatMap((project) => markUnread(before, project, now));
  const headAfter = { ...head, ...selectProgress(unread, projects.value.find(isUnfinished)?.id) };
  return { writes: changed(parts, [...seen, headAfter]), removals: hidden ? [] : gone };
}

function withoutProgress(
  before: StoredIdentity | undefined,
  snapshot: OrganizationInventory,
): StoredIdentity {
  const { organizationId, organizationName, projects, unreadable } = snapshot;
  return {
    kind: 'identity',
    version: before?.version ?? 0,
    organizationId,
    organizationName,
    identity: withKnownName(before, snapshot),
    list: projects.state === 'complete' ? complete('whole' as const) : projects,
    ...(unreadable ? { unreadable } : {}),
  };
}

/** Projects of which a good reading is stored. */
function listGoodProjects(parts: readonly StoredPart[]): ReadonlySet<ProjectId> {
  const good = listProjectParts(parts).filter(({ connections }) => connections.state === 'complete');
  return new Set(good.map(({ id }) => id));
}

/** By the order of ids, so that the same projects are the same value. */
function selectProgress(
  unread: readonly UnreadProject[],
  resumeAt: ProjectId | undefined,
): Pick<StoredIdentity, 'unread' | 'resumeAt'> {
  const inOrder = [...unread].sort((a, b) => (a.id < b.id ? -1 : 1));
  return {
    ...(inOrder.length > 0 ? { unread: inOrder } : {}),
    ...(resumeAt === undefined ? {} : { resumeAt }),
  };
}

/** It stays unread since the first reading that did not read it. */
function markUnread(
  before: StoredIdentity | undefined,
  { id, name, connections }: Pick<ProjectInventory, 'id' | 'name' | 'connections'>,
  now: number,
): readonly UnreadProject[] {
  if (connections.state === 'complete') return [];
  const since = before?.unread?.find((project) => project.id === id)?.since ?? formatInstant(now);
  return [{ id, name, reason: connections, since }];
}

/** It was held back with everything behind it. What the project itself is the cause of is no reason to begin with it again. */
function isUnfinished({ connections, isUnasked }: ProjectInventory): boolean {
  return isUnasked === true || (connections.state === 'unknown' && connections.code === 'throttled');
}

/** The project that the next reading of the whole organization begins with: where the latest one ended. */
export function findNextProject(parts: readonly StoredPart[]): ProjectId | undefined {
  return findIdentity(parts)?.resumeAt;
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
 *     unknown            stored         the project is unread; its last good reading is kept
 *     the pinned GUID    unknown        the same, when it is stored; a project that was never seen may be made up by
 *                                       whoever sent the hook, so nothing is stored of it
 *     the pinned GUID    complete       stored, and read
 */
export function projectUpdate(
  parts: readonly StoredPart[],
  projectId: ProjectId,
  snapshot: ProjectSnapshot,
  now: number,
): InventoryUpdate {
  const { organizationId, identity, project } = snapshot;
  const before = findIdentity(parts);
  if (before && identity.state === 'complete' && identity.value.id !== organizationId) {
    const list = project.state === 'unknown' ? project : before.list;
    return { writes: changed(parts, [{ ...before, identity, list }]), removals: [] };
  }
  return putProject(parts, projectId, snapshot, now);
}

/** Of a project that could not be read, the last good reading stays. */
function putProject(
  parts: readonly StoredPart[],
  projectId: ProjectId,
  { organizationId, project }: ProjectSnapshot,
  now: number,
): InventoryUpdate {
  const before = findIdentity(parts);
  const others = (before?.unread ?? []).filter(({ id }) => id !== projectId);
  const known = listProjectParts(parts).find(({ id }) => id === projectId);
  const seen = project.state === 'complete' ? project.value : known && { ...known, connections: project };
  if (!seen) return { writes: [], removals: [] };
  const isKept = seen.connections.state === 'unknown' && known?.connections.state === 'complete';
  const writes = isKept
    ? withUnread(before, [...others, ...markUnread(before, seen, now)])
    : [storedProject(parts, organizationId, seen), ...withUnread(before, others)];
  return { writes: changed(parts, writes), removals: [] };
}

function withUnread(
  before: StoredIdentity | undefined,
  unread: readonly UnreadProject[],
): readonly StoredIdentity[] {
  if (!before) return [];
  const { unread: _, resumeAt, ...head } = before;
  return [{ ...head, ...selectProgress(unread, resumeAt) }];
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
  const { writes, removals } = wholeUpdate(parts, snapshot, 0);
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
  const known = new Map(parts.map((part) => [partKey(part), part]));
  return after.filter((part) => {
    const before = known.get(partKey(part));
    return before === undefined || renderPart(before) !== renderPart(part);
  });
}

/** Connections by their digests: one that many projects share is rendered once. */
function renderPart(part: StoredPart): string {
  if (part.kind === 'identity' || part.connections.state === 'unknown') return canonicalJson(part);
  return canonicalJson({ ...part, connections: part.connections.value.map(digestConnection) });
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
