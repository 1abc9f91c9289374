import type { Organization } from '../configuration/configuration.ts';
import type { OrganizationId, ProjectId } from '../kernel/ids.ts';
import { parseConnectionId, parseOrganizationId, parseProjectId } from '../kernel/ids.ts';
import { isRecord } from '../kernel/json.ts';
import type { DiscoverMessage } from './queue-message.ts';

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
