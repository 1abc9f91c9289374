import * as z from 'zod';
import { severities } from '../domain/findings/finding.ts';
import type { LintCode } from '../domain/lint/lint-catalogue.ts';
import { lintCatalogue } from '../domain/lint/lint-catalogue.ts';

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
      .enum(severities as [(typeof severities)[number], ...(typeof severities)[number][]])
      .optional()
      .describe('The worst that is accepted; left out: the usual severity of the code.'),
  })
  .meta({
    title: 'Accepted finding',
    description: 'A finding of `azfed lint` that counts for nothing for a while.',
  });

export const lintRules = z
  .strictObject({
    accepted: z
      .array(acceptedFinding)
      .default([])
      .describe('Findings of `azfed lint` that people live with for a while: a list.'),
  })
  .meta({ title: 'Lint', description: 'What `azfed lint` is to pass over.' });
