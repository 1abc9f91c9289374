import { hookPartKey, hooksKey, organizationPartition } from '../../contract/table-keys.ts';
import { canonicalJson } from '../../domain/kernel/digest.ts';
import type { OrganizationId, ProjectId } from '../../domain/kernel/ids.ts';
import { newHooks, type RecordedHooks } from '../../domain/records/hook-records.ts';
import { createSignatureJudge, queryPrefix, type TableAccess } from './dynamo-table.ts';
import { hasTableKey, parseItem, readReadable, schemaStamp, type TableItem } from './item-mapping.ts';
import { readOrQuarantine } from './quarantine.ts';
import { storedHookPart } from './stored-schema.ts';

/** What is known of the subscriptions of one project. */
type HookPart = Pick<RecordedHooks, 'passwords' | 'seen' | 'lost'>;

interface SplitHooks {
  /** The item of the organization. */
  readonly head: RecordedHooks;
  readonly parts: ReadonlyMap<ProjectId, HookPart>;
}

/**
 * One item for the organization, with its events, and one for each project, so that none grows with the number of projects. What the
 * release before has in the one item counts there until it is written again.
 */
export async function readHooks(access: TableAccess, organization: OrganizationId): Promise<RecordedHooks> {
  const { head, parts } = await readSplit(access, organization);
  return head.unreadable ? head : joinParts(head, parts);
}

async function readSplit(access: TableAccess, organization: OrganizationId): Promise<SplitHooks> {
  const key = hooksKey(organization);
  const items = await queryPrefix(access, organizationPartition(organization), key.sk);
  const head = items.find((item) => hasTableKey(item, key));
  const judge = await createSignatureJudge(access);
  const recorded = head && readOrQuarantine(head, judge);
  // One that this release cannot read counts as nothing known of the project.
  const others = items.filter((item) => item !== head);
  const parts = new Map(readReadable(others, readPart));
  return { head: recorded?.kind === 'hooks' ? recorded : newHooks(organization), parts };
}

function readPart(stored: TableItem): readonly [ProjectId, HookPart] {
  const { project, ...part } = parseItem(storedHookPart, stored);
  return [project, part];
}

/** What lies in the head was written by the release before, later than a part that says something else. */
function joinParts(head: RecordedHooks, parts: ReadonlyMap<ProjectId, HookPart>): RecordedHooks {
  const all = [...parts.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, part]) => part);
  return {
    ...head,
    passwords: keepFirst(({ id }) => id, head.passwords, ...all.map(({ passwords }) => passwords)),
    seen: keepFirst(({ id }) => id, head.seen, ...all.map(({ seen }) => seen)),
    lost: keepFirst(
      ({ projectId, event }) => `${projectId} ${event}`,
      head.lost,
      ...all.map(({ lost }) => lost),
    ),
  };
}

/** The first of each key. */
function keepFirst<Entry>(
  getKey: (entry: Entry) => string,
  ...lists: readonly (readonly Entry[])[]
): readonly Entry[] {
  const entries = new Map<string, Entry>();
  for (const entry of lists.flat()) if (!entries.has(getKey(entry))) entries.set(getKey(entry), entry);
  return [...entries.values()];
}

/** The head without what belongs to a project, and the parts; a password of no known project stays in the head. */
function splitParts(hooks: RecordedHooks): SplitHooks {
  const projects = new Map(hooks.seen.map(({ id, projectId }) => [id, projectId]));
  const parts = new Map<
    ProjectId,
    {
      passwords: RecordedHooks['passwords'][number][];
      seen: RecordedHooks['seen'][number][];
      lost: RecordedHooks['lost'][number][];
    }
  >();
  const getPart = (project: ProjectId) => {
    const part = parts.get(project) ?? { passwords: [], seen: [], lost: [] };
    parts.set(project, part);
    return part;
  };
  const others = hooks.passwords.filter((password) => {
    const project = password.projectId ?? projects.get(password.id);
    if (project !== undefined) getPart(project).passwords.push(password);
    return project === undefined;
  });
  for (const one of hooks.seen) getPart(one.projectId).seen.push(one);
  for (const one of hooks.lost) getPart(one.projectId).lost.push(one);
  return { head: { ...hooks, passwords: others, seen: [], lost: [] }, parts };
}

/** One transaction. */
interface HookWrite {
  readonly head: RecordedHooks;
  /** Items of projects. */
  readonly parts: readonly TableItem[];
}

/** DynamoDB takes a hundred items in one transaction (API Reference, TransactWriteItems); one is the head. */
const PARTS_TOGETHER = 99;

const nothing: HookPart = { passwords: [], seen: [], lost: [] };

/**
 * What is to be written so that the table holds these hooks: the head, and the items of projects that say something else than
 * what is stored. Each transaction rests on the one before. Events are in the first. What the release before has in the head
 * stays there until its project is written. A project without subscriptions keeps an empty item.
 */
export async function planHookWrites(
  access: TableAccess,
  hooks: RecordedHooks,
): Promise<readonly HookWrite[]> {
  const stored = await readSplit(access, hooks.organizationId);
  const { head, parts } = splitParts(hooks);
  const former = splitParts(stored.head).parts;
  const changed = [...new Set([...parts.keys(), ...stored.parts.keys()])].sort().filter((project) => {
    const [part, before] = [parts.get(project) ?? nothing, stored.parts.get(project) ?? nothing];
    return canonicalJson(part) !== canonicalJson(before);
  });
  const count = Math.max(1, Math.ceil(changed.length / PARTS_TOGETHER));
  return Array.from({ length: count }, (_, index) => {
    const end = (index + 1) * PARTS_TOGETHER;
    const waiting = new Set(changed.slice(end));
    const kept = new Map([...former].filter(([project]) => waiting.has(project)));
    return {
      head: { ...joinParts(head, kept), version: hooks.version + index },
      parts: changed.slice(index * PARTS_TOGETHER, end).map((project) => ({
        ...hookPartKey(hooks.organizationId, project),
        ...schemaStamp,
        project,
        ...(parts.get(project) ?? nothing),
      })),
    };
  });
}
