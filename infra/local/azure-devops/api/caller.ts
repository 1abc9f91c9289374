import type { LoopbackAnswer, LoopbackRequest } from '../../loopback/loopback-server.ts';
import { errorAnswer, signInPage } from '../http/wire.ts';
import type { JobTokens } from '../pipelines/job-access.ts';
import type { Operation } from '../http/route.ts';
import type { OrganizationRecord, Rights } from '../state/state.ts';
import { sameName } from '../state/world.ts';
import type { EntraTokens } from '../tokens/entra-tokens.ts';

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
 * Whoever has not signed in, or with a token that is not taken, is answered as an anonymous user where a project is public
 * (azsk/ADOScanner, ContextHelper.ps1), and may read what is of that project. What is of no project is refused
 * (azure-devops-docs, extend/develop/public-project).
 */
export function findAnonymous({ projects }: OrganizationRecord, operation: Operation): Rights | undefined {
  const open = projects.filter(({ state, visibility }) => state === 'wellFormed' && visibility === 'public');
  if (open.length === 0 || !['connectionData', 'endpoints', 'endpoint'].includes(operation)) return undefined;
  return { access: 'read', projects: open.map(({ id }) => id), connections: [], isAnonymous: true };
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
