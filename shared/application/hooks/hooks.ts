import type { Configuration, Organization } from '../../domain/configuration/configuration.ts';
import { coversProject } from '../../domain/configuration/grant-coverage.ts';
import type { HookPassword, HookRow, HookSnapshot } from '../../domain/discovery/hook-plan.ts';
import { planHooks, planRemoval } from '../../domain/discovery/hook-plan.ts';
import type { RecordedHooks } from '../../domain/records/hook-records.ts';
import { afterChanges, beforeChanges, passwordDigest } from '../../domain/records/hook-records.ts';
import type {
  HookSubscription,
  HookReceiver,
  MadeSubscriptions,
} from '../../domain/azure-devops/hook-subscription.ts';
import { hookEvents, matchOwn } from '../../domain/azure-devops/hook-subscription.ts';
import type { SubscriptionId } from '../../domain/kernel/ids.ts';
import {
  captureReading,
  complete,
  mapReading,
  unknown,
  type Reading,
  type Unknown,
} from '../../domain/kernel/result.ts';
import type { Clock, IdSource } from '../../ports/clock.ts';
import type { HookPasswordSource, StateStore, HookPasswordWriter } from '../../ports/state.ts';
import type {
  HookSession,
  HookFailure,
  HookSubscriptionWriter,
  ServiceConnectionSource,
} from '../../ports/service-connections.ts';
import { ConfigError, rethrowUnlessConflict } from '../../domain/kernel/errors.ts';
import { watchHooks } from '../../domain/discovery/hook-watch.ts';
import type { OrganizationInventory } from '../../domain/azure-devops/inventory.ts';
import { HOOK_HOURS } from '../../contract/table-keys.ts';
import { formatInstant, HOUR_MS } from '../../domain/kernel/durations.ts';

export interface SubscriptionPorts {
  readonly connections: ServiceConnectionSource;
  readonly session: HookSession;
  readonly state: Pick<StateStore, 'readHooks' | 'write'>;
  readonly passwords: HookPasswordSource;
  readonly ids: IdSource;
  readonly clock: Clock;
}

/** What a look at them needs. */
type HookReadPorts = Pick<SubscriptionPorts, 'connections' | 'session' | 'passwords'> & {
  readonly state: Pick<StateStore, 'readHooks'>;
};

/** What is wanted of subscriptions: that they are there and in order, that there is none, or none that posts to the address. */
export type HookGoal = 'install' | 'remove' | 'remove-address';

/** What was found in one organization, and what is to be done about it. */
export interface HookView {
  readonly organization: Organization;
  /** Unknown where anything that the rows rest on could not be read whole. */
  readonly rows: Reading<readonly HookRow[]>;
  readonly lastFailures: ReadonlyMap<SubscriptionId, HookFailure>;
}

/** Looks at the subscriptions of every organization. Writes nothing. Throws what the table throws. */
export async function observeHooks(
  ports: HookReadPorts,
  { organizations, grants }: Pick<Configuration, 'organizations' | 'grants'>,
  receiver: HookReceiver,
  request: HookGoal,
): Promise<readonly HookView[]> {
  const password = request === 'install' ? await currentPassword(ports) : complete('');
  return Promise.all(
    organizations.map(async (organization) => {
      const isCovered = (project: string) =>
        grants.some((grant) => coversProject(grant, organization, project));
      const unread = (rows: HookView['rows']) => ({ organization, rows, lastFailures: new Map() });
      if (password.state === 'unknown') return unread(password);
      const projects = await readPinnedProjects(ports, organization);
      if (projects.state === 'unknown') return unread(projects);
      const recorded = await ports.state.readHooks(organization.id);
      const made: MadeSubscriptions =
        request === 'remove-address'
          ? new Map()
          : new Map(recorded.passwords.map(({ id, projectId }) => [id, projectId]));
      const listed = await listHooks(ports, organization, receiver, made);
      if (listed.state === 'unknown') return unread(listed);
      const snapshot: HookSnapshot = {
        receiver,
        projects: projects.value.map(({ id, name }) => ({ id, name, isCovered: isCovered(name) })),
        subscriptions: listed.value.subscriptions,
        made,
        readPassword: createPasswordClassifier(recorded, password.value),
      };
      const rows = request === 'install' ? planHooks(snapshot) : planRemoval(snapshot);
      return { organization, rows: complete(rows), lastFailures: listed.value.lastFailures };
    }),
  );
}

/** Always read anew: what is installed has to be what the service will ask for. */
const currentPassword = ({ passwords }: Pick<SubscriptionPorts, 'passwords'>) =>
  captureReading(async () => (await passwords.read(0)).current);

/** Of the pinned organization alone: a password goes to nobody else's. */
async function readPinnedProjects({ connections }: HookReadPorts, organization: Organization) {
  const { identity, projects } = await connections.readInventory(organization);
  if (identity.state === 'unknown') return identity;
  return identity.value.id === organization.id
    ? projects
    : unknown('identity-mismatch', `Another organization answers under the name ${organization.name}.`);
}

interface Listed {
  readonly subscriptions: readonly HookSubscription[];
  readonly lastFailures: HookView['lastFailures'];
}

async function listHooks(
  { session }: HookReadPorts,
  organization: Organization,
  { url }: HookReceiver,
  made: MadeSubscriptions,
): Promise<Reading<Listed>> {
  const signedIn = await captureReading(() =>
    session(organization, async (reader): Promise<Reading<Listed>> => {
      const list = await reader.list(made);
      if (list.state === 'unknown') return list;
      const ours = list.value.filter((subscription) => matchOwn(subscription, url, made));
      const failures = await reader.lastFailures(ours.map(({ id }) => id));
      // They explain, and nothing is decided by them.
      const lastFailures = failures.state === 'complete' ? failures.value : new Map();
      return complete({ subscriptions: list.value, lastFailures });
    }),
  );
  return signedIn.state === 'unknown' ? signedIn : signedIn.value;
}

function createPasswordClassifier(
  recorded: RecordedHooks,
  password: string,
): (id: SubscriptionId) => HookPassword {
  const given = new Map(recorded.passwords.map(({ id, digest }) => [id, digest]));
  const current = given.size > 0 ? passwordDigest(password, recorded) : '';
  return (id) => {
    const digest = given.get(id);
    if (digest === undefined || digest === '') return 'not-known';
    return digest === current ? 'current' : 'former';
  };
}

/** What came of one change. */
export interface HookAction {
  readonly organization: Organization;
  readonly row: HookRow;
  /** The id of the subscription that has the password now; `undefined`: none. */
  readonly outcome: Reading<SubscriptionId | undefined>;
}

/**
 * Carries out what the rows of an organization say. Which password a subscription has is forgotten before it is changed and
 * remembered afterwards: a crash in between leaves one of azfed's own that is given it anew. Throws what the table and the secret throw.
 */
export async function applyHooks(
  ports: SubscriptionPorts,
  receiver: HookReceiver,
  organization: Organization,
  rows: readonly HookRow[],
): Promise<readonly HookAction[]> {
  const due = rows.filter(({ change }) => change !== 'none');
  const isGiven = due.some(({ change }) => change !== 'delete');
  const password = isGiven ? (await ports.passwords.read(0)).current : '';
  const before = await ports.state.readHooks(organization.id);
  const forgotten = beforeChanges(
    withSalt(before, ports.ids, isGiven),
    listSubscriptionIds(due),
    listSubscriptionIds(removed(due)),
  );
  const recorded = forgotten === before ? before : await ports.state.write(forgotten);
  const actions = await ports.session(organization, async (writer) => {
    const all: HookAction[] = [];
    for (const row of due)
      all.push({ organization, row, outcome: await executeHookChange(writer, row, { receiver, password }) });
    return all;
  });
  const done = actions.flatMap(({ row, outcome }) =>
    outcome.state === 'complete' ? [{ row, id: outcome.value }] : [],
  );
  if (done.length > 0) {
    const digest = isGiven ? passwordDigest(password, recorded) : '';
    const given = done.flatMap(({ row: { projectId }, id }) => (id ? [{ id, projectId, digest }] : []));
    const gone = done.flatMap(({ row: { subscriptionId }, id }) =>
      subscriptionId === undefined || subscriptionId === id ? [] : [subscriptionId],
    );
    await ports.state.write(afterChanges(recorded, given, gone, ports.clock.now()));
  }
  return actions;
}

const listSubscriptionIds = (rows: readonly HookRow[]) =>
  rows.flatMap(({ subscriptionId }) => subscriptionId ?? []);
const removed = (rows: readonly HookRow[]) => rows.filter(({ change }) => change === 'delete');

function withSalt(recorded: RecordedHooks, ids: IdSource, isGiven: boolean): RecordedHooks {
  return isGiven && recorded.salt === '' ? { ...recorded, salt: ids.next() } : recorded;
}

async function executeHookChange(
  writer: HookSubscriptionWriter,
  { projectId, change, subscriptionId, ...row }: HookRow,
  order: { readonly receiver: HookReceiver; readonly password: string },
): Promise<HookAction['outcome']> {
  if (change === 'delete' && subscriptionId)
    return mapReading(await writer.remove(subscriptionId), () => undefined);
  const event = hookEvents.find((one) => one === row.event);
  // What has another event is only ever deleted.
  if (event === undefined) return complete(undefined);
  const wanted = { projectId, event, ...order };
  return subscriptionId === undefined ? writer.create(wanted) : writer.update(subscriptionId, wanted);
}

export interface HookWatchPorts {
  readonly session: HookSession;
  readonly state: Pick<StateStore, 'readHooks' | 'write'>;
  readonly clock: Clock;
}

/**
 * Notes which service hook subscriptions no longer tell of anything, where a whole look has listed the projects: one
 * request a sweep. Nothing is noted where the list cannot be read: the service needs no right to do so. Returns why it
 * could not be. Throws what the table throws.
 */
export async function watchSubscriptions(
  { session, state, clock }: HookWatchPorts,
  { hooks: receiver, grants }: Configuration,
  organization: Organization,
  { identity, projects: listed }: Pick<OrganizationInventory, 'identity' | 'projects'>,
): Promise<Unknown | undefined> {
  const isPinned = identity.state === 'complete' && identity.value.id === organization.id;
  if (!receiver || !isPinned || listed.state === 'unknown') return undefined;
  const list = await captureReading(() => session(organization, (reader) => reader.list()));
  if (list.state === 'unknown') return list;
  if (list.value.state === 'unknown') return list.value;
  const projects = listed.value.filter(({ name }) =>
    grants.some((grant) => coversProject(grant, organization, name)),
  );
  const sweep = { organization, receiver, projects, subscriptions: list.value.value };
  const before = await state.readHooks(organization.id);
  const after = watchHooks(before, sweep, clock.now());
  if (after === before) return undefined;
  // Somebody may change them at this moment: the next sweep sees what came of it.
  await state.write(after).catch(rethrowUnlessConflict);
  return undefined;
}

export interface RotationPorts extends SubscriptionPorts {
  readonly passwords: SubscriptionPorts['passwords'] & HookPasswordWriter;
}

const HOOK_MS = HOOK_HOURS * HOUR_MS;

/** What is done once somebody has agreed to it. */
type Prepared = () => Promise<void>;

/** A new password, and the present one beside it. Throws ConfigError while an earlier rotation is under way. */
export async function prepareRotation({ passwords, ids }: RotationPorts): Promise<Prepared> {
  const { current, previous } = await passwords.read(0);
  if (previous !== undefined)
    throw refused(
      'The password before the present one is still taken: a rotation is under way.',
      'Bring it to its end: azfed hooks install, and after 48 hours azfed hooks install --drop-previous',
    );
  return () => passwords.write({ current: ids.next(), previous: current });
}

/**
 * Takes the present password alone from now on. Throws ConfigError where a hook with the former one may still come: a
 * subscription that is not in order may have it, and what was sent is repeated for a day and a half.
 */
export async function prepareEnd(
  ports: RotationPorts,
  { organizations }: Configuration,
  views: readonly HookView[],
): Promise<Prepared> {
  const { current, previous } = await ports.passwords.read(0);
  if (previous === undefined) return () => Promise.resolve();
  const isInOrder = views.every(({ rows }) => rows.state === 'complete' && rows.value.every(isGivenCurrent));
  if (!isInOrder)
    throw refused('A subscription may still have the former password.', 'First: azfed hooks install');
  const recorded = await Promise.all(organizations.map(({ id }) => ports.state.readHooks(id)));
  const last = Math.max(0, ...recorded.map(({ givenAt = 0 }) => givenAt));
  const from = last + HOOK_MS;
  if (ports.clock.now() < from)
    throw refused(
      'Hooks that were sent with the former password may still be repeated.',
      `Do it after ${formatInstant(from)}.`,
    );
  return () => ports.passwords.write({ current });
}

type Row = Extract<HookView['rows'], { state: 'complete' }>['value'][number];

/** One that is not listed was left alone: nobody knows. */
const isGivenCurrent = ({ change, status }: Row) => change === 'none' && status !== 'not-listed';

const refused = (what: string, fix: string) => new ConfigError({ where: 'hooks.secret', what, fix });
