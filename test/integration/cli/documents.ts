import * as z from 'zod';
import { findingCatalogue, severities } from '../../../shared/domain/findings/finding.ts';

const number = z.int().min(0);

const Actor = z.discriminatedUnion('source', [
  z.strictObject({
    source: z.enum(['event', 'lookup', 'audit-log']),
    principal: z.string().min(1),
    sessionName: z.string().optional(),
    sourceIp: z.string().optional(),
    eventId: z.string().min(1),
    eventName: z.string().min(1),
    time: z.iso.datetime(),
    link: z.url(),
    isProbable: z.literal(true).optional(),
  }),
  z.strictObject({ source: z.literal('unknown'), link: z.url() }),
]);

const Change = z.strictObject({
  id: z.string().min(1),
  kind: z.enum(['create', 'repair', 'adopt', 'close', 'delete']),
  cause: z.enum(['drift', 'change', 'conflict', 'new', 'gone']),
  account: z.string().regex(/^\d{12}$/),
  roleArn: z.string().startsWith('arn:').optional(),
  connectionId: z.guid().optional(),
  reason: z.string().min(1),
  differences: z.array(
    z.strictObject({
      path: z.string(),
      expected: z.unknown().optional(),
      actual: z.unknown().optional(),
      severity: z.enum(severities).optional(),
    }),
  ),
  decision: z.enum(['allowed', 'held']),
  blockedBy: z.string().optional(),
  wideningBlockedBy: z.string().optional(),
  severity: z.enum(severities),
  actor: Actor.optional(),
});

const Finding = z.strictObject({
  code: z.string().refine((code) => code in findingCatalogue),
  severity: z.string().refine((severity) => severities.some((known) => known === severity)),
  message: z.string().min(1),
  connectionId: z.guid().optional(),
  roleArn: z.string().startsWith('arn:').optional(),
  evidence: z.record(z.string(), z.unknown()),
});

/** What `azfed plan --json` promises to other programs, and nothing beside it. */
export const PlanDocument = z.strictObject({
  schemaVersion: z.literal(2),
  planId: z.string().startsWith('plan-'),
  outcome: z.enum(['converged', 'changes', 'held', 'partial']),
  changes: z.array(Change),
  findings: z.array(Finding),
  /** Of `plan` alone. */
  table: z
    .strictObject({
      name: z.string().min(1),
      account: z
        .string()
        .regex(/^\d{12}$/)
        .nullable(),
      region: z.string().nullable(),
      exists: z.boolean(),
    })
    .optional(),
  summary: z.strictObject({
    create: number,
    repair: number,
    adopt: number,
    close: number,
    delete: number,
    held: number,
  }),
  coverage: z.strictObject({ missing: number, unaccounted: number, notShown: number, settling: number }),
  reads: z.strictObject({ azureDevOps: number, iam: number, dynamodb: number }),
});

/** The same for `azfed apply --json`. */
export const ApplyDocument = PlanDocument.extend({
  outcome: z.enum(['converged', 'changed', 'held', 'partial', 'failed']),
  results: z.array(
    z.strictObject({
      changeId: z.string().min(1),
      result: z.enum(['done', 'failed', 'skipped']),
      error: z.strictObject({ code: z.string(), message: z.string() }).optional(),
    }),
  ),
  failures: z.array(z.strictObject({ code: z.string(), message: z.string() })),
});

/** The same for `azfed reconcile --json`. */
export const ReconcileDocument = ApplyDocument.extend({
  accounts: z.array(
    z.strictObject({
      account: z.string(),
      outcome: ApplyDocument.shape.outcome,
      planId: z.string().startsWith('plan-').optional(),
      error: z.string().optional(),
    }),
  ),
});

/** Throws unless the text is one JSON document and nothing else. */
export const parsePlan = (text: string): z.infer<typeof PlanDocument> => PlanDocument.parse(JSON.parse(text));
export const parseApplication = (text: string): z.infer<typeof ApplyDocument> =>
  ApplyDocument.parse(JSON.parse(text));
