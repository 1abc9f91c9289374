import type { ProjectId, SubscriptionId } from '../kernel/ids.ts';
import type {
  HookSubscription,
  MadeSubscriptions,
  OwnSubscription,
  SubscriptionState,
  WantedSubscription,
  HookReceiver,
} from '../azure-devops/hook-subscription.ts';
import { hookEvents, otherInputs, matchOwn } from '../azure-devops/hook-subscription.ts';

/**
 * What is found of a wanted subscription, or of one that is ours and not wanted:
 *
 *     enabled, onProbation, disabled...   as Azure DevOps says of the one that is there
 *     missing                             wanted, and not there
 *     duplicate                           a second one for the same project and event
 *     not-granted                         its project is listed, and no grant covers it
 *     other-event                         somebody has given it an event that azfed does not want
 *     not-listed                          its project is not listed: gone, or hidden from the credential. Left alone
 */
type HookStatus = SubscriptionState | 'missing' | 'duplicate' | 'not-granted' | 'other-event' | 'not-listed';

/** Of the one that is there: `former`, one that azfed has given it before; `not-known`, azfed has not given it any. */
export type HookPassword = 'current' | 'former' | 'not-known';

export interface HookRow {
  readonly projectId: ProjectId;
  /** Empty for a project that is not listed. */
  readonly projectName: string;
  readonly event: string;
  /** Absent when it is missing. */
  readonly subscriptionId?: SubscriptionId;
  readonly status: HookStatus;
  readonly password?: HookPassword;
  /** Names of inputs that are not as they should be. */
  readonly otherInputs: readonly string[];
  /** What brings it in order; `none` when it is, or when nothing can be said. */
  readonly change: 'none' | 'create' | 'update' | 'delete';
}

interface ListedProject {
  readonly id: ProjectId;
  readonly name: string;
  /** A grant covers it. */
  readonly isCovered: boolean;
}

/** Everything that the plan rests on: whole lists. */
export interface HookSnapshot {
  readonly receiver: HookReceiver;
  readonly projects: readonly ListedProject[];
  readonly subscriptions: readonly HookSubscription[];
  /** Ours wherever they post to. */
  readonly made: MadeSubscriptions;
  /** By id of the subscription. */
  readonly readPassword: (id: SubscriptionId) => HookPassword;
}

/** A row for each covered project and event, and for each subscription of ours that is more than that; in the order of names. */
export function planHooks(snapshot: HookSnapshot): readonly HookRow[] {
  const ours = snapshot.subscriptions.flatMap((subscription) => {
    const own = matchOwn(subscription, snapshot.receiver.url, snapshot.made);
    return own ? [{ ...own, subscription }] : [];
  });
  const wanted = snapshot.projects
    .filter(({ isCovered }) => isCovered)
    .flatMap(({ id }) => hookEvents.map((event) => ({ projectId: id, event })));
  const taken = wanted.map((one) => ({
    one,
    all: bestFirst(
      ours.filter((other) => isSame(one, other)),
      snapshot.receiver,
    ),
  }));
  const rows = taken.flatMap(({ one, all: [first, ...more] }) => [
    first ? buildRow(snapshot, one, first) : missingRow(snapshot, one),
    ...more.map((other) => superfluous(snapshot, one, other, 'duplicate')),
  ]);
  const known = new Set(snapshot.projects.map(({ id }) => id));
  const judge = ({ projectId, event }: OwnSubscription) => {
    if (!known.has(projectId)) return 'not-listed';
    return hookEvents.some((one) => one === event) ? 'not-granted' : 'other-event';
  };
  const others = ours
    .filter((other) => !wanted.some((one) => isSame(one, other)))
    .map(({ subscription, ...one }) => superfluous(snapshot, one, subscription, judge(one)));
  return [...rows, ...others].sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
}

/** What takes all of them away again, wanted or not. */
export function planRemoval(snapshot: HookSnapshot): readonly HookRow[] {
  return planHooks(snapshot)
    .filter(({ subscriptionId }) => subscriptionId !== undefined)
    .map(({ password: _, ...row }) => ({ ...row, otherInputs: [], change: 'delete' }));
}

const isSame = (a: OwnSubscription, b: OwnSubscription) => a.projectId === b.projectId && a.event === b.event;

/** One that works here before one that does not; then by id, so that the same one stays each time. */
function bestFirst(
  all: readonly { readonly subscription: HookSubscription }[],
  { url }: HookReceiver,
): readonly HookSubscription[] {
  const works = ({ state, inputs }: HookSubscription) => state === 'enabled' && inputs['url'] === url;
  const key = (one: HookSubscription) => `${works(one) ? 0 : 1} ${one.id}`;
  return all.map(({ subscription }) => subscription).sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

function missingRow(snapshot: HookSnapshot, wanted: WantedSubscription): HookRow {
  return { ...selectNames(snapshot, wanted), status: 'missing', otherInputs: [], change: 'create' };
}

function buildRow(
  snapshot: HookSnapshot,
  wanted: WantedSubscription,
  subscription: HookSubscription,
): HookRow {
  const { id, state } = subscription;
  const password = snapshot.readPassword(id);
  const inputs = otherInputs(subscription, snapshot.receiver);
  const isInOrder = state === 'enabled' && password === 'current' && inputs.length === 0;
  return {
    ...selectNames(snapshot, wanted),
    subscriptionId: id,
    status: state,
    password,
    otherInputs: inputs,
    change: isInOrder ? 'none' : 'update',
  };
}

function superfluous(
  snapshot: HookSnapshot,
  own: OwnSubscription,
  { id }: HookSubscription,
  status: 'duplicate' | 'not-granted' | 'other-event' | 'not-listed',
): HookRow {
  return {
    ...selectNames(snapshot, own),
    subscriptionId: id,
    status,
    otherInputs: [],
    change: status === 'not-listed' ? 'none' : 'delete',
  };
}

function selectNames({ projects }: HookSnapshot, { projectId, event }: OwnSubscription) {
  const projectName = projects.find(({ id }) => id === projectId)?.name ?? '';
  return { projectId, projectName, event };
}

const sortKey = ({ projectName, projectId, event, status, subscriptionId }: HookRow) =>
  [projectName, projectId, event, status === 'duplicate' ? 1 : 0, subscriptionId ?? ''].join('\n');
