import { randomUUID } from 'node:crypto';
import { indexConnections, deriveEvents, hookBody, type HookEvent } from './hook-events.ts';
import { chooseReaction, type Attempts } from './hook-reaction.ts';
import type { HookPlay } from './hook-subscriptions.ts';
import type { OrganizationRecord, SubscriptionRecord } from '../state/state.ts';
import { sameName, type World } from '../state/world.ts';

/** One event that one subscription is told of. */
export interface HookNotification {
  readonly id: number;
  readonly subscriptionId: string;
  readonly organizationId: string;
  readonly text: string;
  /** Epoch ms. */
  readonly createdAt: number;
  readonly dueAt: number;
  readonly attempts: Attempts;
  readonly result: 'pending' | 'succeeded' | 'failed';
  /** Of the last attempt that failed. */
  readonly errorMessage?: string;
}

export interface HookDeliveries {
  /** Posts what is due by now. Resolves to how many posts that were. */
  readonly deliver: () => Promise<number>;
  /** Oldest first. */
  notifications(): readonly HookNotification[];
}

const PATIENCE_MS = 10_000;

/** Follows the world: what happens to connections waits until it is delivered. */
export function createHookDeliveries(world: World, hooks: HookPlay): HookDeliveries {
  let known = indexConnections(world.state());
  let all: readonly HookNotification[] = [];
  world.onChange(() => {
    const now = indexConnections(world.state());
    const events = deriveEvents(known, now);
    known = now;
    all = events.reduce((before, event) => [...before, ...shown(world, event, before.length)], all);
  });

  async function attempt(notification: HookNotification): Promise<HookNotification> {
    const found = findSubscription(world, notification);
    if (!found || !isTried(found.subscription, notification)) return { ...notification, result: 'failed' };
    const { organization, subscription } = found;
    const answer = await post(subscription, notification.text);
    const { status, again } = chooseReaction(answer, notification.attempts);
    if (status !== subscription.status) hooks.setStatus(organization.name, subscription.id, status);
    if (again) {
      const dueAt = world.now() + again.afterMs;
      return { ...notification, dueAt, attempts: again.attempts, errorMessage: formatMessage(answer) };
    }
    if (status === 'enabled') return { ...notification, result: 'succeeded' };
    return { ...notification, result: 'failed', errorMessage: formatMessage(answer) };
  }

  return {
    notifications: () => all,
    async deliver() {
      const due = all.filter(({ result, dueAt }) => result === 'pending' && dueAt <= world.now());
      for (const notification of due) {
        const after = await attempt(notification);
        all = all.map((one) => (one.id === after.id ? after : one));
      }
      return due.length;
    },
  };
}

function shown(world: World, event: HookEvent, count: number): readonly HookNotification[] {
  const organization = world.state().organizations.find(({ id }) => id === event.organizationId);
  return (organization?.subscriptions ?? [])
    .filter((subscription) => wants(subscription, event))
    .map(({ id: subscriptionId }, index) => {
      const id = count + index + 1;
      const body = hookBody(event, { subscriptionId, notificationId: id, id: randomUUID() });
      return {
        id,
        subscriptionId,
        organizationId: event.organizationId,
        text: JSON.stringify(body),
        createdAt: world.now(),
        dueAt: world.now(),
        attempts: { isProbe: false, failed: 0 },
        result: 'pending',
      };
    });
}

/** What happens while a subscription is on probation is lost to it. */
function wants({ status, eventType, publisherInputs }: SubscriptionRecord, event: HookEvent): boolean {
  const { projectId = '' } = publisherInputs;
  return (
    status === 'enabled' &&
    eventType === event.eventType &&
    (projectId === '' || sameName(projectId, event.projectId))
  );
}

function findSubscription(
  world: World,
  { organizationId, subscriptionId }: HookNotification,
): { readonly organization: OrganizationRecord; readonly subscription: SubscriptionRecord } | undefined {
  const organization = world.state().organizations.find(({ id }) => id === organizationId);
  const subscription = organization?.subscriptions?.find(({ id }) => id === subscriptionId);
  return organization && subscription ? { organization, subscription } : undefined;
}

/** On probation only the probe is sent. */
function isTried({ status }: SubscriptionRecord, { attempts }: HookNotification): boolean {
  return status === 'enabled' || (status === 'onProbation' && attempts.isProbe);
}

async function post({ consumerInputs }: SubscriptionRecord, text: string): Promise<number | 'none'> {
  const { url = '', basicAuthUsername: user = '', basicAuthPassword: password = '' } = consumerInputs;
  try {
    const { status } = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
        'content-type': 'application/json; charset=utf-8',
      },
      body: text,
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return status;
  } catch {
    return 'none';
  }
}

const formatMessage = (answer: number | 'none') =>
  answer === 'none' ? 'The request could not be completed.' : `The server answered ${answer}.`;
