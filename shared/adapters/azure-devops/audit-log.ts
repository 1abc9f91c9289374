import { isOfInterest, type AuditEntry, type AuditWindow } from '../../domain/discovery/audit-entry.ts';
import type { Organization } from '../../domain/configuration/configuration.ts';
import { parseConnectionId, parseOrganizationId, parseProjectId } from '../../domain/kernel/ids.ts';
import { complete, unknown, type Reading } from '../../domain/kernel/result.ts';
import type { AuditLogReader, AuditReading } from '../../ports/service-connections.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CredentialSource } from '../../ports/credentials.ts';
import { problemOfAddress, resolveServiceUrl } from './address.ts';
import { shaped } from './calls.ts';
import { openClient, type Client } from './client.ts';
import { refusedAddress, repeatedContinuationToken, withoutCredential } from './errors.ts';
import { AuditActionDocument, AuditEntryDocument, AuditPageDocument } from './schema.ts';
import type { OrganizationInventory } from '../../domain/azure-devops/inventory.ts';
import type { Located } from './locate.ts';
import { formatInstant } from '../../domain/kernel/durations.ts';

export interface AuditLogOptions extends Pick<CredentialSource, 'getCredential'> {
  readonly clock: Clock;
  readonly maxWaitMs?: number;
  readonly requestTimeoutMs?: number;
}

const BATCH = 1_000;
/** Far more than the hours of a window hold. */
const MAX_PAGES = 500;
const LONGEST_ACTOR = 200;

/** vsts-rest-api-specs, audit. There is no filter by action: everything that happened has to be paged through. */
export function createAuditLogReader(options: AuditLogOptions): AuditLogReader {
  const { getCredential, clock, maxWaitMs = 60_000, requestTimeoutMs = 60_000 } = options;
  return {
    async read(organization, window) {
      const problem = problemOfAddress(organization.url);
      if (problem !== undefined) return refusedAddress(problem);
      const credential = await getCredential(organization).then(complete, withoutCredential);
      if (credential.state === 'unknown') return credential;
      const client = openClient({
        organization: { ...organization, url: resolveServiceUrl(organization, 'auditservice') },
        credential: credential.value,
        clock,
        maxWaitMs,
        requestTimeoutMs,
      });
      try {
        return await readPages(client, organization, window);
      } finally {
        client.close();
      }
    },
  };
}

async function readPages(
  client: Pick<Client, 'get'>,
  organization: Organization,
  { from, to }: AuditWindow,
): Promise<Reading<AuditReading>> {
  const entries: AuditEntry[] = [];
  let unreadable = 0;
  const tokens = new Set<string>();
  let next: Readonly<Record<string, string>> = {};
  while (tokens.size < MAX_PAGES) {
    const { body } = await client.get('/_apis/audit/auditlog', {
      startTime: formatInstant(from),
      endTime: formatInstant(to),
      batchSize: String(BATCH),
      skipAggregation: 'true',
      'api-version': '7.1-preview.1',
      ...next,
    });
    const page = shaped(AuditPageDocument, body);
    if (page.state === 'unknown') return page;
    const { decoratedAuditLogEntries: documents, hasMore, continuationToken } = page.value;
    for (const document of documents) {
      const entry = parseEntry(document, organization);
      if (entry === 'unreadable') unreadable += 1;
      else if (entry) entries.push(entry);
    }
    if (!hasMore) return complete({ entries, unreadable });
    // More is said to come, and nobody says where: that is not the end.
    if (typeof continuationToken !== 'string' || tokens.has(continuationToken)) break;
    tokens.add(continuationToken);
    next = { continuationToken };
  }
  return repeatedContinuationToken;
}

/**
 * `undefined` for an entry that is not of interest. An entry that may be of interest and cannot be used is `unreadable`, so
 * that a log whose shape has changed is never mistaken for a quiet one.
 */
function parseEntry(document: unknown, { id }: Organization): AuditEntry | 'unreadable' | undefined {
  const action = AuditActionDocument.safeParse(document);
  if (!action.success) return 'unreadable';
  if (!isOfInterest(action.data)) return undefined;
  const parsed = AuditEntryDocument.safeParse(document);
  if (!parsed.success || isOfAnother(parsed.data, id)) return 'unreadable';
  const { actionId, timestamp, actorUPN, actorDisplayName = '' } = parsed.data;
  return {
    id: parsed.data.id,
    actionId,
    at: timestamp,
    ...parseIds(parsed.data),
    actor: (actorUPN ?? actorDisplayName).slice(0, LONGEST_ACTOR),
    ...readActorIds(parsed.data),
  };
}

/** An id of zeros stands for none. */
function readActorIds(document: AuditEntryDocument): Pick<AuditEntry, 'actorIds'> {
  const { actorUPN, actorUserId, actorCUID, actorClientId } = document;
  const ids = [actorUPN, actorUserId, actorCUID, actorClientId].filter(
    (id) => id !== undefined && id.length <= LONGEST_ACTOR && /[^0-]/.test(id),
  );
  return ids.length > 0 ? { actorIds: ids.filter((id) => id !== undefined) } : {};
}

/**
 * `scopeId` is the organization's id, unless the entry says that its scope is something else (AuditScopeType: a project, or
 * the enterprise). An entry without one is of the organization whose log was read.
 */
function isOfAnother({ scopeId, scopeType }: AuditEntryDocument, organization: string): boolean {
  const id = parseOrganizationId(scopeId ?? '');
  if (id === undefined || !/[1-9a-f]/.test(id)) return false;
  return id !== organization && !otherScopes.includes(scopeType?.toLowerCase() ?? '');
}

const otherScopes: readonly string[] = ['project', 'enterprise', 'deployment'];

function parseIds({ projectId, data }: AuditEntryDocument): Pick<AuditEntry, 'projectId' | 'connectionId'> {
  const project = readProjectId(projectId) ?? readProjectId(data?.['ProjectId']);
  const connection = readId(parseConnectionId, data?.['ConnectionId']);
  return {
    ...(project === undefined ? {} : { projectId: project }),
    ...(connection === undefined ? {} : { connectionId: connection }),
  };
}

/** An entry of no project names the empty GUID. */
function readProjectId(value: unknown) {
  const id = readId(parseProjectId, value);
  return id !== undefined && /[1-9a-f]/.test(id) ? id : undefined;
}

function readId<Id>(parse: (text: string) => Id | undefined, value: unknown): Id | undefined {
  return typeof value === 'string' ? parse(value) : undefined;
}

type Seen = Pick<OrganizationInventory, 'identity' | 'requests'>;
type Identity = Extract<OrganizationInventory['identity'], { readonly state: 'complete' }>['value'];

/** How an organization is found by its GUID. */
type Locate = (
  organization: Organization,
) => Promise<{ readonly located: Reading<Located>; readonly requests: number }>;

/** What an address may answer that is nobody's any more. That a token is not taken, or nothing comes, says nothing of it. */
const movedCodes = ['not-found', 'redirected'];

/**
 * A look under the name that the service has for the pinned GUID. Tokens hold that name, and trusts compare it with case;
 * organizations are addressed in any case, so that nothing that is answered under the configured name tells its spelling.
 *
 *     under the configured name answers      | then
 *     ---------------------------------------+----------------------------------------------------------------------
 *     the pinned GUID                        | the name that the service has under this GUID, capitals included
 *     the pinned GUID, whose name is not     | the configured name, and why its spelling is not confirmed
 *     told, or not with capitals             |
 *     nobody                                 | the look is repeated where the service has the GUID, which must answer there
 *     another GUID, or no taker of the token | that is it: the organization is halted
 *
 * `isNamed`: only a look at all of an organization is asked for its name.
 */
export function followingRenames<View extends Seen>(
  observe: (organization: Organization) => Promise<View>,
  locate: Locate,
  { isNamed }: { readonly isNamed: boolean },
): (organization: Organization) => Promise<View> {
  return async (organization) => {
    const first = await observe(organization);
    const isKnown = isPinned(organization, first);
    if (isKnown ? !isNamed : !hasMoved(first)) return first;
    const { located, requests } = await locate(organization);
    const asked = { ...first, requests: first.requests + requests };
    const identity = complete(toIdentity(organization, located));
    if (isKnown) return { ...asked, identity };
    if (located.state === 'unknown' || isSame(located.value.name, organization.name)) return asked;
    const second = await observe({ ...organization, url: located.value.url });
    const all = { requests: asked.requests + second.requests };
    return isPinned(organization, second) ? { ...second, ...all, identity } : { ...asked, ...all };
  };
}

const hasMoved = ({ identity }: Seen) => identity.state === 'unknown' && movedCodes.includes(identity.code);

const isPinned = ({ id }: Organization, { identity }: Seen) =>
  identity.state === 'complete' && identity.value.id === id;

function toIdentity({ id, name }: Organization, located: Reading<Located>): Identity {
  if (located.state === 'unknown') return { id, name, nameProblem: located };
  const { name: reported, isSpelled } = located.value;
  if (isSpelled) return { id, name: reported };
  const nameProblem = unknown(
    'no-capitals',
    `The service gives the address ${reported}.visualstudio.com, which does not show capitals.`,
  );
  return { id, name: isSame(reported, name) ? name : reported, nameProblem };
}

/** Names of organizations are the same in any case; their tokens have one spelling. */
const isSame = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
