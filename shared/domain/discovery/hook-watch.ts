import type { Organization } from '../configuration/configuration.ts';
import type { ProjectId } from '../kernel/ids.ts';
import { appendEvent } from '../records/outbox.ts';
import type { LostSubscription, RecordedHooks, SeenSubscription } from '../records/hook-records.ts';
import type { HookEvent, HookSubscription, HookReceiver } from '../azure-devops/hook-subscription.ts';
import { hookEvents, matchWanted } from '../azure-devops/hook-subscription.ts';

/** What a sweep rests on: whole lists, read with the service's own credential. */
export interface HookSweep {
  readonly organization: Organization;
  readonly receiver: HookReceiver;
  /** That a grant covers. */
  readonly projects: readonly { readonly id: ProjectId; readonly name: string }[];
  readonly subscriptions: readonly HookSubscription[];
}

interface Slot {
  readonly projectId: ProjectId;
  readonly event: HookEvent;
  readonly seen: readonly SeenSubscription[];
  readonly lost: readonly LostSubscription[];
}

/**
 * The record after a sweep; the same value when it says the same. For each covered project and event:
 *
 *     listed, one is enabled      remembered as seen
 *     listed, none is enabled     remembered as seen, and lost
 *     not listed, seen before     lost: missing
 *     never seen                  nothing: whoever may not view subscriptions is shown none
 *
 * What is lost and was not told before is told, all of it in one event.
 */
export function watchHooks(before: RecordedHooks, sweep: HookSweep, now: number): RecordedHooks {
  // Of an item that this release cannot read, the passwords and what was lost are not known.
  if (before.unreadable) return before;
  const slots = sweep.projects
    .flatMap(({ id }) => hookEvents.map((event) => buildSlot(before, sweep, id, event)))
    .sort((a, b) => (slotKey(a) < slotKey(b) ? -1 : 1));
  const seen = slots.flatMap((slot) => slot.seen);
  const lost = slots.flatMap((slot) => slot.lost);
  if (isSame(before.seen, seen) && isSame(before.lost, lost)) return before;
  const after = { ...before, seen, lost };
  const known = new Set(before.lost.map(lostKey));
  const fresh = lost.filter((one) => !known.has(lostKey(one)));
  if (fresh.length === 0) return after;
  return appendEvent(after, 'hook.subscription-lost.v1', describe(sweep, fresh), now);
}

function buildSlot(
  { seen }: RecordedHooks,
  { subscriptions, receiver }: HookSweep,
  projectId: ProjectId,
  event: HookEvent,
): Slot {
  const isHere = (one: { readonly projectId: ProjectId; readonly event: HookEvent } | undefined) =>
    one?.projectId === projectId && one.event === event;
  const listed = subscriptions
    .filter((one) => isHere(matchWanted(one, receiver.url)))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const slot = { projectId, event };
  if (listed.length === 0) {
    const known = seen.filter(isHere);
    return { ...slot, seen: known, lost: known.length > 0 ? [{ ...slot, state: 'missing' }] : [] };
  }
  const isNotified = listed.some(({ state }) => state === 'enabled');
  const [broken] = listed.flatMap(({ state }) => (state === 'enabled' ? [] : [state]));
  const lost = isNotified || !broken ? [] : [{ ...slot, state: broken }];
  return { ...slot, seen: listed.map(({ id }) => ({ id, ...slot })), lost };
}

const slotKey = ({ projectId, event }: Pick<Slot, 'projectId' | 'event'>) => `${projectId} ${event}`;
const lostKey = (one: LostSubscription) => `${slotKey(one)} ${one.state}`;
const isSame = (a: readonly object[], b: readonly object[]) => JSON.stringify(a) === JSON.stringify(b);

/** An event is a message, not a list. */
const MAX_NAMED = 20;

function describe({ organization, projects }: HookSweep, fresh: readonly LostSubscription[]) {
  const nameOf = new Map(projects.map(({ id, name }) => [id, name]));
  return {
    organization: { id: organization.id, name: organization.name },
    reason:
      'Service hooks do not come from these projects; their changes are seen at the next schedule. See azfed hooks status.',
    subscriptions: fresh.slice(0, MAX_NAMED).map(({ projectId, event, state }) => ({
      project: { id: projectId, name: nameOf.get(projectId) ?? '' },
      event,
      state,
    })),
    ...(fresh.length > MAX_NAMED ? { furtherSubscriptions: fresh.length - MAX_NAMED } : {}),
  };
}
