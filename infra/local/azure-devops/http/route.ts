import type { LoopbackRequest } from '../../loopback/loopback-server.ts';
import type { OrganizationRecord, Rights } from '../state/state.ts';
import { sameName } from '../state/world.ts';

export const operations = [
  'location',
  'connectionData',
  'projects',
  'project',
  'endpoints',
  'endpoint',
  'types',
  'oidctoken',
  'executionhistory',
  'pipelines',
  'pullRequests',
  'resourceAreas',
  'subscriptions',
  'notifications',
  'auditlog',
  'members',
  'roleassignments',
  'write',
  'unknown',
] as const;

/** What a request asks for; `write` is every change. */
export type Operation = (typeof operations)[number];

export interface ApiReply {
  readonly status: number;
  /** Absent: no body at all. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ApiRequest {
  readonly http: LoopbackRequest;
  readonly organization: OrganizationRecord;
  readonly caller: Rights;
  /** A named part of the route's template; empty when the template has none of that name. */
  readonly parameter: (name: string) => string;
}

export interface Route {
  readonly method: string;
  /** Literal parts compare without regard to case, `:name` takes one part. */
  readonly template: string;
  readonly operation: Operation;
  /** The resource exists only as preview: a version without `-preview` is refused. */
  readonly isPreview?: true;
  handle(request: ApiRequest): ApiReply | Promise<ApiReply>;
}

export function buildRoute(
  method: string,
  template: string,
  operation: Operation,
  handle: Route['handle'],
): Route {
  return { method, template, operation, handle };
}

export const markPreview = (route: Route): Route => ({ ...route, isPreview: true });

export interface RouteMatch {
  readonly route: Route;
  readonly parameters: Readonly<Record<string, string>>;
}

export function matchRoute(routes: readonly Route[], request: LoopbackRequest): RouteMatch | undefined {
  for (const route of routes) {
    if (route.method !== request.method) continue;
    const parameters = matchTemplate(route.template, request.segments);
    if (parameters) return { route, parameters };
  }
  return undefined;
}

function matchTemplate(template: string, segments: readonly string[]): Record<string, string> | undefined {
  const parts = template.split('/').filter(Boolean);
  if (parts.length !== segments.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    const segment = segments[index] ?? '';
    if (part.startsWith(':')) parameters[part.slice(1)] = segment;
    else if (!sameName(part, segment)) return undefined;
  }
  return parameters;
}

/** A list as Azure DevOps sends it. */
export interface ListBody {
  readonly count: number;
  readonly value: readonly unknown[];
}

export function buildList(value: readonly unknown[]): ListBody {
  return { count: value.length, value };
}

/** A page of a list. Its token counts the items that were already given; it is a header only (seen in several public clients). */
export function buildPage<Item>(
  all: readonly Item[],
  start: number,
  size: number,
  toDocument: (item: Item) => object,
): ApiReply {
  const end = start + size;
  const headers = end < all.length ? { 'x-ms-continuationtoken': String(end) } : {};
  return { status: 200, body: buildList(all.slice(start, end).map(toDocument)), headers };
}
