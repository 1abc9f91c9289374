import * as z from 'zod';
import { exactlyOne, plainName, ruled, secretArn, secretSources } from './field.ts';
import { grant, denyWindow } from './grant-schema.ts';
import { accountDefaults, accounts } from './account-defaults.ts';
import { people } from './people-schema.ts';
import { accountIdText, organization } from './organization-schema.ts';
import { problemOfHookUrl, problemOfReportUrl, problemOfWebhookUrl } from './url-rules.ts';
import { findingCatalogue, leavesUnknown, type FindingCode } from '../domain/findings/finding.ts';
import { severities } from '../domain/kernel/severity.ts';
import { lintCatalogue, type LintCode } from '../domain/lint/lint-catalogue.ts';

export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** JSON Schema, draft 2020-12, of what a person writes: fields with a default are not required. */
export function configurationJsonSchema(): JsonSchema {
  const { $schema, ...schema } = z.toJSONSchema(configurationFile, { target: 'draft-2020-12', io: 'input' });
  return { ...($schema === undefined ? {} : { $schema }), $id: 'urn:azfed:schema:federation:1', ...schema };
}

// What could not be read is never accepted: nobody knows what it would show.
const codes = Object.keys(lintCatalogue).filter((code) => code !== 'read.incomplete') as [
  LintCode,
  ...LintCode[],
];

const acceptedFinding = z
  .strictObject({
    code: z.enum(codes).describe('Code of the finding, such as trust.subject-wildcard.'),
    arn: z
      .string()
      .regex(
        /^arn:aws[a-z-]*:iam::\d{12}:(?:role|oidc-provider)\/\S+$/,
        'is not the ARN of a role or of an OIDC provider',
      )
      .describe('ARN of the role or of the OIDC provider that it is about.'),
    reason: z.string().trim().min(1).max(1000).describe('Why people live with it.'),
    until: z.iso
      .date('is not a day such as 2027-03-31')
      .describe('Last day on which it is accepted (UTC). From the next day on it counts again.'),
    severity: z
      .enum(severities)
      .exactOptional()
      .describe('The worst that is accepted; left out: the usual severity of the code.'),
  })
  .meta({
    title: 'Accepted finding',
    description: 'A finding of `azfed lint` that counts for nothing for a while.',
  });

const runCodes = Object.keys(findingCatalogue).filter(
  (code) => !leavesUnknown({ code: code as FindingCode }),
) as [FindingCode, ...FindingCode[]];

const acceptedPattern = z.string().trim().min(1).max(512);

const acceptedRunFinding = z
  .strictObject({
    code: z.enum(runCodes).describe('Code of the finding, such as connection.static-keys.'),
    connection: acceptedPattern
      .exactOptional()
      .describe('The connection that it is about: project/name or its id; * and ? are patterns.'),
    role: acceptedPattern.exactOptional().describe('ARN of the role that it is about; * and ? are patterns.'),
    account: acceptedPattern
      .exactOptional()
      .describe('Id or name of the account that it is about; * and ? are patterns.'),
    reason: z.string().trim().min(1).max(1000).describe('Why people live with it.'),
    until: z.iso
      .date('is not a day such as 2027-03-31')
      .describe(
        'Last day on which it is accepted (UTC). A finding of severity high or critical is accepted for at most 90 days ahead.',
      ),
  })
  .refine(
    ({ connection, role, account: of }) => [connection, role, of].some((one) => one !== undefined),
    'needs at least one of connection, role and account',
  )
  .meta({
    title: 'Accepted finding of runs',
    description:
      'A finding that people live with for a while. It stays in every report; it only keeps no run from being converged.',
  });

const lintRules = z
  .strictObject({
    accepted: z
      .array(acceptedFinding)
      .default([])
      .describe('Findings of `azfed lint` that people live with for a while: a list.'),
  })
  .meta({ title: 'Lint', description: 'What `azfed lint` is to pass over.' });

const percent = z.number().min(0).max(100);

const limits = z
  .strictObject({
    changesPerPass: z
      .int()
      .min(0)
      .default(10)
      .describe(
        'Roles and providers that one automatic run may change: a whole number, 10 by default. Narrowing is not counted, and a person applies all that they have seen.',
      ),
    closuresPerPass: z
      .int()
      .min(0)
      .default(3)
      .describe('Roles that one automatic run may close or delete: a whole number, 3 by default.'),
    changesPercent: percent
      .default(50)
      .describe(
        'Of the open roles that azfed keeps in an account, how many one run may change, in percent: 0 to 100; at least one. New roles are not counted.',
      ),
    closuresPercent: percent
      .default(25)
      .describe(
        'Of the open roles that azfed keeps in an account, how many one run may close, in percent: 0 to 100; at least one.',
      ),
    deletionWaitDays: z
      .int()
      .min(1)
      .max(3650)
      .default(30)
      .describe('Days that a closed role must go unused before it may be deleted: 1 or more, 30 by default.'),
    missingWaitDays: z
      .int()
      .min(1)
      .max(365)
      .default(3)
      .describe(
        'Days after which a connection that is missing, and not known to be deleted, is reported as unaccounted for, and closed where its grant says so: 1 to 365, 3 by default.',
      ),
    driftPercent: percent
      .default(20)
      .describe(
        'More drifted roles of an account than this, in percent, stop automatic changes that are no narrowing: 0 to 100.',
      ),
    absencePercent: percent
      .default(10)
      .describe(
        'More missing connections of a project than this, in percent, stop automatic changes of its roles that are no narrowing: 0 to 100.',
      ),
    reminderDays: z
      .int()
      .min(0)
      .max(365)
      .default(7)
      .describe('Days between two reminders of a drift that stays: 1 to 365, 7 by default; 0: no reminders.'),
  })
  .meta({
    title: 'Limits',
    description:
      'How much one automatic run may change before a person has to check, and when a reminder of drift is sent.',
  });

const webhookSecret = z.strictObject(secretSources).meta({
  title: 'Webhook secret',
  description:
    'Where the signing secret, or the address of a chat, is read from: { env: NAME } or { secret: <ARN> }.',
  ...exactlyOne('env', 'secret'),
});

const webhook = z
  .strictObject({
    name: plainName.describe('Name of the webhook; deliveries are remembered by it.'),
    format: z
      .enum(['cloudevents', 'slack', 'teams', 'eventbridge', 'sns'])
      .default('cloudevents')
      .describe(
        '`cloudevents` for programs: each event, signed. `slack` and `teams` for people: messages. `eventbridge` and `sns`: each event on a bus or to a topic of AWS.',
      ),
    url: ruled(problemOfWebhookUrl)
      .meta({ format: 'uri' })
      .exactOptional()
      .describe(
        'Where events are sent: https, a host name, no port, no user name; http and ports for loopback only. ' +
          'Not for `slack` and `teams`, whose address is their secret.',
      ),
    bus: z
      .string()
      .regex(
        /^arn:aws[a-z-]*:events:[a-z]{2,4}(?:-[a-z]+)+-\d:\d{12}:event-bus\/[\w./-]{1,256}$/,
        'is not the ARN of an event bus',
      )
      .exactOptional()
      .describe('ARN of the event bus; for `eventbridge` alone.'),
    topic: z
      .string()
      .regex(
        /^arn:aws[a-z-]*:sns:[a-z]{2,4}(?:-[a-z]+)+-\d:\d{12}:[\w-]{1,251}(?:\.fifo|[\w-]{0,5})$/,
        'is not the ARN of a topic',
      )
      .exactOptional()
      .describe('ARN of the topic; for `sns` alone.'),
    secret: webhookSecret.exactOptional(),
    events: z
      .array(z.string().min(1).describe('An event type, or a pattern with `*` and `?`.'))
      .min(1)
      .describe('Patterns over event types, such as connection.*; "*" for all.'),
  })
  .meta({
    title: 'Webhook',
    description: 'A receiver of signed events, a chat, an event bus or a topic.',
    if: { properties: { format: { enum: ['slack', 'teams'] } }, required: ['format'] },
    then: { properties: { url: false, bus: false, topic: false }, required: ['secret'] },
    else: {
      if: { properties: { format: { enum: ['eventbridge'] } }, required: ['format'] },
      then: { properties: { url: false, secret: false, topic: false }, required: ['bus'] },
      else: {
        if: { properties: { format: { enum: ['sns'] } }, required: ['format'] },
        then: { properties: { url: false, secret: false, bus: false }, required: ['topic'] },
        else: { properties: { bus: false, topic: false }, required: ['url', 'secret'] },
      },
    },
  });

const report = z
  .strictObject({
    url: ruled(problemOfReportUrl)
      .meta({ format: 'uri' })
      .describe('Address of the report page, for the links in events and messages; no fragment (#...).'),
  })
  .meta({ title: 'Report page', description: 'Where people open the report page.' });

const hooks = z
  .strictObject({
    url: ruled(problemOfHookUrl)
      .meta({ format: 'uri' })
      .describe('Address that Azure DevOps posts to: the output `HookUrl`; http for loopback only.'),
    secret: secretArn.describe(
      'ARN of the Secrets Manager secret with the password of the hooks: the output `HookSecret`.',
    ),
  })
  .meta({
    title: 'Service hooks',
    description: 'Where service hooks of Azure DevOps go: `azfed hooks install` makes and heals them.',
  });

const hub = z
  .strictObject({
    account: accountIdText
      .exactOptional()
      .describe(
        'Id of the AWS account that azfed itself runs in: twelve digits, in quotes. Another one is refused.',
      ),
    region: z
      .string()
      .regex(/^[a-z]{2,4}(?:-[a-z]+)+-\d{1,2}$/, 'is not a Region')
      .exactOptional()
      .describe('Region of the table, such as eu-central-1. Another one is refused.'),
    table: z
      .string()
      .regex(
        /^[\w.-]{3,255}$/,
        'is not the name of a table (3 to 255 letters, digits, dot, dash, underscore)',
      )
      .exactOptional()
      .describe('Name of the DynamoDB table, as AZFED_TABLE gives it; two that differ are refused.'),
  })
  .meta({
    title: 'Hub',
    description:
      'Where azfed keeps what it knows: { account, region, table }. What is given is pinned: credentials or a Region of another place are refused before anything is read.',
  });

/** What one field of federation.yaml may hold. How fields must fit together is checked beside it. */
export const configurationFile = z
  .strictObject({
    version: z.literal(1).describe('Version of this format: 1.'),
    hub: hub.exactOptional(),
    organizations: z
      .array(organization)
      .min(1)
      .describe('Azure DevOps organizations: a list of at least one.'),
    accountDefaults: accountDefaults.exactOptional(),
    accounts: accounts
      .default([])
      .describe(
        'AWS accounts: a list of single accounts and of organizational units; or `organization` for every active account of the organization in AWS Organizations, which needs `accountDefaults.assumeRole` and mode organization.',
      ),
    people: people.exactOptional(),
    grants: z
      .array(grant)
      .default([])
      .describe('Grants: a list. A connection that no grant covers is reported and never acted on.'),
    limits: limits.prefault({}),
    denyWindows: z
      .array(denyWindow)
      .default([])
      .describe(
        'Times in which automatic runs only narrow roles that let in impostors or have more than they were granted: a list. What a person applies goes through.',
      ),
    webhooks: z.array(webhook).default([]).describe('Receivers of events: a list.'),
    report: report.exactOptional(),
    hooks: hooks.exactOptional(),
    accepted: z
      .array(acceptedRunFinding)
      .exactOptional()
      .describe('Findings of runs that people live with for a while: a list.'),
    lint: lintRules.exactOptional(),
  })
  .meta({
    title: 'azfed federation',
    description: 'federation.yaml: which service connections of Azure DevOps get which roles in AWS.',
  });

export type ConfigurationFile = z.infer<typeof configurationFile>;
