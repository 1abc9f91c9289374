import * as z from 'zod';
import { subscriptionStates } from '../../domain/hooks/subscription.ts';
import {
  parseConnectionId,
  parseOrganizationId,
  parseProjectId,
  parseSubscriptionId,
} from '../../domain/ids.ts';

/**
 * What azfed reads of Azure DevOps' documents (vsts-rest-api-specs: location, core, serviceEndpoint). Members that are
 * not named here, secrets among them, are dropped on the way in.
 */
const idBy = <Id extends string>(parse: (text: string) => Id | undefined) =>
  z.string().transform((text, context): Id => {
    const id = parse(text);
    if (id !== undefined) return id;
    context.addIssue('not a GUID');
    return z.NEVER;
  });

const name = z.string().min(1);
const projectId = idBy(parseProjectId);

export const ListDocument = z.object({ count: z.number(), value: z.array(z.unknown()) });

export const ConnectionData = z.object({ instanceId: idBy(parseOrganizationId) });

export const ProjectDocument = z.object({ id: projectId, name });
export type ProjectDocument = z.infer<typeof ProjectDocument>;

const ReferenceDocument = z.object({ projectReference: z.object({ id: projectId, name }), name });

const References = z
  .array(ReferenceDocument)
  .refine((list) => new Set(list.map(({ projectReference }) => projectReference.id)).size === list.length);

/** Every parameter is an optional text, null when unset. What `useOIDC` holds is judged later, whatever it is. */
const Parameters = z.object({
  assumeRoleArn: z.string().nullish(),
  username: z.string().nullish(),
  externalId: z.string().nullish(),
  useOIDC: z.unknown().optional(),
});

export const EndpointDocument = z.object({
  id: idBy(parseConnectionId),
  name,
  type: name,
  authorization: z.object({ parameters: Parameters.nullish() }).nullish(),
  isReady: z.boolean().nullish(),
  isDisabled: z.boolean().nullish(),
  serviceEndpointProjectReferences: References.nullish(),
});
export type EndpointDocument = z.infer<typeof EndpointDocument>;

/** Inputs are texts; what is not set may be null. */
const Inputs = z.record(z.string(), z.string().nullish());

/** vsts-rest-api-specs, hooks, Subscription. */
export const SubscriptionDocument = z.object({
  id: idBy(parseSubscriptionId),
  publisherId: z.string(),
  eventType: z.string(),
  consumerId: z.string(),
  consumerActionId: z.string(),
  status: z.enum(subscriptionStates),
  publisherInputs: Inputs.nullish(),
  consumerInputs: Inputs.nullish(),
});
export type SubscriptionDocument = z.infer<typeof SubscriptionDocument>;

export const CreatedSubscription = z.object({ id: idBy(parseSubscriptionId) });

/** vsts-rest-api-specs, hooks, NotificationsQuery: what came of deliveries. */
export const NotificationsDocument = z.object({
  results: z
    .array(
      z.object({
        subscriptionId: idBy(parseSubscriptionId),
        createdDate: z.string(),
        details: z.object({ errorMessage: z.string().nullish() }).nullish(),
      }),
    )
    .nullish(),
});

/** The documented ids have 93 characters. Ids of handled entries are stored, so their length has a bound. */
const LONGEST_AUDIT_ID = 256;

/** vsts-rest-api-specs, audit, AuditLogQueryResult. */
export const AuditPageDocument = z.object({
  decoratedAuditLogEntries: z.array(z.unknown()),
  continuationToken: z.string().nullish(),
  hasMore: z.boolean(),
});

/** What says whether an entry is of interest. */
export const AuditActionDocument = z.object({ actionId: z.string() });

/**
 * DecoratedAuditLogEntry. Ids are texts of the form `<ticks>;<guid>;<guid>` (audit 7.1, sample of Query). Which members `data`
 * has is documented for no action; rules of Azure Sentinel read `ConnectionId` from it. What only explains an entry never
 * makes it unreadable.
 */
export const AuditEntryDocument = AuditActionDocument.extend({
  id: z.string().min(1).max(LONGEST_AUDIT_ID),
  timestamp: z.iso.datetime({ offset: true }),
  scopeId: z.string().optional().catch(undefined),
  scopeType: z.string().optional().catch(undefined),
  projectId: z.string().optional().catch(undefined),
  actorUPN: z.string().min(1).optional().catch(undefined),
  actorDisplayName: z.string().min(1).optional().catch(undefined),
  data: z.record(z.string(), z.unknown()).optional().catch(undefined),
});
export type AuditEntryDocument = z.infer<typeof AuditEntryDocument>;
