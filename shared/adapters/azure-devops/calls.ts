import type * as z from 'zod';
import type { OrganizationId, ProjectId } from '../../domain/ids.ts';
import { complete } from '../../domain/reading.ts';
import type { Reading } from '../../domain/reading.ts';
import type { ServiceConnection } from '../../domain/service-connection.ts';
import type { Client } from './client.ts';
import { countMismatch, duplicateIds, repeatedContinuationToken, unexpectedShape } from './errors.ts';
import { connectionOf } from './mapping.ts';
import type { Project } from './mapping.ts';
import { ConnectionData, EndpointDocument, ListDocument, ProjectDocument } from './schema.ts';

const API_VERSION = '7.1';
/** `connectionData` exists as a preview only. */
const PREVIEW_VERSION = '7.1-preview.1';
const PAGE_SIZE = 100;
/** Far more than an organization has: a list that has not ended by then never will. */
const MAX_PAGES = 1000;

/** Who answers. `instanceId` is the GUID that the issuer's address ends with (terraform-provider-stackit issue 1321). */
export async function readIdentity(client: Client): Promise<Reading<OrganizationId>> {
  const { body } = await client.get('/_apis/connectionData', { 'api-version': PREVIEW_VERSION });
  if (body.state === 'unknown') return body;
  const data = shaped(ConnectionData, body.value);
  return data.state === 'unknown' ? data : complete(data.value.instanceId);
}

/** Pages until no token comes and the page is not full: a full one may be followed by more. */
export async function readProjects(client: Client): Promise<Reading<readonly ProjectDocument[]>> {
  let projects: readonly ProjectDocument[] = [];
  const tokens = new Set<string>();
  let next: Readonly<Record<string, string>> = {};
  while (tokens.size < MAX_PAGES) {
    const query = { stateFilter: 'wellFormed', $top: String(PAGE_SIZE), 'api-version': API_VERSION };
    const { body, continuationToken: token } = await client.get('/_apis/projects', { ...query, ...next });
    const list = readList(body, ProjectDocument);
    if (list.state === 'unknown') return list;
    if (token !== undefined && tokens.has(token)) break;
    const all = distinct([...projects, ...list.value], 'project');
    if (all.state === 'unknown') return all;
    if (token === undefined && list.value.length < PAGE_SIZE) return all;
    projects = all.value;
    if (token !== undefined) tokens.add(token);
    next = token === undefined ? { $skip: String(projects.length) } : { continuationToken: token };
  }
  return repeatedContinuationToken;
}

/** One project by its id, whatever it is called now. */
export async function readProjectDocument(client: Client, id: ProjectId): Promise<Reading<ProjectDocument>> {
  const { body } = await client.get(`/_apis/projects/${id}`, { 'api-version': API_VERSION });
  if (body.state === 'unknown') return body;
  const project = shaped(ProjectDocument, body.value);
  return project.state === 'complete' && project.value.id !== id ? unexpectedShape(['id']) : project;
}

/** Connections of all types; there are no pages. Those whose creation failed are left out unless asked for. */
export async function readConnections(
  client: Client,
  project: Project,
): Promise<Reading<readonly ServiceConnection[]>> {
  const { body } = await client.get(`/${project.id}/_apis/serviceendpoint/endpoints`, {
    includeFailed: 'true',
    'api-version': API_VERSION,
  });
  const list = readList(body, EndpointDocument);
  if (list.state === 'unknown') return list;
  return distinct(
    list.value.map((endpoint) => connectionOf(endpoint, project)),
    'connection',
  );
}

export function readList<Item>(body: Reading<unknown>, item: z.ZodType<Item>): Reading<readonly Item[]> {
  if (body.state === 'unknown') return body;
  const list = shaped(ListDocument, body.value);
  if (list.state === 'unknown') return list;
  const { count, value } = list.value;
  if (count !== value.length) return countMismatch(count, value.length);
  return shaped(item.array(), value);
}

export function shaped<Value>(schema: z.ZodType<Value>, value: unknown): Reading<Value> {
  const { success, data, error } = schema.safeParse(value);
  return success ? complete(data) : unexpectedShape(error.issues[0]?.path ?? []);
}

function distinct<Item extends { readonly id: string }>(
  items: readonly Item[],
  what: string,
): Reading<readonly Item[]> {
  return new Set(items.map(({ id }) => id)).size === items.length ? complete(items) : duplicateIds(what);
}
