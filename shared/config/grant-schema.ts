import * as z from 'zod';
import { NO_BOUNDARY } from '../domain/configuration/configuration.ts';
import { REVOCATION_POLICY } from '../domain/plan/revocation.ts';
import { connections, coverageRules, pairs, role } from './coverage-schema.ts';
import { exactlyOne, plainName, ruled } from './field.ts';
import { accountIdText, issuerChoice } from './organization-schema.ts';
import { weekdays } from '../domain/configuration/deny-window.ts';

const statements = z
  .array(z.looseObject({}).describe('A statement, as it stands in a trust policy.'))
  .describe('Statements of a trust policy.');

const file = z
  .strictObject({
    file: z
      .string()
      .min(1)
      .describe(
        'JSON file with a statement, a list of statements or a whole policy, relative to the configuration file.',
      ),
  })
  .meta({ title: 'Statements in a file', description: '{ file: <path> }.' });

/** What stands in the trust of a grant's roles beside azfed's own statement. */
const trust = z
  .strictObject({
    statements: z
      .union([statements, file])
      .default([])
      .describe(
        'Further statements of the trust, kept to the letter: a list, or { file: <path> }. Allow only; never for an issuer of Azure DevOps or Entra, never for everybody. {account} and {partition} stand for those of the role; {{account}} is the text {account} itself.',
      ),
    conditions: z
      .record(
        z.string(),
        z
          .record(z.string(), z.unknown().describe('A text or a list of texts.'))
          .describe('Condition keys and their values.'),
      )
      .default({})
      .describe(
        "Conditions on azfed's own statement beyond the audience and the subject, such as { IpAddress: { aws:SourceIp: [192.0.2.0/24] } }: operator, key, values.",
      ),
    expectDeny: z
      .union([z.enum(['any', 'none']), statements, file])
      .default('none')
      .describe(
        'Deny statements that somebody else puts into these trusts, and that stay there: none (the default), any, a list of them, or { file: <path> }.',
      ),
  })
  .meta({
    title: 'Trust',
    description: "What else belongs into the trust of these roles beside azfed's own statement.",
  });

const moment = z.iso.datetime({ offset: true });
const wallTime = /^(?:[01]\d|2[0-3]):[0-5]\d$/;

export const isMoment = (text: string) => moment.safeParse(text).success;
export const isWallTime = (text: string) => wallTime.test(text);

/** An offset such as +01:00 is no zone: it knows nothing of summer time. */
function problemOfTimeZone(name: string): string | undefined {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]*$/.test(name)) return 'is not the IANA name of a time zone';
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    return undefined;
  } catch {
    return 'is not the IANA name of a time zone';
  }
}

export const denyWindow = z
  .strictObject({
    name: plainName.describe('Name of the window.'),
    from: ruled((text) =>
      isMoment(text) || isWallTime(text) ? undefined : 'is neither a moment nor a time of the day',
    ).describe(
      'When it begins: a moment with its offset, such as 2026-12-20T00:00:00+01:00; or HH:MM in quotes, with `days`.',
    ),
    until: ruled((text) => (isMoment(text) ? undefined : 'is not a moment with an offset'))
      .exactOptional()
      .describe('When a window that comes once ends: such as 2027-01-05T00:00:00+01:00.'),
    days: z
      .array(z.enum(weekdays).describe('A day: sun, mon, tue, wed, thu, fri, sat.'))
      .min(1)
      .exactOptional()
      .describe('The days of the week on which it begins: a list such as [fri, sat].'),
    to: ruled((text) => (isWallTime(text) ? undefined : 'is not a time of the day'))
      .exactOptional()
      .describe(
        'When a weekly window ends: HH:MM in quotes; on the next day unless it is later than `from`.',
      ),
    timeZone: ruled(problemOfTimeZone)
      .exactOptional()
      .describe('Whose clock a weekly window goes by: an IANA name, such as Europe/Zurich.'),
  })
  .meta({
    title: 'Deny window',
    description: 'Once: { name, from, until }. Every week: { name, days, from, to, timeZone }.',
    ...exactlyOne('until', 'days'),
  });

/** Groups: partition, account. Policy paths and names: IAM service model. */
export const policyArnPattern =
  /^arn:(aws|aws-us-gov|aws-cn|aws-eusc|\{partition\}):iam::(\d{12}|aws|\{account\}):policy\/(?:[\w.,+@=-]+\/)*[\w.,+@=-]{1,128}$/;

/** An ARN in `policyArnPattern`, or the word that no boundary is wanted. */
const boundary = z
  .string()
  .regex(
    new RegExp(`^${NO_BOUNDARY}$|${policyArnPattern.source}`),
    'is neither the ARN of a managed policy nor `none`',
  );

const policyArn = z
  .string()
  .regex(policyArnPattern, 'is not the ARN of a managed policy')
  .describe(
    'ARN of a managed policy, such as arn:{partition}:iam::{account}:policy/<name>; the placeholders stand for the role.',
  );

const inlinePolicy = z
  .strictObject({
    file: z
      .string()
      .min(1)
      .exactOptional()
      .describe('JSON file with the policy, relative to the configuration file.'),
    document: z
      .looseObject({})
      .exactOptional()
      .describe('The policy itself: a map with Version and Statement.'),
  })
  .meta({
    title: 'Inline policy',
    description: 'One of { file: <path> } and { document: <policy> }.',
    ...exactlyOne('file', 'document'),
  });

// TagKeyType and TagValueType, IAM service model. No pattern for editors: many do not know Unicode classes.
const tagText = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

function problemOfTagKey(key: string): string | undefined {
  if (key === '' || key.length > 128 || !tagText.test(key)) return 'is not a tag key that IAM takes';
  return /^(?:aws|azfed):/i.test(key) ? 'begins with a reserved prefix (`aws:`, `azfed:`)' : undefined;
}

function problemOfTagValue(value: string): string | undefined {
  return value.length <= 256 && tagText.test(value) ? undefined : 'is not a tag value that IAM takes';
}

export const grant = z
  .strictObject({
    name: plainName.describe(
      'Name of the grant; it stands in findings, and in a tag of each role since its last write.',
    ),
    mode: z
      .enum(['observe', 'repair', 'enforce'])
      .describe(
        'observe: report only. repair: fix roles that azfed already keeps. enforce: create and close as well.',
      ),
    connections: connections.exactOptional(),
    accounts: z
      .union([
        z.literal('all'),
        z.array(accountIdText.describe('An account id of `accounts`: twelve digits, in quotes.')).min(1),
      ])
      .exactOptional()
      .describe(
        'Accounts that the role may lie in: a list of ids of accounts under `accounts`; or `all` for each of them, also for one that AWS Organizations lists later. Required, except with `roles` that are all ARNs.',
      ),
    role: role.exactOptional(),
    roles: pairs.exactOptional(),
    permissions: z
      .enum(['managed', 'unmanaged'])
      .default('managed')
      .describe(
        'managed (the default): azfed keeps all of the role. unmanaged: azfed keeps the trust alone, and never writes policies, boundary, session duration, description or other tags; it creates no role, for that needs managed.',
      ),
    boundary: boundary
      .exactOptional()
      .describe(
        'Permissions boundary of every role: ARN of a policy, such as arn:{partition}:iam::{account}:policy/azfed-boundary. Required, except with permissions: unmanaged. `none` needs that, or managed policies alone: then what the policies allow counts in full.',
      ),
    managedPolicies: z
      .array(policyArn)
      .default([])
      .describe('Managed policies that each role has, by ARN; any other is removed.'),
    inlinePolicies: z
      .record(
        z
          .string()
          .regex(/^[\w+=,.@-]{1,128}$/, 'is not the name of a policy (letters, digits, +=,.@-_)')
          .refine((name) => name !== REVOCATION_POLICY, 'is the name of the policy that revokes sessions'),
        inlinePolicy,
      )
      .default({})
      .describe('Inline policies that each role has, by name; any other is removed.'),
    maxSessionDuration: z
      .int()
      .min(3600)
      .max(43_200)
      .default(3600)
      .describe('Longest session of the role, in seconds: 3600 (the default) to 43200.'),
    tags: z
      .record(
        ruled(problemOfTagKey),
        ruled(problemOfTagValue).describe(
          'Value of the tag: at most 256 letters, digits, spaces or _.:/=+-@.',
        ),
      )
      .default({})
      .describe(
        'Tags of each role: keys of at most 128 letters, digits, spaces or _.:/=+-@, without regard to case.',
      ),
    description: z
      .enum(['managed', 'keep'])
      .default('managed')
      .describe(
        'managed (the default): azfed writes the description of the role. keep: the description of a role that exists stays as it is.',
      ),
    retire: z
      .enum(['keep', 'close', 'delete'])
      .default('keep')
      .describe(
        'What is done with a role whose connection asks for it no longer: keep (the default), close its trust, or delete.',
      ),
    missing: z
      .enum(['keep', 'close'])
      .default('keep')
      .describe(
        'What is done with the role of a connection that is missing for `missingWaitDays` and not known to be deleted: keep (the default), or close its trust until the connection is seen again.',
      ),
    issuer: issuerChoice
      .exactOptional()
      .describe("Whose tokens are let in, instead of the organization's choice: vstoken, entra or both."),
    revokeSessions: z
      .boolean()
      .default(false)
      .describe(
        'true: when somebody had widened a role, or it is closed to an impostor, its older sessions are revoked, those of pipelines too. false is the default.',
      ),
    quarantine: z
      .boolean()
      .default(false)
      .describe(
        'true: when a disputed role has to be narrowed again, all its sessions are denied everything for an hour, those of pipelines too. false is the default.',
      ),
    sharedConnections: z
      .enum(['covered', 'refuse'])
      .default('covered')
      .describe(
        'A connection that projects share: covered (the default) lets in each project that the grant covers; refuse, none.',
      ),
    shareRole: z
      .boolean()
      .default(false)
      .describe('true: connections of this grant may name one role together. false is the default.'),
    trust: trust.prefault({}),
  })
  .meta({
    title: 'Grant',
    description: 'Which connections get which roles, with which permissions.',
    ...coverageRules,
  });
