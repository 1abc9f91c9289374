import type { LoopbackAnswer, LoopbackRequest } from '../../loopback/loopback-server.ts';
import type { EntraTokens } from '../tokens/entra-tokens.ts';
import type { JobTokens } from '../pipelines/job-access.ts';
import { RefusedError } from '../state/refusal.ts';
import type { ConnectionRecord, OrganizationRecord, ProjectRecord, Rights } from '../state/state.ts';
import { errorAnswer, signInPage } from './wire.ts';
import { liveProject, sameName } from '../state/world.ts';

/** Whose bearer tokens are taken. */
export interface Bearers {
  readonly entra: EntraTokens;
  readonly jobs: JobTokens;
}

/**
 * Who calls: `Basic base64(user:token)` is a personal access token, `Bearer token` one of Entra or of a running job
 * (azure-devops-docs, use personal access tokens; service-principal-managed-identity; predefined variables,
 * System.AccessToken). `undefined` for anybody else.
 */
export async function identifyCaller(
  organization: OrganizationRecord,
  { headers }: LoopbackRequest,
  { entra, jobs }: Bearers,
): Promise<Rights | undefined> {
  const [scheme = '', value = ''] = (headers.authorization ?? '').split(' ');
  if (sameName(scheme, 'Bearer'))
    return jobs.findCaller(organization, value) ?? entra.findPrincipal(organization, value);
  if (!sameName(scheme, 'Basic')) return undefined;
  const text = Buffer.from(value, 'base64').toString('utf8');
  const token = text.slice(text.indexOf(':') + 1);
  return organization.pats.find((pat) => pat.token === token);
}

/**
 * A sign-in page with 203 on GET and POST, 401 on the rest (azure-devops-auth-samples issue 52); with the header that
 * suppresses the redirect, 401 always.
 */
export function unauthenticated(request: LoopbackRequest): LoopbackAnswer {
  const isSuppressed = sameName(String(request.headers['x-tfs-fedauthredirect'] ?? ''), 'Suppress');
  if (!isSuppressed && (request.method === 'GET' || request.method === 'POST')) return signInPage;
  return errorAnswer(
    401,
    'UnauthorizedRequestException',
    'TF400813: The user is not authorized to access this resource.',
    {
      'www-authenticate': 'Basic realm="local"',
      'x-tfs-serviceerror': 'TF400813',
    },
  );
}

export function canReadProject(caller: Rights, project: ProjectRecord): boolean {
  return (
    caller.projects?.some((named) => sameName(named, project.id) || sameName(named, project.name)) ?? true
  );
}

/** Read is granted per connection (microsoft/winappCli pull request 850), or for all of a project by a role. */
export function canReadConnection(
  caller: Rights,
  connection: ConnectionRecord,
  project: Pick<ProjectRecord, 'id'>,
): boolean {
  const isListed = caller.connections?.some((named) => sameName(named, connection.id)) ?? true;
  return isListed || caller.roles?.[project.id] !== undefined;
}

/**
 * ViewAuthorization, which the role User gives and Reader does not (terraform-provider-azuredevops pull request 1559). That
 * Creator alone shows anything but the name is documented nowhere.
 */
export function canViewAuthorization(
  caller: Rights,
  connection: ConnectionRecord,
  project: Pick<ProjectRecord, 'id'>,
): boolean {
  const isListed = caller.authorizations?.some((named) => sameName(named, connection.id)) ?? true;
  return isListed || ['User', 'Administrator'].includes(caller.roles?.[project.id] ?? '');
}

/** An unreadable project is refused with the very words of a missing one. @throws RefusedError 404 */
export function readableProject(
  organization: OrganizationRecord,
  caller: Rights,
  nameOrId: string,
): ProjectRecord {
  const project = liveProject(organization, nameOrId);
  return canReadProject(caller, project) ? project : liveProject({ ...organization, projects: [] }, nameOrId);
}

/** @throws RefusedError 403 */
export function checkMayManage(caller: Rights): void {
  if (caller.access === 'read')
    throw new RefusedError(403, 'AccessCheckException', 'VS800075: The token may only read.');
}
