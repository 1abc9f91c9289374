import * as z from 'zod';
import { readFields } from '../../domain/kernel/json.ts';
import { complete, mapReading, type Reading } from '../../domain/kernel/result.ts';
import {
  HOOK_CONSUMER,
  HOOK_PUBLISHER,
  hookEvents,
  subscriptionBody,
} from '../../domain/azure-devops/hook-subscription.ts';
import type { HookSubscription, MadeSubscriptions } from '../../domain/azure-devops/hook-subscription.ts';
import { parseProjectId, parseSubscriptionId, type SubscriptionId } from '../../domain/kernel/ids.ts';
import type {
  HookSession,
  HookFailure,
  HookSubscriptionReader,
  HookSubscriptionWriter,
  SubscriptionOrder,
} from '../../ports/service-connections.ts';
import { readList, shaped } from './calls.ts';
import { duplicateIds } from './errors.ts';
import type { Operator, OperatorClient } from './operator.ts';
import {
  CreatedSubscription,
  NotificationDocument,
  NotificationsDocument,
  SubscriptionDocument,
} from './schema.ts';

const path = '/_apis/hooks/subscriptions';
const version = { 'api-version': '7.1' };

/** Service hook subscriptions over REST (vsts-rest-api-specs, hooks). */
export function createHookSession(operator: Operator): HookSession {
  return (organization, work) =>
    operator(organization, (client) => work({ ...createReader(client), ...createWriter(client) }));
}

const createReader = ({ get, send }: OperatorClient): HookSubscriptionReader => ({
  async list(made = new Map()) {
    const query = { publisherId: HOOK_PUBLISHER, consumerId: HOOK_CONSUMER, ...version };
    const list = readList(await get(path, query), z.unknown());
    const ours = mapReading(list, (all) => all.filter((one) => !isOfOthers(one, made)));
    return refuseTwins(
      mapReading(shaped(SubscriptionDocument.array(), ours), (all) => all.map(toSubscription)),
    );
  },
  async lastFailures(ids) {
    if (ids.length === 0) return complete(new Map());
    const query = { subscriptionIds: ids, resultType: 'failed', maxResultsPerSubscription: 1 };
    const body = { ...query, includeDetails: true };
    return parseFailures(await send('POST', '/_apis/hooks/notificationsquery', version, body));
  },
});

/** The second of two with one id is no superfluous subscription: whoever removed it would remove the only one. */
function refuseTwins(list: Reading<readonly HookSubscription[]>): Reading<readonly HookSubscription[]> {
  if (list.state === 'unknown') return list;
  const ids = new Set(list.value.map(({ id }) => id));
  return ids.size === list.value.length ? list : duplicateIds('service hook subscription');
}

/** Surely somebody else's: whatever is odd about it hides nothing of ours. */
function isOfOthers(document: unknown, made: MadeSubscriptions): boolean {
  const fields = readFields(document);
  const id = typeof fields['id'] === 'string' ? parseSubscriptionId(fields['id']) : undefined;
  if (id !== undefined && made.has(id)) return false;
  return Object.entries(known).some(([name, values]) => {
    const value = fields[name];
    return typeof value === 'string' && !values.includes(value);
  });
}

const known: Readonly<Record<string, readonly string[]>> = {
  eventType: hookEvents,
  publisherId: [HOOK_PUBLISHER],
  consumerId: [HOOK_CONSUMER],
};

function createWriter({ get, send }: OperatorClient): HookSubscriptionWriter {
  const buildBody = ({ receiver, password, ...wanted }: SubscriptionOrder) =>
    subscriptionBody(wanted, receiver, password);
  const remove = (id: SubscriptionId) => send('DELETE', `${path}/${id}`, version);

  async function create(order: SubscriptionOrder): Promise<Reading<SubscriptionId>> {
    const made = await send('POST', path, version, buildBody(order));
    return mapReading(shaped(CreatedSubscription, made), ({ id }) => id);
  }

  return {
    create,
    remove,
    async update(id, order) {
      const sent = await send('PUT', `${path}/${id}`, version, { id, ...buildBody(order) });
      if (sent.state === 'unknown') return sent;
      // Whether an update enables what the system disabled is documented nowhere: it is looked at.
      const after = shaped(SubscriptionDocument, await get(`${path}/${id}`, version));
      if (after.state === 'unknown') return after;
      if (!after.value.status.startsWith('disabled')) return complete(id);
      const removed = await remove(id);
      return removed.state === 'unknown' ? removed : create(order);
    },
  };
}

function toSubscription(read: SubscriptionDocument): HookSubscription {
  const { status, publisherInputs, consumerInputs, ...document } = read;
  const projectId = parseProjectId(publisherInputs?.['projectId'] ?? '');
  const inputs = Object.entries(consumerInputs ?? {}).map(([name, value]) => [name, value ?? ''] as const);
  return {
    ...document,
    state: status,
    ...(projectId === undefined ? {} : { projectId }),
    inputs: Object.fromEntries(inputs),
  };
}

/** The latest of each, in whatever order they come. One that cannot be read takes no other with it: they only explain. */
const parseFailures = (body: Reading<unknown>): Reading<ReadonlyMap<SubscriptionId, HookFailure>> =>
  mapReading(shaped(NotificationsDocument, body), ({ results }) => {
    const read = (results ?? []).flatMap((one) => NotificationDocument.safeParse(one).data ?? []);
    const inOrder = read.sort((a, b) => (a.createdDate < b.createdDate ? -1 : 1));
    return new Map(
      inOrder.map(({ subscriptionId, createdDate, details }) => [
        subscriptionId,
        { at: createdDate, message: details?.errorMessage ?? '' },
      ]),
    );
  });
