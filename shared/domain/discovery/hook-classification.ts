import type { Organization } from '../configuration/configuration.ts';
import type { OrganizationId, ProjectId, AccountId } from '../kernel/ids.ts';
import { parseConnectionId, parseOrganizationId, parseProjectId } from '../kernel/ids.ts';
import { isRecord } from '../kernel/json.ts';

/** What is to be discovered. Ids only, as in all messages: one that nobody can read gives nothing away. */
export interface DiscoverMessage {
  readonly organizationId: OrganizationId;
  /** This project alone. Without it the whole organization. */
  readonly projectId?: ProjectId;
  /** What its audit log tells of, and nothing else. */
  readonly audit?: true;
  /** The remote run that waits for it. */
  readonly remote?: string;
}

/** Every account of the configuration is to be reconciled, whether or not anything is known to have changed. */
export interface AccountSweep {
  readonly sweep: 'accounts';
}

/** The key under which the queue takes one message of a sweep for an account, though the schedule fires twice. */
export function sweepKey(account: AccountId, now: number): string {
  return `sweep.${account}.${Math.floor(now / COALESCING_MS)}`;
}

/** What others have changed in IAM of the account in one slot of 30 seconds is to be reconciled. */
export interface ChangesMessage {
  readonly account: AccountId;
  /** The slot, as `changesSlot` counts. */
  readonly changes: number;
}

/**
 * The slot in which a change is noted. The message of a slot is sent after the note and becomes visible 30 seconds later,
 * which is after the end of its slot: whoever takes it finds every note of the slot, although the queue took one message.
 */
export const changesSlot = (now: number, slotMs: number = COALESCING_MS): number => Math.floor(now / slotMs);

/** The key under which the queue takes one message of an account in each slot. */
export const changesKey = ({ account, changes }: ChangesMessage): string => `changes.${account}.${changes}`;

/** What is to be reconciled. */
export interface ReconcileMessage {
  readonly account: AccountId;
  /** Names of the roles to look at, without path. Without them the whole account. */
  readonly roles?: readonly string[];
  /** The discovery that asks for it: it leads from the log of one to the log of the other. */
  readonly discovery?: string;
  /** The remote run that waits for it. Without `discovery` it is the last run over the account that belongs to it. */
  readonly remote?: string;
  /** How many runs have ended out of time before, each of which asked for the next one. Left out: none. */
  readonly round?: number;
}

/**
 * Runs that follow each other without waiting for the schedule. Lambda ends a loop of a function and its own queue after
 * about 16 rounds (Lambda Developer Guide, recursive loop detection).
 */
const MOST_ROUNDS = 10;

/** What a run that ended out of time asks for; `undefined`: the schedule goes on. */
export function planNextRound(message: ReconcileMessage): ReconcileMessage | undefined {
  const round = (message.round ?? 0) + 1;
  return round > MOST_ROUNDS ? undefined : { ...message, round };
}

/** The report is to be made anew. There is one for the whole deployment. */
export interface ReportMessage {
  readonly report: true;
}

/** The length of time in which runs share one report. The queue delays by as much: see `reportKey`. */
export const REPORT_SLOT_MS = 60_000;

/**
 * The key under which the queue takes one message in each slot of a minute. What is sent first in a slot becomes visible
 * a minute later, which is after the end of its slot: the report shows whatever the runs of that slot did.
 */
export const reportKey = (now: number): string => `report.${Math.floor(now / REPORT_SLOT_MS)}`;

/** One notification of one subscription, by which a repeat is known. */
export interface HookNotification {
  readonly organizationId: OrganizationId;
  /** `<subscription GUID>.<number>`, or `event.<GUID>` where the sender left those out. */
  readonly key: string;
}

/**
 * What an authentic hook is worth. Nothing of it is believed but ids: they say where to look.
 *
 *     discovery   something may have changed there
 *     unknown     nothing for us: no event of a service connection, an organization that is not in the configuration, or
 *                 no JSON as Azure DevOps sends it
 */
export type HookClassification =
  | {
      readonly kind: 'discovery';
      readonly message: DiscoverMessage;
      /** Without one, a repeat cannot be told. */
      readonly notification?: HookNotification;
    }
  | { readonly kind: 'unknown'; readonly reason: 'too-large' | 'unreadable' | 'event' | 'organization' };

/** Bytes of a body (Azure DevOps docs, service hooks events: at most 2 MB). */
const LARGEST_BODY = 2 * 1024 * 1024;

/**
 * The ids that Terraform's provider subscribes to and its acceptance tests meet, and the one of Microsoft's page of events, which
 * calls itself inconsistent. An updated connection may have been renamed, shared or disabled.
 */
const connectionEvents: ReadonlySet<unknown> = new Set([
  'ms.vss-endpoint.endpoint-created',
  'ms.vss-endpoint.endpoint-updated',
  'serviceendpoint.created',
  'serviceendpoint.updated',
]);

export function classifyHook(body: Uint8Array, organizations: readonly Organization[]): HookClassification {
  if (body.length > LARGEST_BODY) return { kind: 'unknown', reason: 'too-large' };
  const event = parseBody(body);
  if (!isRecord(event)) return { kind: 'unknown', reason: 'unreadable' };
  if (!connectionEvents.has(event['eventType'])) return { kind: 'unknown', reason: 'event' };
  const organizationId = readOrganizationId(event, organizations);
  if (organizationId === undefined) return { kind: 'unknown', reason: 'organization' };
  const projectId = readProjectId(event);
  const key = notificationKey(event);
  return {
    kind: 'discovery',
    message: { organizationId, ...(projectId === undefined ? {} : { projectId }) },
    ...(key === undefined ? {} : { notification: { organizationId, key } }),
  };
}

/** The length of time in which hooks of one project are one discovery. The queue delays by as much: see `discoveryKey`. */
export const COALESCING_MS = 30_000;

/**
 * The key under which the queue takes one message of a project in each slot of 30 seconds. What is sent first in a slot
 * becomes visible 30 seconds later, which is after the end of its slot: the discovery sees whatever a hook of it spoke of.
 */
export function discoveryKey(
  { organizationId, projectId }: DiscoverMessage,
  now: number,
  slotMs: number = COALESCING_MS,
): string {
  return `${projectId ?? organizationId}.${Math.floor(now / slotMs)}`;
}

/** Which container holds the organization's GUID is not documented; the configuration knows the GUID that is meant. */
function readOrganizationId(
  event: Readonly<Record<string, unknown>>,
  organizations: readonly Organization[],
): OrganizationId | undefined {
  const claimed = ['collection', 'account'].map((container) =>
    containerId(event, container, parseOrganizationId),
  );
  return organizations.find(({ id }) => claimed.includes(id))?.id;
}

function readProjectId(event: Readonly<Record<string, unknown>>): ProjectId | undefined {
  return containerId(event, 'project', parseProjectId);
}

function containerId<Id>(
  { resourceContainers: containers }: Readonly<Record<string, unknown>>,
  name: string,
  parse: (text: string) => Id | undefined,
): Id | undefined {
  const container = isRecord(containers) ? containers[name] : undefined;
  return isRecord(container) && typeof container['id'] === 'string' ? parse(container['id']) : undefined;
}

function notificationKey(body: Readonly<Record<string, unknown>>): string | undefined {
  const { subscriptionId, notificationId, id } = body;
  const subscription = readGuid(subscriptionId);
  if (
    subscription !== undefined &&
    typeof notificationId === 'number' &&
    Number.isSafeInteger(notificationId)
  )
    return `${subscription}.${notificationId}`;
  const event = readGuid(id);
  return event === undefined ? undefined : `event.${event}`;
}

/** Any GUID, in lower case. */
function readGuid(value: unknown): string | undefined {
  return typeof value === 'string' ? parseConnectionId(value) : undefined;
}

function parseBody(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}
