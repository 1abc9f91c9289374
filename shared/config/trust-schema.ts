import * as z from 'zod';

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
export const trust = z
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
