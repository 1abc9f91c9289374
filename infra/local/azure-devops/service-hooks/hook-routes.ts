import * as z from 'zod';
import { subscriptionStates } from '../../../../shared/domain/azure-devops/hook-subscription.ts';
import type { HookDeliveries, HookNotification } from './hook-deliveries.ts';
import { MASK, subscriptionById, type HookPlay, type SubscriptionInput } from './hook-subscriptions.ts';
import { buildRoute, buildList, type ApiReply, type ApiRequest, type Route } from '../http/route.ts';
import type { OrganizationRecord, SubscriptionRecord } from '../state/state.ts';
import { sameName } from '../state/world.ts';
import { parseBody } from '../http/request-values.ts';

const inputs = z.record(z.string(), z.string());
const Body = z.object({
  publisherId: z.string(),
  eventType: z.string(),
  resourceVersion: z.string().default('1.0-preview.1'),
  consumerId: z.string(),
  consumerActionId: z.string(),
  publisherInputs: inputs.default({}),
  consumerInputs: inputs.default({}),
  status: z.enum(subscriptionStates).default('enabled'),
});

const NotificationsQuery = z.object({
  subscriptionIds: z.array(z.string()).default([]),
  resultType: z.enum(['pending', 'succeeded', 'failed', 'filtered']).optional(),
  maxResultsPerSubscription: z.int().positive().default(100),
});

/** vsts-rest-api-specs, hooks: subscriptions, and what came of their deliveries. */
export function hookRoutes(serverUrl: () => string, play: HookPlay, deliveries: HookDeliveries): Route[] {
  const list = '/:organization/_apis/hooks/subscriptions';
  const one = `${list}/:subscription`;
  const shown = ({ organization }: ApiRequest, record: SubscriptionRecord): ApiReply => ({
    status: 200,
    body: toDocument(`${serverUrl()}/${organization.name}`, record),
  });
  return [
    buildRoute('GET', list, 'subscriptions', (request) => listSubscriptions(serverUrl(), request)),
    buildRoute('GET', one, 'subscriptions', (request) =>
      shown(request, subscriptionById(restrictHooks(request), request.parameter('subscription'))),
    ),
    buildRoute('POST', list, 'write', (request) =>
      shown(request, play.create(request.organization.name, parseInput(request))),
    ),
    buildRoute('PUT', one, 'write', (request) =>
      shown(
        request,
        play.update(request.organization.name, request.parameter('subscription'), parseInput(request)),
      ),
    ),
    buildRoute('DELETE', one, 'write', ({ organization, parameter }) => {
      play.remove(organization.name, parameter('subscription'));
      return { status: 204 };
    }),
    buildRoute('POST', '/:organization/_apis/hooks/notificationsquery', 'notifications', (request) =>
      queryNotifications(request, deliveries),
    ),
  ];
}

const parseInput = (request: ApiRequest): SubscriptionInput => parseBody(request, Body);

/** Without the right to view them there are none, as with projects and connections. */
function restrictHooks({ organization, caller }: ApiRequest): OrganizationRecord {
  return caller.seesHooks === false ? { ...organization, subscriptions: [] } : organization;
}

function listSubscriptions(url: string, request: ApiRequest): ApiReply {
  const { query } = request.http;
  const filters = ['publisherId', 'eventType', 'consumerId', 'consumerActionId'] as const;
  const found = (restrictHooks(request).subscriptions ?? []).filter((record) =>
    filters.every((name) => {
      const wanted = query.get(name);
      return wanted === null || sameName(wanted, record[name]);
    }),
  );
  const base = `${url}/${request.organization.name}`;
  return { status: 200, body: buildList(found.map((record) => toDocument(base, record))) };
}

function toDocument(base: string, { createdAt, modifiedAt, ...record }: SubscriptionRecord): object {
  const { basicAuthPassword: password, ...others } = record.consumerInputs;
  return {
    ...record,
    url: `${base}/_apis/hooks/subscriptions/${record.id}`,
    consumerInputs: { ...others, ...(password === undefined ? {} : { basicAuthPassword: MASK }) },
    createdDate: new Date(createdAt).toISOString(),
    modifiedDate: new Date(modifiedAt).toISOString(),
  };
}

/** Newest first. What is tried again is `pending` until its end, but has failed so far: it is found as `failed`. */
function queryNotifications(request: ApiRequest, deliveries: HookDeliveries): ApiReply {
  const { subscriptionIds, resultType, maxResultsPerSubscription } = parseBody(request, NotificationsQuery);
  const seen = (restrictHooks(request).subscriptions ?? []).map(({ id }) => id);
  const results = seen
    .filter((id) => subscriptionIds.some((wanted) => sameName(wanted, id)))
    .flatMap((id) =>
      deliveries
        .notifications()
        .filter((one) => one.subscriptionId === id && hasResult(one, resultType))
        .reverse()
        .slice(0, maxResultsPerSubscription),
    );
  return { status: 200, body: { results: results.map(notificationDocument) } };
}

function hasResult({ result, errorMessage }: HookNotification, wanted: string | undefined): boolean {
  const shown = errorMessage === undefined ? result : 'failed';
  return wanted === undefined || wanted === shown;
}

function notificationDocument({ id, subscriptionId, createdAt, result, errorMessage }: HookNotification) {
  return {
    id,
    subscriptionId,
    status: 'completed',
    result,
    createdDate: new Date(createdAt).toISOString(),
    details: { errorMessage: errorMessage ?? null },
  };
}
