import * as z from 'zod';
import { findingCatalogue } from '../../../shared/domain/findings/finding.ts';
import { severities } from '../../../shared/domain/kernel/severity.ts';

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
  accepted: z.strictObject({ reason: z.string().min(1), until: z.iso.date() }).optional(),
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
  /** Where a filter was typed. */
  notSelected: z
    .strictObject({
      filter: z.strictObject({
        projects: z.array(z.string()),
        accounts: z.array(z.string()),
        grants: z.array(z.string()),
        states: z.array(z.string()),
        severities: z.array(z.string()),
      }),
      changes: number,
      findings: number,
      narrowing: z.array(
        z.strictObject({ id: z.string(), kind: z.string(), reason: z.string(), arn: z.string() }),
      ),
    })
    .optional(),
});

/** The same for `azfed apply --json`. */
export const ApplyDocument = PlanDocument.extend({
  outcome: z.enum(['converged', 'changed', 'held', 'partial', 'failed']),
  results: z.array(
    z.strictObject({
      changeId: z.string().min(1),
      result: z.enum(['done', 'failed', 'skipped']),
      error: z
        .strictObject({
          code: z.string(),
          message: z.string(),
          nature: z.exactOptional(z.enum(['refused', 'rejected', 'transient', 'conflict', 'defect'])),
          awsCode: z.string().optional(),
        })
        .optional(),
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

const account = z.string().regex(/^\d{12}$/);
const roleArn = z.string().startsWith('arn:');

/** The same for `azfed adopt --all --json`. */
export const AdoptAllDocument = z.strictObject({
  schemaVersion: z.literal(1),
  groups: z.strictObject({
    ownership: number,
    trust: number,
    policies: number,
    opens: number,
    refused: number,
    managed: number,
    missing: number,
  }),
  items: z.array(
    z.strictObject({
      group: z.enum(['ownership', 'trust', 'policies', 'opens', 'refused']),
      roleArn,
      account,
      grant: z.string(),
      name: z.string().min(1),
      connections: z.array(z.guid()),
      effect: z.enum(['ownership', 'trust', 'policies']),
      opens: z.boolean(),
      neverWorks: z.array(z.string()),
      shutsOut: z.array(
        z.strictObject({
          kind: z.enum(['subject', 'pattern', 'principal']),
          value: z.string(),
          provider: roleArn.optional(),
        }),
      ),
      narrowsActions: z.array(z.string()),
      shutsOutConnections: z.array(
        z.looseObject({ project: z.string(), name: z.string(), lastExecution: z.unknown() }),
      ),
      differences: Change.shape.differences,
      changeId: z.string().optional(),
      boundaryCuts: z
        .strictObject({
          boundary: z.string(),
          actions: z.array(z.string()),
          unread: z.array(z.string()),
          use: z.enum(['used', 'unused', 'unknown']),
          usedActions: z.array(z.string()),
          usedServices: z.array(z.string()),
          untracked: z.array(z.string()),
          useUnknown: z.string().optional(),
        })
        .optional(),
      evidence: z.looseObject({ state: z.enum(['unused', 'used', 'unknown']) }).optional(),
      refusal: z.looseObject({ reason: z.string(), why: z.string(), fix: z.string() }).optional(),
    }),
  ),
  proposals: z.array(
    z.strictObject({
      roleArn,
      grant: z.strictObject({
        name: z.string(),
        shareRole: z.literal(true),
        roles: z.array(
          z.strictObject({
            organization: z.string(),
            project: z.string(),
            connection: z.string(),
            role: roleArn,
            type: z.literal('any').optional(),
          }),
        ),
      }),
    }),
  ),
  managed: z.array(roleArn),
  missing: z.array(roleArn),
  unread: z.array(z.string()),
  batches: z.array(z.strictObject({ account, roles: z.array(roleArn) })),
  results: z.array(
    z.strictObject({
      ...ApplyDocument.shape.results.element.shape,
      roleArn: roleArn.optional(),
      providerArn: roleArn.optional(),
    }),
  ),
  notBegun: z.array(roleArn),
});

/** The same for `azfed accept --json`. */
export const AcceptDocument = z.strictObject({
  schemaVersion: z.literal(1),
  accepted: z.strictObject({
    roleArn,
    fields: z.array(z.string()),
    file: z.string().min(1),
    files: z.array(z.string().min(1)),
    unusedFiles: z.array(z.string().min(1)),
    isWritten: z.boolean(),
    difference: z.string(),
  }),
});

/** The same for `azfed release --json`. */
export const ReleaseDocument = z.strictObject({
  schemaVersion: z.literal(1),
  released: z.strictObject({
    roleArn,
    account,
    roleId: z.string().optional(),
    connections: z.array(z.strictObject({ id: z.guid(), name: z.string() })),
    removedTags: z.array(z.string()),
    by: z.string(),
  }),
});

/** The same for `azfed import --json`. */
export const ImportDocument = z.strictObject({
  schemaVersion: z.literal(1),
  configuration: z.string().min(1),
  written: z.array(z.string()),
  grants: z.array(
    z.strictObject({
      name: z.string(),
      permissions: z.enum(['managed', 'unmanaged']),
      shareRole: z.boolean(),
      pattern: z.string().nullable(),
      roles: z.array(
        z.strictObject({
          roleArn,
          connections: z.array(z.guid()),
          pairs: z.array(
            z.strictObject({
              organization: z.string(),
              project: z.string(),
              connection: z.string(),
              type: z.enum(['aws', 'any']),
            }),
          ),
          loose: z.array(z.string()),
        }),
      ),
    }),
  ),
  accounts: z.array(account),
  replaced: z.array(z.string()),
  findings: z.array(
    z.strictObject({
      code: z.string().startsWith('import.'),
      severity: z.enum(severities),
      connectionId: z.guid(),
      connection: z.string(),
      message: z.string().min(1),
      fix: z.string().min(1),
      roleArn: roleArn.optional(),
    }),
  ),
  covered: z.array(z.guid()),
  unread: z.array(z.string()),
  isPartial: z.boolean(),
  calls: number,
});

const Holder = z.looseObject({
  state: z.enum(['connection', 'nobody', 'unknown', 'pipeline', 'outside', 'never-works']),
});

/** The same for `azfed doors --json`. */
export const DoorsDocument = z.strictObject({
  schemaVersion: z.literal(1),
  accounts: z.array(z.strictObject({ account, roles: number, unread: z.string().nullable() })),
  unreadOrganizations: z.array(z.looseObject({})),
  doors: z.array(
    z.strictObject({
      account,
      roleArn,
      statement: number,
      providerArn: roleArn,
      issuer: z.string(),
      match: z.enum(['exact', 'ignores-case', 'pattern', 'any']),
      subject: z.string().min(1).nullable(),
      holder: Holder,
      roleLastUsedAt: z.string().nullable().optional(),
      use: z
        .looseObject({ state: z.enum(['used', 'unread']) })
        .nullable()
        .optional(),
    }),
  ),
  isPartial: z.boolean(),
});

/** Throws unless the text is one JSON document and nothing else. */
export const parsePlan = (text: string): z.infer<typeof PlanDocument> => PlanDocument.parse(JSON.parse(text));
export const parseApplication = (text: string): z.infer<typeof ApplyDocument> =>
  ApplyDocument.parse(JSON.parse(text));
