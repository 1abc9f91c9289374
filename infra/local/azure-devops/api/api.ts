import type { CallLog } from '../http/call-log.ts';
import { errorReply } from '../http/error-reply.ts';
import { distort, isRefusal, refuse } from '../http/fault-answers.ts';
import type { Faults } from '../http/faults.ts';
import type { LoopbackAnswer, LoopbackOutcome, LoopbackRequest } from '../../loopback/loopback-server.ts';
import { findAnonymous, identifyCaller, unauthenticated, type Bearers } from './caller.ts';
import { checkMayManage } from '../http/permissions.ts';
import { RefusedError } from '../state/refusal.ts';
import { matchRoute, type ApiReply, type Operation, type RouteMatch, type Route } from '../http/route.ts';
import { jsonAnswer } from '../http/wire.ts';
import { findOrganization, organizationNamed, projectNamed, type World } from '../state/world.ts';

export interface ApiParts {
  readonly world: World;
  readonly routes: readonly Route[];
  readonly faults: Faults;
  readonly log: CallLog;
  readonly elsewhere: string;
  readonly bearers: Bearers;
}

/** One request of an organization's API: the fault that waits for it, or the true answer, or that answer distorted. */
export async function answerApi(parts: ApiParts, http: LoopbackRequest): Promise<LoopbackOutcome> {
  const match = matchRoute(parts.routes, http);
  const operation = match?.route.operation ?? 'unknown';
  const outcome = await produceOutcome(parts, http, match, operation);
  parts.log.add({
    organization: http.segments[0] ?? '',
    method: http.method,
    path: http.path,
    operation,
    status: typeof outcome === 'string' ? 0 : outcome.status,
    at: parts.world.now(),
  });
  return outcome;
}

async function produceOutcome(
  parts: ApiParts,
  http: LoopbackRequest,
  match: RouteMatch | undefined,
  operation: Operation,
): Promise<LoopbackOutcome> {
  const organization = http.segments[0] ?? '';
  const project = listNames(parts.world, organization, match?.parameters['project']);
  const taken = parts.faults.take(operation, organization, project);
  if (!taken) return trueAnswer(await trueReply(parts, http, match));
  const context = { http, elsewhere: parts.elsewhere, project: taken.match.project };
  if (isRefusal(taken.fault)) return refuse(taken.fault, context);
  const reply = await trueReply(parts, http, match);
  return isWire(reply) ? reply : distort(taken.fault, reply, context);
}

/** A project goes by its id and its name; one that is not there by what it was called. */
function listNames(world: World, organization: string, called: string | undefined): string[] | undefined {
  if (called === undefined) return undefined;
  const owner = findOrganization(world, organization);
  const project = owner && projectNamed(owner, called);
  return project ? [project.id, project.name] : [called];
}

/** An answer that is already text (the sign-in page) is not a document and is never distorted. */
function isWire(reply: ApiReply | LoopbackAnswer): reply is LoopbackAnswer {
  return 'text' in reply;
}

function trueAnswer(reply: ApiReply | LoopbackAnswer): LoopbackAnswer {
  return isWire(reply) ? reply : jsonAnswer(reply);
}

async function trueReply(
  { world, bearers }: ApiParts,
  http: LoopbackRequest,
  match: RouteMatch | undefined,
): Promise<ApiReply | LoopbackAnswer> {
  try {
    const organization = organizationNamed(world, http.segments[0] ?? '');
    const operation = match?.route.operation ?? 'unknown';
    const caller =
      (await identifyCaller(organization, http, bearers)) ?? findAnonymous(organization, operation);
    if (!caller) return unauthenticated(http);
    if (!match) throw new RefusedError(404, 'VssResourceNotFoundException', 'The resource cannot be found.');
    checkVersion(match.route, http);
    if (match.route.operation === 'write') checkMayManage(caller);
    return await match.route.handle({
      http,
      organization,
      caller,
      parameter: (name) => match.parameters[name] ?? '',
    });
  } catch (error) {
    return errorReply(error);
  }
}

/** The last one that is no preview, and the latest (azure-devops-docs, rest-api-versioning). */
const [RELEASED, LATEST] = [7.1, 7.2];

/** Writes must name a version, in Accept or in the query. */
function checkVersion(route: Route, { method, headers, query }: LoopbackRequest): void {
  const inAccept = /api-version=([^;,\s]+)/i.exec(headers.accept ?? '')?.[1];
  const version = query.get('api-version') ?? inAccept;
  if (version !== undefined) checkSupported(route, version);
  else if (method !== 'GET' && method !== 'OPTIONS')
    throw new RefusedError(
      400,
      'VssVersionNotSpecifiedException',
      `No api-version was supplied for the "${method}" request.`,
    );
}

/** A preview, of a resource or of a whole version, must be asked for as one. */
function checkSupported({ isPreview }: Route, version: string): void {
  const [, text = '', preview] = /^(\d+\.\d+)(-preview(?:\.\d+)?)?$/.exec(version) ?? [];
  const number = Number(text || Infinity);
  // In the words of azure-devops-docs issue 13083.
  if (number > LATEST)
    throw new RefusedError(
      400,
      'VssVersionOutOfRangeException',
      `The requested REST API version of ${version} is out of range for this server. The latest REST API version this server supports is ${LATEST}.`,
    );
  if (preview === undefined && (isPreview === true || number > RELEASED))
    throw new RefusedError(
      400,
      'VssInvalidPreviewVersionException',
      `The requested version "${version}" of the resource is under preview. The -preview flag must be supplied.`,
    );
}
