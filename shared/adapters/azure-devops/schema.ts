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

export const ProjectDocument = z.object({ id: projectId, name, url: z.string().nullish() });
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

/** vsts-rest-api-specs, audit, AuditLogQueryResult. */
export const AuditPageDocument = z.object({
  decoratedAuditLogEntries: z.array(z.unknown()),
  continuationToken: z.string().nullish(),
  hasMore: z.boolean(),
});

/** DecoratedAuditLogEntry. Which members `data` has is documented for no action; rules of Azure Sentinel read `ConnectionId` from it. */
export const AuditEntryDocument = z.object({
  id: z.guid(),
  actionId: z.string(),
  timestamp: z.iso.datetime({ offset: true }),
  scopeId: z.string(),
  projectId: z.string().nullish(),
  actorUPN: z.string().min(1).optional().catch(undefined),
  actorDisplayName: z.string().min(1).optional().catch(undefined),
  data: z.record(z.string(), z.unknown()).nullish(),
});
export type AuditEntryDocument = z.infer<typeof AuditEntryDocument>;
