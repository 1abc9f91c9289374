import * as z from 'zod';

/** What stands where something was too long to be sent (cloud-event.ts). */
const cut = z
  .string()
  .regex(/^\(cut: \d+ bytes\)$/)
  .describe('It was too long to be sent; the history has it whole.');

/** A value that may be longer than an event has room for. */
export const cuttable = <Schema extends z.ZodType>(schema: Schema) => z.union([schema, cut]);

const guid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);

export const time = z.iso.datetime();

export const organization = z
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
export const subject = { organization, project: project.optional(), connection };

export const account = z
  .string()
  .regex(/^\d{12}$/)
  .describe('Id of the AWS account.');
const roleArn = z
  .string()
  .regex(/^arn:[a-z-]+:iam::\d{12}:role\//)
  .describe('ARN of the role.');

export const role = z
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

export const provider = z
  .strictObject({
    account,
    providerArn: z.string().regex(/^arn:[a-z-]+:iam::\d{12}:oidc-provider\//),
  })
  .describe('The OIDC provider in AWS.');

export const severity = z.enum(['critical', 'high', 'medium', 'low', 'info']);

const difference = z.strictObject({
  path: z
    .string()
    .describe('The field, as a person would look for it: `tags.team`, `trust.Statement[0].Effect`.'),
  expected: z.unknown().optional().describe('What azfed wants there. Left out: nothing.'),
  actual: z.unknown().optional().describe('What is there. Left out: nothing.'),
  severity: severity.optional().describe('How dangerous it is.'),
});

export const drift = {
  drift: cuttable(z.array(cuttable(difference)).max(10)).describe('The first ten fields that differ.'),
  furtherDifferences: z.int().positive().optional().describe('How many more there are.'),
};

const knownActor = z.strictObject({
  source: z
    .enum(['event', 'lookup', 'audit-log'])
    .describe(
      'Told at once by CloudTrail, found afterwards in its history, or the audit log of Azure DevOps.',
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
export const actor = cuttable(z.union([knownActor, unknownActor])).describe('Who caused it.');

export const by = z
  .string()
  .describe('Who decided it: the ARN that STS gives; empty where it could not be told.');
export const changeId = z
  .string()
  .describe('The same change of the same things has the same id, in plans too.');
export const reason = z.string().describe('Why, in a sentence for a person.');
export const error = z
  .strictObject({ code: z.string().describe('Stable.'), message: z.string() })
  .describe('What went wrong.');

export const failing = z
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
