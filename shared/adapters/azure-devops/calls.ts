import * as z from 'zod';
import type { Organization } from '../../domain/configuration/configuration.ts';
import type { OrganizationId, ProjectId } from '../../domain/kernel/ids.ts';
import { complete, type Reading, type Unknown } from '../../domain/kernel/result.ts';
import { canonicalJson } from '../../domain/kernel/digest.ts';
import type { ProjectInventory } from '../../domain/azure-devops/inventory.ts';
import type { Client } from './client.ts';
import {
  countMismatch,
  duplicateIds,
  repeatedContinuationToken,
  takenForAnonymous,
  unexpectedShape,
  unreadableEntry,
} from './errors.ts';
import { toServiceConnection, type Project } from './mapping.ts';
import { ConnectionData, EndpointDocument, ListDocument, NamedDocument, ProjectDocument } from './schema.ts';

const API_VERSION = '7.1';
/** `connectionData` exists as a preview only. */
const PREVIEW_VERSION = '7.1-preview.1';
const PAGE_SIZE = 100;
/** Far more than an organization has: a list that has not ended by then never will. */
const MAX_PAGES = 1000;

/** Who answers. `instanceId` is the GUID that the issuer's address ends with (terraform-provider-stackit issue 1321). */
export async function readIdentity(
  client: Pick<Client, 'get'>,
  organization: Organization,
): Promise<Reading<OrganizationId>> {
  const { body } = await client.get('/_apis/connectionData', { 'api-version': PREVIEW_VERSION });
  const data = shaped(ConnectionData, body);
  if (data.state === 'unknown') return data;
  const { instanceId, authenticatedUser, authorizedUser } = data.value;
  const isAnonymous = [authenticatedUser, authorizedUser].some((user) => user && isNobody(user.id));
  return isAnonymous ? takenForAnonymous(organization) : complete(instanceId);
}

/**
 * `System:PublicAccess;aaaaaaaa-...`: an organization with a public project answers 200 as to anybody, even where a token came
 * along that it does not take (azsk/ADOScanner, ContextHelper.ps1). An id of zeros names nobody either.
 */
const isNobody = (id: string) => /^(?:a+|0+)$/i.test(id.replaceAll('-', ''));

/** Entries of a list that could be read, and what is known of the others. */
interface Entries<Item> {
  readonly items: readonly Item[];
  readonly unreadable: readonly Unknown[];
}

/**
 * Pages until no token comes. Where none ever came, a full page may be followed by more: what comes after so many is asked for, and an
 * answer that holds none but known ones is no end.
 */
export async function readProjects(client: Pick<Client, 'get'>): Promise<Reading<Entries<ProjectDocument>>> {
  let pages: Entries<ProjectDocument> = { items: [], unreadable: [] };
  const tokens = new Set<string>();
  let next: Readonly<Record<string, string>> = {};
  for (let count = 0; count < MAX_PAGES; count += 1) {
    const query = { stateFilter: 'wellFormed', $top: String(PAGE_SIZE), 'api-version': API_VERSION };
    const { body, continuationToken: token } = await client.get('/_apis/projects', { ...query, ...next });
    const page = readListEntries(body, ProjectDocument, 'project');
    if (page.state === 'unknown') return page;
    if (token === undefined ? isRepeated(page.value, pages) : tokens.has(token)) break;
    pages = {
      items: [...pages.items, ...page.value.items],
      unreadable: [...pages.unreadable, ...page.value.unreadable],
    };
    if (token === undefined && (tokens.size > 0 || countEntries(page.value) < PAGE_SIZE))
      return complete(eachOnce(pages, 'project'));
    if (token !== undefined) tokens.add(token);
    next = token === undefined ? { $skip: String(countEntries(pages)) } : { continuationToken: token };
  }
  return repeatedContinuationToken;
}

const countEntries = ({ items, unreadable }: Entries<unknown>) => items.length + unreadable.length;

/** Full, and of projects that came before: what was to be skipped is not. */
function isRepeated(page: Entries<ProjectDocument>, before: Entries<ProjectDocument>): boolean {
  const known = new Set(before.items.map(({ id }) => id));
  return countEntries(page) >= PAGE_SIZE && page.items.every(({ id }) => known.has(id));
}

/** One project by its id, whatever it is called now. */
export async function readProjectDocument(client: Client, id: ProjectId): Promise<Reading<ProjectDocument>> {
  const { body } = await client.get(`/_apis/projects/${id}`, { 'api-version': API_VERSION });
  const project = shaped(ProjectDocument, body);
  return project.state === 'complete' && project.value.id !== id ? unexpectedShape(['id']) : project;
}

/** Connections of all types; there are no pages. Those whose creation failed are left out unless asked for. */
export async function readConnections(
  client: Client,
  project: Project,
): Promise<Pick<ProjectInventory, 'connections' | 'isUnasked' | 'unreadable'>> {
  const { body, isUnasked } = await client.get(`/${project.id}/_apis/serviceendpoint/endpoints`, {
    includeFailed: 'true',
    'api-version': API_VERSION,
  });
  const list = readListEntries(body, EndpointDocument, 'service connection');
  if (list.state === 'unknown') return { connections: list, ...(isUnasked ? { isUnasked } : {}) };
  const { items, unreadable } = eachOnce(list.value, 'connection');
  const all = items.map((endpoint) => toServiceConnection(endpoint, project));
  // One that is shared with hundreds of projects has a long text: it is compared only where something came twice.
  const distinct =
    unreadable.length === 0
      ? all
      : [...new Map(all.map((connection) => [canonicalJson(connection), connection])).values()];
  return {
    // Two that differ both stay: the view calls such a connection unsettled.
    connections: complete(distinct),
    ...(unreadable.length > 0 ? { unreadable } : {}),
  };
}

/** Entry by entry, so that an odd one hides none of the others. */
export function readListEntries<Item>(
  body: Reading<unknown>,
  item: z.ZodType<Item>,
  what: string,
): Reading<Entries<Item>> {
  const list = readList(body, z.unknown());
  if (list.state === 'unknown') return list;
  const items: Item[] = [];
  const unreadable: Unknown[] = [];
  for (const value of list.value) {
    const read = item.safeParse(value);
    if (read.success) items.push(read.data);
    else
      unreadable.push(
        unreadableEntry(what, NamedDocument.safeParse(value).data?.name, getIssuePath(read.error)),
      );
  }
  return complete({ items, unreadable });
}

export function readList<Item>(body: Reading<unknown>, item: z.ZodType<Item>): Reading<readonly Item[]> {
  const list = shaped(ListDocument, body);
  if (list.state === 'unknown') return list;
  const { count, value } = list.value;
  if (count !== value.length) return countMismatch(count, value.length);
  return shaped(item.array(), complete(value));
}

export function shaped<Value>(schema: z.ZodType<Value>, reading: Reading<unknown>): Reading<Value> {
  if (reading.state === 'unknown') return reading;
  const { success, data, error } = schema.safeParse(reading.value);
  return success ? complete(data) : unexpectedShape(getIssuePath(error));
}

const getIssuePath = ({ issues }: z.ZodError) => issues[0]?.path ?? [];

/** What came twice changed its place while the list was read; another one may have fallen out of it meanwhile. */
function eachOnce<Item extends { readonly id: string }>(
  { items, unreadable }: Entries<Item>,
  what: string,
): Entries<Item> {
  const distinct = new Map(items.map((item) => [item.id, item])).size;
  return distinct === items.length
    ? { items, unreadable }
    : { items, unreadable: [...unreadable, duplicateIds(what)] };
}
