import * as z from 'zod';
import { severities } from '../kernel/severity.ts';
import { blockedReasons, type BlockedReason } from './blocked-reason.ts';

/** What stands where something was too long to be sent (cloud-event.ts). */
const cut = z
  .string()
  .regex(/^\(cut: \d+ bytes\)$/)
  .describe('It was too long to be sent; the history has it whole.');

/**
 * A value that may be longer than an event has room for. Its schema allows the marker that a sender puts in its place; its
 * type does not, because azfed records the value whole.
 */
const cuttable = <Schema extends z.ZodType>(schema: Schema) =>
  z.union([schema, cut]) as unknown as z.ZodType<z.output<Schema>>;

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

/** As the configuration has it when the event is sent; a receiver goes by the id. */
const accountName = z.string().optional().describe('What the configuration calls the account.');

const role = z
  .strictObject({
    account,
    accountName,
    roleArn: z
      .string()
      .regex(/^arn:[a-z-]+:iam::\d{12}:role\//)
      .describe('ARN of the role.'),
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
    accountName,
    providerArn: z.string().regex(/^arn:[a-z-]+:iam::\d{12}:oidc-provider\//),
  })
  .describe('The OIDC provider in AWS.');

const severity = z.enum(severities);

const difference = z.strictObject({
  path: z
    .string()
    .describe('The field, as a person would look for it: `tags.team`, `trust.Statement[0].Effect`.'),
  expected: z.unknown().optional().describe('What azfed wants there. Left out: nothing.'),
  actual: z.unknown().optional().describe('What is there. Left out: nothing.'),
  severity: severity.optional().describe('How dangerous it is.'),
});

/** The most differences that an event lists: it is a message, not an archive. */
export const MOST_DIFFERENCES = 10;

const drift = {
  drift: cuttable(z.array(cuttable(difference)).max(MOST_DIFFERENCES)).describe(
    'The first ten fields that differ.',
  ),
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
const configurationVersion = z.int().positive().describe('Number of the published version.');
const unreadSince = time.describe('Of the first run that could not read it.');
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
    nextAttemptAt: time
      .optional()
      .describe('No automatic run tries the change before. Left out: the next run tries it.'),
    nature: z
      .enum(['refused', 'rejected', 'transient', 'conflict', 'defect'])
      .describe('Whether it makes sense to try again: `transient` may work later, `refused` needs somebody.'),
    code: z.string().describe('Of azfed, stable.'),
    awsCode: z.string().optional().describe('Of AWS: `AccessDenied`.'),
    message: z.string().describe('The text of AWS, cut after 500 characters.'),
  })
  .describe('A change that has failed whenever it was tried.');

const decision = z
  .enum(['repairing', 'done', 'narrowed', 'failed', ...(Object.keys(blockedReasons) as BlockedReason[])])
  .describe('What azfed does about it: `done`, ... or why the change is held.');
const done = z.strictObject({ decision: z.literal('done'), changeId: changeId.optional() });

/** A change of a role, reported while, after or instead of being carried out. */
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
const completed = {
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

/** What the data of an event holds, by the kind of event. The catalogue says which type has which. */
export const payloads = {
  change,
  completed,
  /** A deletion that was found done has no id where the record does not say who began it. */
  deleted: { ...completed, action: done },
  unresolved: { ...change, since: time.describe('The time of the first event about it.'), reminder },
  failed: { ...change, error, reminder: reminder.optional() },
  replaced: {
    ...subject,
    reason,
    replaces: z
      .array(z.strictObject({ connectionId: z.string(), roleArn: z.string() }))
      .describe('The earlier connections, and what azfed kept for them.'),
    by,
  },
  released: { ...subject, reason, aws: role, by },
  missing: { ...subject, reason, aws: role },
  unaccounted: {
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
  disputed: { ...subject, aws: role, repairs: z.array(time).describe('When it was put back.') },
  disputeEnded: {
    ...subject,
    roles: z.array(z.string()).describe('ARNs of the roles that were disputed.'),
    by,
  },
  providerChange,
  providerFailed: {
    aws: provider,
    reason,
    error,
    failing: failing.optional(),
    reminder: reminder.optional(),
  },
  bootstrapped: { by },
  suspended: { scope, by, until: time.describe('When it ends by itself.'), reason },
  resumed: { scope, by, breakers: z.array(z.string()).describe('Breakers that were reset with it.') },
  breakerTripped: { scope },
  approved: {
    planId: z.string(),
    changes: cuttable(z.array(z.string())).describe('Ids of the changes.'),
    by,
  },
  configurationChanged: {
    version: configurationVersion,
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .describe('Of its text.'),
    by,
    at: time.describe('When it was published.'),
    before: z.int().nonnegative().describe('The version before; 0: the one deployed with the stack.'),
  },
  configurationRefused: {
    version: configurationVersion,
    inForce: z.int().nonnegative().describe('The version in force; 0: the one deployed with the stack.'),
    reason,
  },
  firstLook: {
    aws: z.strictObject({ account, accountName }),
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
  accountUnreadable: { aws: z.strictObject({ account, accountName }), reason, error },
  accountReadable: { aws: z.strictObject({ account, accountName }), since: unreadSince, reason },
  accountListUnreadable: { reason, error },
  accountListReadable: { since: unreadSince, reason },
  organizationUnreadable: {
    organization,
    reason,
    error: error.optional().describe('Of the organization as a whole. Left out: some projects alone.'),
    projects: cuttable(
      z.array(z.strictObject({ project: z.strictObject({ id: z.string(), name: z.string() }), error })),
    ).describe('Projects that could be read until now.'),
    furtherProjects: z.int().positive().optional().describe('How many more there are.'),
  },
  organizationReadable: { organization, since: unreadSince, reason },
  subscriptionLost: {
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
  webhookDisabled: { webhook, reason },
  webhookEnabled: { webhook, by },
  webhookTest: { webhook },
} as const satisfies Readonly<Record<string, z.ZodRawShape>>;
