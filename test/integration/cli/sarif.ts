import * as z from 'zod';

const level = z.enum(['none', 'note', 'warning', 'error']);
const message = z.strictObject({ text: z.string().min(1) });

const Rule = z.strictObject({
  id: z.string().min(1),
  shortDescription: message,
  fullDescription: message,
  help: message,
  defaultConfiguration: z.strictObject({ level }),
  properties: z.strictObject({
    tags: z.array(z.string()),
    'security-severity': z.string().regex(/^\d+\.\d$/),
  }),
});

const Result = z.strictObject({
  ruleId: z.string(),
  ruleIndex: z.int().min(0),
  level,
  message,
  locations: z.tuple([
    z.strictObject({
      logicalLocations: z.tuple([
        z.strictObject({
          name: z.string().min(1),
          fullyQualifiedName: z.string().startsWith('arn:'),
          kind: z.literal('resource'),
        }),
      ]),
    }),
  ]),
  partialFingerprints: z.record(z.string(), z.string()),
  properties: z.record(z.string(), z.unknown()),
});

/**
 * What azfed may write of SARIF 2.1.0 (OASIS, sections 3.13 to 3.27): what the standard requires is required (`version`,
 * `runs`, `tool`, `driver.name`, a rule's `id`, a result's `message`, `executionSuccessful`), and no property is there
 * that the standard does not have.
 */
export const SarifLog = z.strictObject({
  $schema: z.literal('https://json.schemastore.org/sarif-2.1.0.json'),
  version: z.literal('2.1.0'),
  runs: z.tuple([
    z.strictObject({
      tool: z.strictObject({
        driver: z.strictObject({ name: z.literal('azfed'), rules: z.array(Rule).min(1) }),
      }),
      invocations: z.tuple([
        z.strictObject({
          executionSuccessful: z.boolean(),
          toolExecutionNotifications: z.array(z.strictObject({ level, message })),
        }),
      ]),
      results: z.array(Result),
    }),
  ]),
});
