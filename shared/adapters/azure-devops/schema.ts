import * as z from 'zod';
import { subscriptionStates } from '../../domain/azure-devops/hook-subscription.ts';
import {
  parseConnectionId,
  parseMemberId,
  parseOrganizationId,
  parseProjectId,
  parseSubscriptionId,
} from '../../domain/kernel/ids.ts';

/**
 * What azfed reads of Azure DevOps' documents (vsts-rest-api-specs: location, core, serviceEndpoint). Members that are
 * not named here, secrets among them, are dropped on the way in.
 */
const createIdSchema = <Id extends string>(parse: (text: string) => Id | undefined) =>
  z.string().transform((text, context): Id => {
    const id = parse(text);
    if (id !== undefined) return id;
    context.addIssue('not a GUID');
    return z.NEVER;
  });

const name = z.string().min(1);
const projectId = createIdSchema(parseProjectId);

export const ListDocument = z.object({ count: z.number(), value: z.array(z.unknown()) });

const Caller = z.object({ id: z.string() }).nullish().catch(null);

export const ConnectionData = z.object({
  instanceId: createIdSchema(parseOrganizationId),
  authenticatedUser: Caller,
  authorizedUser: Caller,
});

export const ProjectDocument = z.object({ id: projectId, name });
export type ProjectDocument = z.infer<typeof ProjectDocument>;

/** A member that is absent, null, empty or of another kind than documented was not shown. */
const shownText = name.nullish().catch(null);
const shownFlag = z.boolean().nullish().catch(null);

/** One project of a connection. Where the project's own name is missing, the list of projects may tell it. */
export const ReferenceDocument = z.object({
  projectReference: z.object({ id: projectId, name: shownText }),
  name,
});

/**
 * An entry of a list of connections. Only the id is needed: members may be absent, null or empty in any combination
 * (terraform-provider-azuredevops issues 292, 460, 499, 951; vsts-rest-api-specs issue 303; nkdAgility issue 1555), and
 * what one entry does not show must not hide the others.
 */
export const EndpointDocument = z.object({
  id: createIdSchema(parseConnectionId),
  name: shownText,
  type: shownText,
  authorization: z
    .object({ parameters: z.record(z.string(), z.unknown()).nullish().catch(null) })
    .nullish()
    .catch(null),
  isReady: shownFlag,
  isDisabled: shownFlag,
  isShared: shownFlag,
  serviceEndpointProjectReferences: z.array(z.unknown()).nullish().catch(null),
});
export type EndpointDocument = z.infer<typeof EndpointDocument>;

/** What an entry without a readable id may still say of itself. */
export const NamedDocument = z.object({ name: shownText });

/**
 * Epoch milliseconds. As .NET writes times: without an offset where nobody has said of which zone they are, and with the year 1 for
 * none at all (`lastUpdateTime` of projects, in many public answers).
 */
export const DotNetTime = z.iso
  .datetime({ offset: true, local: true })
  .transform((text) =>
    text.startsWith('0001-') ? undefined : Date.parse(/[Zz]|[+-]\d\d:?\d\d$/.test(text) ? text : `${text}Z`),
  );

/** Inputs are texts; what is not set may be null. */
const Inputs = z.record(z.string(), z.string().nullish());

/** vsts-rest-api-specs, hooks, Subscription. */
export const SubscriptionDocument = z.object({
  id: createIdSchema(parseSubscriptionId),
  publisherId: z.string(),
  eventType: z.string(),
  consumerId: z.string(),
  consumerActionId: z.string(),
  status: z.enum(subscriptionStates),
  publisherInputs: Inputs.nullish(),
  consumerInputs: Inputs.nullish(),
});
export type SubscriptionDocument = z.infer<typeof SubscriptionDocument>;

export const CreatedSubscription = z.object({ id: createIdSchema(parseSubscriptionId) });

/** vsts-rest-api-specs, hooks, NotificationsQuery: what came of deliveries. */
export const NotificationsDocument = z.object({
  results: z.array(z.unknown()).nullish(),
});

export const NotificationDocument = z.object({
  subscriptionId: createIdSchema(parseSubscriptionId),
  createdDate: z.string(),
  details: z
    .object({ errorMessage: z.string().nullish().catch(null) })
    .nullish()
    .catch(null),
});

/** The documented ids have 93 characters. Ids of handled entries are stored, so their length has a bound. */
const LONGEST_AUDIT_ID = 256;

const AuditPage = z.object({
  decoratedAuditLogEntries: z.array(z.unknown()),
  continuationToken: z.string().nullish(),
  hasMore: z.boolean(),
});

/**
 * vsts-rest-api-specs, audit, AuditLogQueryResult. Microsoft's sample of an answer has it in `value`; public clients say that the
 * live service has not.
 */
export const AuditPageDocument = z
  .object({ value: AuditPage })
  .transform(({ value }) => value)
  .or(AuditPage);

/** What says whether an entry is of interest. */
export const AuditActionDocument = z.object({ actionId: z.string() });

/**
 * DecoratedAuditLogEntry. Ids are texts of the form `<ticks>;<guid>;<guid>` (audit 7.1, sample of Query). Which members `data`
 * has is documented for no action; rules of Azure Sentinel read `ConnectionId` from it. What only explains an entry never
 * makes it unreadable.
 */
export const AuditEntryDocument = AuditActionDocument.extend({
  id: z.string().min(1).max(LONGEST_AUDIT_ID),
  timestamp: DotNetTime.pipe(z.number()),
  scopeId: z.string().optional().catch(undefined),
  scopeType: z.string().optional().catch(undefined),
  projectId: z.string().optional().catch(undefined),
  actorUPN: z.string().min(1).optional().catch(undefined),
  actorDisplayName: z.string().min(1).optional().catch(undefined),
  // Audit Log - Query, DecoratedAuditLogEntry.
  actorUserId: z.string().min(1).optional().catch(undefined),
  actorCUID: z.string().min(1).optional().catch(undefined),
  actorClientId: z.string().min(1).optional().catch(undefined),
  data: z.record(z.string(), z.unknown()).optional().catch(undefined),
});
export type AuditEntryDocument = z.infer<typeof AuditEntryDocument>;

const memberId = createIdSchema(parseMemberId);

/** vsts-rest-api-specs, graph: of a service principal, what says which application it is of. */
export const PrincipalDocument = z.object({
  applicationId: z.string().nullish(),
  descriptor: z.string().regex(/^[A-Za-z0-9._-]+$/),
});

export const StorageKeyDocument = z.object({ value: memberId });

/** vsts-rest-api-specs, memberEntitlementManagement: an answer with 200 may say that nothing was done. */
export const EntitlementReply = z.object({
  isSuccess: z.boolean(),
  servicePrincipalEntitlement: z.object({ id: memberId }).nullish().catch(null),
});

export const EntitlementDocument = z.object({
  projectEntitlements: z.array(z.object({ projectRef: z.object({ id: projectId }) })).nullish(),
});

/** vsts-rest-api-specs, securityRoles. */
export const RoleAssignmentDocument = z.object({
  identity: z.object({ id: z.string() }),
  role: z.object({ name }),
  access: z.string().nullish(),
});
