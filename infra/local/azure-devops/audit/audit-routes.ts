import type { AuditLog } from './audit-log.ts';
import { RefusedError } from '../state/refusal.ts';
import { buildRoute, markPreview, type ApiReply, type ApiRequest, type Route } from '../http/route.ts';
import type { OrganizationRecord } from '../state/state.ts';
import { readWholeNumber } from '../http/request-values.ts';

/** vsts-rest-api-specs, audit. The real one is at auditservice.dev.azure.com/{organization}. */
export function auditRoutes(log: AuditLog, pageSize: number): Route[] {
  return [
    markPreview(
      buildRoute('GET', '/:organization/_apis/audit/auditlog', 'auditlog', (request) =>
        page(log, request, pageSize),
      ),
    ),
  ];
}

/** The token counts the entries that were already given. */
function page(log: AuditLog, request: ApiRequest, pageSize: number): ApiReply {
  const { organization, caller, http } = request;
  if (!isAudited(organization) || caller.seesAudit === false)
    throw new RefusedError(403, 'AccessCheckException', 'VS800075: View audit log is needed.');
  const from = readTime(http.query, 'startTime') ?? 0;
  const to = readTime(http.query, 'endTime') ?? Infinity;
  const all = log.entries(organization.id, from, to);
  const start = readWholeNumber(http.query, 'continuationToken') ?? 0;
  const end = start + Math.min(readWholeNumber(http.query, 'batchSize') ?? pageSize, pageSize);
  const omitted = new Set<string>(log.omitted());
  const entries = all
    .slice(start, end)
    .map((entry) =>
      Object.fromEntries(
        Object.entries(toDocument(organization, entry)).filter(([member]) => !omitted.has(member)),
      ),
    );
  const hasMore = end < all.length;
  return {
    status: 200,
    body: { decoratedAuditLogEntries: entries, continuationToken: hasMore ? String(end) : null, hasMore },
  };
}

/** Only organizations that are connected to Entra have one, and it has to be switched on. */
const isAudited = ({ tenantId, audits = tenantId !== undefined }: OrganizationRecord) => audits;

function readTime(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return time;
  throw new RefusedError(400, 'VssPropertyValidationException', `The value of ${name} is not a time.`);
}

function toDocument(
  organization: OrganizationRecord,
  entry: ReturnType<AuditLog['entries']>[number],
): object {
  const { id, actorUPN, at, actionId, projectId, data } = entry;
  const project = organization.projects.find((one) => one.id === projectId);
  const guid = id.split(';').at(-1);
  return {
    id,
    correlationId: guid,
    activityId: guid,
    actorUPN,
    actorDisplayName: actorUPN.split('@')[0] ?? '',
    authenticationMechanism: 'PAT',
    timestamp: new Date(at).toISOString(),
    scopeType: 'organization',
    scopeId: organization.id,
    scopeDisplayName: `${organization.name} (Organization)`,
    projectId: projectId ?? '00000000-0000-0000-0000-000000000000',
    projectName: project?.name ?? '',
    ipAddress: '127.0.0.1',
    userAgent: 'local',
    actionId,
    data,
    area: actionId.split('.')[0] ?? '',
    category: 'modify',
    details: '',
  };
}
