import * as z from 'zod';
import { isPatternText } from '../domain/issuers/issuer.ts';
import { REVOCATION_POLICY } from '../domain/plan/revocation.ts';
import { exactlyOne, plainName, ruled } from './field.ts';
import { accountId, issuerChoice } from './organization-schema.ts';
import { weekdays } from '../domain/configuration/deny-window.ts';

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
      .optional()
      .describe('When a window that comes once ends: such as 2027-01-05T00:00:00+01:00.'),
    days: z
      .array(z.enum(weekdays).describe('A day: sun, mon, tue, wed, thu, fri, sat.'))
      .min(1)
      .optional()
      .describe('The days of the week on which it begins: a list such as [fri, sat].'),
    to: ruled((text) => (isWallTime(text) ? undefined : 'is not a time of the day'))
      .optional()
      .describe(
        'When a weekly window ends: HH:MM in quotes; on the next day unless it is later than `from`.',
      ),
    timeZone: ruled(problemOfTimeZone)
      .optional()
      .describe('Whose clock a weekly window goes by: an IANA name, such as Europe/Zurich.'),
  })
  .meta({
    title: 'Deny window',
    description: 'Once: { name, from, until }. Every week: { name, days, from, to, timeZone }.',
    ...exactlyOne('until', 'days'),
  });

/** A pattern over names. With `issuer: entra` no name stands in a trust, so a name may hold anything that people can see. */
function problemOfNamePattern(pattern: string): string | undefined {
  if (pattern === '') return 'is empty';
  return isPatternText(pattern)
    ? undefined
    : 'holds braces, or characters that cannot be seen: patterns have `*` and `?` alone, and `?` stands for a brace in a name';
}

/**
 * Paths: `/.../` of U+0021-U+007E, at most 512 (IAM service model); `/aws-service-role/` and `/aws-reserved/` are AWS's
 * own. The path is a plain prefix, so that nobody can read it in two ways.
 */
export function problemOfRolePath(path: string): string | undefined {
  if (path === '/') return 'is too broad: every role of the account lies below it';
  if (!path.startsWith('/') || !path.endsWith('/')) return 'does not begin and end with a slash';
  if (/[*?]/.test(path)) return 'holds a pattern; a path is taken as it is';
  if (/^\/aws-(?:service-role|reserved)\//.test(path)) return 'is reserved by AWS';
  return path.length <= 512 && /^(?:\/[\u0021-\u002e\u0030-\u007e]+)+\/$/.test(path)
    ? undefined
    : 'is not a path that IAM takes';
}

/** Groups: partition, account. Policy paths and names: IAM service model. */
export const policyArnPattern =
  /^arn:(aws|aws-us-gov|aws-cn|aws-eusc|\{partition\}):iam::(\d{12}|aws|\{account\}):policy\/(?:[\w.,+@=-]+\/)*[\w.,+@=-]{1,128}$/;

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
      .optional()
      .describe('JSON file with the policy, relative to the configuration file.'),
    document: z.looseObject({}).optional().describe('The policy itself: a map with Version and Statement.'),
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

const connections = z
  .strictObject({
    organization: ruled(problemOfNamePattern).describe(
      'Pattern for the name of the organization; must match one of `organizations`.',
    ),
    project: ruled(problemOfNamePattern).describe('Pattern for the name of the project, such as Shop.'),
    name: ruled(problemOfNamePattern).describe('Pattern for the name of the connection, such as aws-*.'),
  })
  .meta({
    title: 'Connections',
    description:
      'The service connections that are meant. In patterns `*` stands for any characters and `?` for one; case matters.',
  });

const role = z
  .strictObject({
    path: ruled(problemOfRolePath).describe(
      'Path on or below which the role must lie: begins and ends with a slash, such as /azure-devops/shop/.',
    ),
    name: z
      .string()
      .regex(/^[\w+=,.@*?-]{1,64}$/, 'is not a pattern that the name of a role could match')
      .describe('Pattern for the name of the role (without its path): letters, digits, +=,.@-_ and * or ?.'),
  })
  .meta({
    title: 'Role',
    description: 'Where the role that is typed into a connection may lie: { path: ..., name: ... }.',
  });

export const grant = z
  .strictObject({
    name: plainName.describe('Name of the grant; it stands in findings and in a tag of each role.'),
    mode: z
      .enum(['observe', 'repair', 'enforce'])
      .describe(
        'observe: report only. repair: fix roles that azfed already keeps. enforce: create and close as well.',
      ),
    connections,
    accounts: z
      .array(accountId.describe('An account id of `accounts`: twelve digits, in quotes.'))
      .min(1)
      .describe('Accounts that the role may lie in: a list of ids that stand under `accounts`.'),
    role,
    boundary: policyArn.describe(
      'Permissions boundary of every role: ARN of a policy, such as arn:{partition}:iam::{account}:policy/azfed-boundary.',
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
      .optional()
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
  })
  .meta({ title: 'Grant', description: 'Which connections get which roles, with which permissions.' });
