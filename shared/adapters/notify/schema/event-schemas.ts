import * as z from 'zod';
import type { BlockedReason } from '../../../domain/plan/change.ts';
import type { EventType } from '../../../domain/records/event.ts';
import { eventCatalogue } from '../../../domain/records/event.ts';
import { blockedReasons } from '../../../domain/plan/change.ts';

/** What stands where something was too long to be sent (cloud-event.ts). */
const cut = z
  .string()
  .regex(/^\(cut: \d+ bytes\)$/)
  .describe('It was too long to be sent; the history has it whole.');

/** A value that may be longer than an event has room for. */
const cuttable = <Schema extends z.ZodType>(schema: Schema) => z.union([schema, cut]);

const guid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);

const time = z.iso.datetime();

const organization = z
  .strictObject({
    id: guid.describe('GUID of the organization.'),
    name: z.string().optional().describe('Left out where only the record was read.'),
  })
  .describe('The Azure DevOps organization.');

const project = z
  .strictObject({ id: guid.describe('GUID of the project.'), name: z.string() })
  .describe('The first project that has the connection.');

const connection = z
  .strictObject({ id: guid.describe('GUID of the connection: it survives every rename.'), name: z.string() })
  .describe('The service connection, by the name that it has in that project.');

/** Whom an event about a connection is about. */
const subject = { organization, project: project.optional(), connection };

const account = z
  .string()
  .regex(/^\d{12}$/)
  .describe('Id of the AWS account.');
const roleArn = z
  .string()
  .regex(/^arn:[a-z-]+:iam::\d{12}:role\//)
  .describe('ARN of the role.');

const role = z
  .strictObject({
    account,
    roleArn,
    roleId: z
      .string()
      .regex(/^\w{16,128}$/)
      .optional()
      .describe('IAM’s unique id of the role, where it was seen.'),
  })
  .describe('The role in AWS.');

const provider = z
  .strictObject({
    account,
    providerArn: z.string().regex(/^arn:[a-z-]+:iam::\d{12}:oidc-provider\//),
  })
  .describe('The OIDC provider in AWS.');

const severity = z.enum(['critical', 'high', 'medium', 'low', 'info']);

const difference = z.strictObject({
  path: z
    .string()
    .describe('The field, as a person would look for it: `tags.team`, `trust.Statement[0].Effect`.'),
  expected: z.unknown().optional().describe('What azfed wants there. Left out: nothing.'),
  actual: z.unknown().optional().describe('What is there. Left out: nothing.'),
  severity: severity.optional().describe('How dangerous it is.'),
});

const drift = {
  drift: cuttable(z.array(cuttable(difference)).max(10)).describe('The first ten fields that differ.'),
  furtherDifferences: z.int().positive().optional().describe('How many more there are.'),
};

const knownActor = z.strictObject({
  source: z
    .enum(['event', 'lookup', 'audit-log'])
    .describe(
      'From an event of CloudTrail at once, from its history afterwards, or the audit log of Azure DevOps.',
    ),
  principal: z.string().describe('ARN, name of an AWS service, or user principal name.'),
  sessionName: z.string().optional(),
  sourceIp: z.string().optional(),
  eventId: z.string(),
  eventName: z.string(),
  time: z.string(),
  link: z.string().describe('The event in the console, or the audit log.'),
  isProbable: z
    .literal(true)
    .optional()
    .describe('Others have done what can explain it too, before this one.'),
});
const unknownActor = z.strictObject({
  source: z.literal('unknown'),
  link: z.string().describe('The search that a person would make next.'),
});
const actor = cuttable(z.union([knownActor, unknownActor])).describe('Who caused it.');

const by = z
  .string()
  .describe('Who decided it: the ARN that STS gives; empty if STS did not identify the person.');
const changeId = z.string().describe('The same change of the same things has the same id, in plans too.');
const reason = z.string().describe('Why, in a sentence for a person.');
const error = z
  .strictObject({ code: z.string().describe('Stable.'), message: z.string() })
  .describe('What went wrong.');

const failing = z
  .strictObject({
    arn: z.string().describe('ARN of the role or of the OIDC provider.'),
    kind: z.enum(['create', 'repair', 'adopt', 'close', 'delete']),
    since: time.describe('When it failed first.'),
    lastAt: time.describe('When it failed last.'),
    times: z.int().positive().describe('How often it has failed.'),
    nature: z
      .enum(['refused', 'rejected', 'transient', 'conflict', 'defect'])
      .describe('Whether it makes sense to try again: `transient` may work later, `refused` needs somebody.'),
    code: z.string().describe('Of azfed, stable.'),
    awsCode: z.string().optional().describe('Of AWS: `AccessDenied`.'),
    message: z.string().describe('The text of AWS, cut after 500 characters.'),
  })
  .describe('A change that has failed whenever it was tried.');

const held = Object.keys(blockedReasons) as BlockedReason[];
const decision = z
  .enum(['repairing', 'done', 'narrowed', 'failed', ...held])
  .describe('What azfed does about it: `done`, ... or why the change is held.');
const done = z.strictObject({ decision: z.literal('done'), changeId: changeId.optional() });

/** A change of a role, told while, after or instead of being carried out. */
const change = {
  ...subject,
  cause: z
    .enum(['drift', 'change', 'conflict', 'new', 'gone'])
    .describe('Who moved: IAM, Azure DevOps, or both.'),
  severity: severity.optional().describe('How dangerous it is to leave things as they are.'),
  mode: z.enum(['observe', 'repair', 'enforce']).describe('Of the grant.'),
  reason,
  aws: role,
  ...drift,
  actor: actor.optional(),
  action: z.strictObject({ decision, changeId }),
  failing: failing.optional(),
};

/** A change, or what an earlier run had begun and a later one found to be true. */
const settled = {
  ...change,
  cause: change.cause.optional(),
  mode: change.mode.optional(),
  reason: reason.optional(),
  drift: change.drift.optional(),
};

const providerChange = {
  aws: provider,
  audiences: z.array(z.string()).describe('Audiences that azfed has put there.'),
  actor: actor.optional(),
  action: done,
};

const reminder = z.int().positive().describe('The first, the second ...');

const scope = z.string().describe('`everything`, or what of it: `account 123456789012`.');
const webhook = z.string().describe('Name of the webhook.');
const count = z.int().nonnegative();

const data = {
  'connection.federated.v1': settled,
  'connection.drift-detected.v1': change,
  'connection.drift-unresolved.v1': {
    ...change,
    since: time.describe('The time of the first event about it.'),
    reminder,
  },
  'connection.repaired.v1': settled,
  'connection.changed.v1': settled,
  'connection.renamed.v1': settled,
  'connection.adopted.v1': settled,
  'connection.role-deleted.v1': settled,
  'connection.role-restored.v1': settled,
  'connection.closed.v1': settled,
  'connection.recreated.v1': settled,
  'connection.replaced.v1': {
    ...subject,
    reason,
    replaces: z
      .array(z.strictObject({ connectionId: z.string(), roleArn: z.string() }))
      .describe('The earlier connections, and what azfed kept for them.'),
    by,
  },
  'connection.released.v1': { ...subject, reason, aws: role, by },
  'connection.missing.v1': { ...subject, reason, aws: role },
  'connection.unaccounted.v1': {
    ...subject,
    reason,
    aws: role,
    since: time.describe('When a run first missed it.'),
    reminder: z
      .int()
      .positive()
      .optional()
      .describe('The first, the second ...; left out: the first notice.'),
  },
  'connection.disputed.v1': {
    ...subject,
    aws: role,
    repairs: z.array(time).describe('When it was put back.'),
  },
  'connection.dispute-ended.v1': {
    ...subject,
    roles: z.array(z.string()).describe('ARNs of the roles that were disputed.'),
    by,
  },
  'connection.held.v1': change,
  'connection.failed.v1': { ...change, error, reminder: reminder.optional() },
  'provider.created.v1': providerChange,
  'provider.repaired.v1': providerChange,
  'provider.failed.v1': {
    aws: provider,
    reason,
    error,
    failing: failing.optional(),
    reminder: reminder.optional(),
  },
  'deployment.bootstrapped.v1': { by },
  'deployment.suspended.v1': { scope, by, until: time.describe('When it ends by itself.'), reason },
  'deployment.resumed.v1': {
    scope,
    by,
    breakers: z.array(z.string()).describe('Breakers that were reset with it.'),
  },
  'deployment.breaker-tripped.v1': { scope },
  'deployment.approved.v1': {
    planId: z.string(),
    changes: cuttable(z.array(z.string())).describe('Ids of the changes.'),
    by,
  },
  'deployment.first-look.v1': {
    aws: z.strictObject({ account }),
    changes: z
      .strictObject({ create: count, repair: count, adopt: count, close: count, delete: count })
      .describe('What an automatic run would do.'),
    heldByMode: count.describe('Of these, how many their grant would hold all the same.'),
    connections: count.describe('How many connections they are about.'),
    findings: z
      .strictObject({ critical: count, high: count, medium: count, low: count, info: count })
      .describe('By severity.'),
    isPartial: z.boolean().describe('Something could not be read: there may be more.'),
    reason,
  },
  'hook.subscription-lost.v1': {
    organization,
    reason,
    subscriptions: cuttable(
      z.array(
        z.strictObject({
          project: z.strictObject({ id: z.string(), name: z.string() }),
          event: z.string().describe('Of Azure DevOps.'),
          state: z.string(),
        }),
      ),
    ),
    furtherSubscriptions: z.int().positive().optional(),
  },
  'webhook.disabled.v1': { webhook, reason },
  'webhook.enabled.v1': { webhook, by },
  'webhook.test.v1': { webhook },
} satisfies Record<EventType, z.ZodRawShape>;

/** What an event of this type tells, before severity, run and links are added. */
export type EventData<Type extends EventType> = z.infer<z.ZodObject<(typeof data)[Type], z.core.$strict>>;

/** In the data of every event. */
const always = {
  severity: z.enum(['low', 'medium', 'high']).describe('How much it matters.'),
  run: z
    .strictObject({ id: z.string(), trigger: z.enum(['schedule', 'person']) })
    .optional()
    .describe('The run that it happened in. Left out of what people decide between runs.'),
  links: z
    .strictObject({
      report: z.string().optional().describe('The connection in the report page.'),
      console: z.string().optional().describe('The role in the AWS console.'),
      azureDevOps: z.string().optional().describe('The connection in Azure DevOps.'),
      actor: z.string().optional().describe('The event of whoever did it, or the search for it.'),
    })
    .optional()
    .describe('Where people read more.'),
};

/** The CloudEvent of this type, as it is sent. Strict: a field that nobody has described is a mistake of ours. */
function eventSchema(type: EventType) {
  return z
    .strictObject({
      specversion: z.literal('1.0'),
      id: z.string().describe('The same in every retry.'),
      source: z.string().describe('`//azfed/` and the organization or account.'),
      type: z.literal(type),
      time: time.describe('When it happened.'),
      subject: z.string().describe('What it is about; the events of one subject come in order.'),
      datacontenttype: z.literal('application/json'),
      data: z.strictObject({ ...data[type], ...always }),
    })
    .meta({ title: type, description: eventCatalogue[type].meaning });
}

/** What is wrong with a body that was sent; `undefined`: nothing. */
export function problemOfEvent(body: unknown): string | undefined {
  const type = z.object({ type: z.string() }).safeParse(body).data?.type ?? '';
  if (!Object.hasOwn(data, type)) return `${type} is no event.`;
  const checked = schemas[type as EventType].safeParse(body);
  return checked.success ? undefined : `${type}: ${z.prettifyError(checked.error)}`;
}

const schemas = Object.fromEntries(
  (Object.keys(data) as EventType[]).map((type) => [type, eventSchema(type)]),
) as Record<EventType, ReturnType<typeof eventSchema>>;

/** JSON Schema, draft 2020-12. Open: a field may be added to an event of the same version. */
export function eventJsonSchema(type: EventType): z.core.JSONSchema.BaseSchema {
  const { $schema, ...schema } = z.toJSONSchema(eventSchema(type), {
    target: 'draft-2020-12',
    override: ({ jsonSchema }) => {
      delete jsonSchema.additionalProperties;
    },
  });
  return { $schema, $id: `urn:azfed:schema:event:${type}`, ...schema } as z.core.JSONSchema.BaseSchema;
}
