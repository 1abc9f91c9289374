import * as z from 'zod';
import { parseProviderArn, parseRoleArn } from '../../domain/kernel/arn.ts';
import type { RecordedReading, UnreadPart } from '../../domain/records/reading-record.ts';
import type {
  GivenPassword,
  LostSubscription,
  RecordedHooks,
  SeenSubscription,
} from '../../domain/records/hook-records.ts';
import { hookEvents, subscriptionStates } from '../../domain/azure-devops/hook-subscription.ts';
import type { ProviderArn, RoleArn, RoleId } from '../../domain/kernel/ids.ts';
import { issuerNames } from '../../domain/issuers/issuer.ts';
import type { JsonObject, PolicyDocument } from '../../domain/policy/policy-document.ts';
import type {
  BoundSubject,
  Closure,
  FailingChange,
  FormerSubject,
  Intent,
  KeyMigration,
  Missing,
  WithoutIssuer,
  RecordedConnection,
  RecordedProvider,
  RecordedRole,
  Releasing,
  Retiring,
  UnresolvedDrift,
} from '../../domain/records/connection-record.ts';
import type { EventType } from '../../domain/records/event-catalogue.ts';
import { providerOperations, roleOperations } from '../../domain/records/operation.ts';
import type { RoleState } from '../../domain/iam/role.ts';
import type {
  Approval,
  Breaker,
  DisabledWebhook,
  Pause,
  RecordedControls,
} from '../../domain/records/deployment-record.ts';
import { eventType, outbox } from './stored-events.ts';
import type { FieldSchemas } from './stored-fields.ts';
import {
  accountId,
  connectionId,
  connectionReference,
  instant,
  isoTime,
  list,
  organizationId,
  decodeJson,
  projectId,
  subscriptionId,
  text,
} from './stored-fields.ts';
import { isRecord } from '../../domain/kernel/json.ts';

/**
 * How recorded values lie in the table: each schema reads (decode) and writes (encode). Records, roles and events are loose:
 * an attribute that this release does not know is kept when the item is written again. What decides who may do what
 * (scopes, pauses, approvals) is strict: an item with an unknown one of them is quarantined.
 */

const roleArn = text<RoleArn>('the ARN of a role', (value) => parseRoleArn(value) !== undefined);
// RoleId is 16 to 128 word characters (IAM service model).
const roleId = text<RoleId>('the unique id of a role', (value) => /^\w{16,128}$/.test(value));
const providerArn = text<ProviderArn>(
  'the ARN of an OIDC provider',
  (value) => parseProviderArn(value) !== undefined,
);
const policy = z.custom<PolicyDocument>(isRecord, 'expected a policy');
const conditions = z.custom<JsonObject>(isRecord, 'expected conditions');
const roleState = z.strictObject({
  trust: policy,
  boundary: z.string().optional(),
  managedPolicies: list(z.string()),
  inlinePolicies: z.record(z.string(), policy),
  maxSessionDuration: z.number(),
  description: z.string(),
  tags: z.record(z.string(), z.string()),
} satisfies FieldSchemas<RoleState>);
const snapshot = z.codec(
  z.string(),
  z.custom<RoleState>((value) => roleState.safeParse(value).success, 'expected the state of a role'),
  {
    decode: (json, context) => decodeJson(json, context) as RoleState & Record<string, unknown>,
    encode: (state) => JSON.stringify(state),
  },
);

const version = z.int().positive();
const fieldDigests = z.record(z.string(), z.string());

/**
 * The release before this one stores the event of an operation in its place. `tells` is written beside the operation, so
 * that the release before reads it.
 */
function createIntentSchema<Operation extends string>(events: Readonly<Record<Operation, EventType>>) {
  const names = Object.keys(events) as Operation[];
  const fields = { changeId: z.string(), revokes: z.exactOptional(z.literal(true)) };
  const operation = z.enum(names);
  return z.codec(
    z.looseObject({ ...fields, at: isoTime, operation: z.exactOptional(operation), tells: eventType }),
    z.looseObject({ ...fields, at: instant, operation } satisfies FieldSchemas<Intent>),
    {
      decode: ({ tells, ...stored }, context) => {
        const known = stored.operation ?? names.find((name) => events[name] === tells);
        if (known !== undefined) return { ...stored, operation: known };
        context.issues.push({ code: 'custom', message: 'expected the event of an operation', input: tells });
        return z.NEVER;
      },
      encode: (known) => ({ ...known, tells: events[known.operation] }),
    },
  );
}

const recordedRole = z.looseObject({
  arn: roleArn,
  account: accountId,
  id: z.exactOptional(roleId),
  grant: z.string(),
  retire: z.enum(['keep', 'close', 'delete']),
  subjects: list(z.strictObject({ projectId, subject: z.string() } satisfies FieldSchemas<BoundSubject>)),
  formerSubjects: list(
    z.strictObject({ subject: z.string(), until: instant } satisfies FieldSchemas<FormerSubject>),
  ),
  pairedAs: z.exactOptional(list(connectionReference)),
  written: fieldDigests,
  writtenAt: instant,
  before: fieldDigests,
  conditions: z.exactOptional(conditions),
  intent: z.exactOptional(createIntentSchema(roleOperations)),
  closed: z.exactOptional(
    z.strictObject({
      reason: z.enum(['recreated', 'retired', 'missing']),
      subjects: list(z.string()),
      at: instant,
    } satisfies FieldSchemas<Closure>),
  ),
  sessionsRevokedBefore: z.exactOptional(instant),
  repairs: z.exactOptional(list(instant)),
  snapshot: z.exactOptional(snapshot),
  deletedAt: z.exactOptional(instant),
  restoredAt: z.exactOptional(instant),
  absentSince: z.exactOptional(instant),
} satisfies FieldSchemas<RecordedRole>);

const failingChanges = <Arn extends RoleArn | ProviderArn>(arn: z.ZodType<Arn>) =>
  z.exactOptional(
    list(
      z.looseObject({
        arn,
        changeId: z.string(),
        kind: z.enum(['create', 'repair', 'adopt', 'close', 'delete']),
        since: instant,
        lastAt: instant,
        times: z.int().positive(),
        nextAttemptAt: z.exactOptional(instant),
        nature: z.enum(['refused', 'rejected', 'transient', 'conflict', 'defect']),
        code: z.string(),
        awsCode: z.exactOptional(z.string()),
        message: z.string(),
        toldAt: instant,
        reminders: z.int().nonnegative(),
      } satisfies FieldSchemas<FailingChange<Arn>>),
    ),
  );

const recordedConnection = z.looseObject({
  kind: z.literal('connection'),
  organizationId,
  connectionId,
  version,
  references: list(connectionReference),
  earlierReferences: z.exactOptional(list(connectionReference)),
  home: z.exactOptional(accountId),
  isOtherType: z.exactOptional(z.literal(true)),
  role: z.exactOptional(recordedRole),
  earlier: list(recordedRole),
  releasing: z.exactOptional(
    list(
      z.looseObject({
        arn: roleArn,
        account: accountId,
        id: z.exactOptional(roleId),
        grant: z.string(),
        by: z.string(),
        at: instant,
      } satisfies FieldSchemas<Releasing>),
    ),
  ),
  retiring: z.exactOptional(
    z.strictObject({ by: z.string(), at: instant, reason: z.string() } satisfies FieldSchemas<Retiring>),
  ),
  missing: z.exactOptional(
    z.looseObject({
      since: instant,
      notifiedAt: z.exactOptional(instant),
      reminders: z.exactOptional(z.int().nonnegative()),
    } satisfies FieldSchemas<Missing>),
  ),
  keyMigration: z.exactOptional(
    z.strictObject({
      by: z.string(),
      at: instant,
      formerRoleArn: z.string(),
    } satisfies FieldSchemas<KeyMigration>),
  ),
  withoutIssuer: z.exactOptional(
    z.strictObject({
      issuer: z.enum(issuerNames),
      by: z.string(),
      at: instant,
    } satisfies FieldSchemas<WithoutIssuer>),
  ),
  notified: list(z.string()),
  unresolved: z.exactOptional(
    list(
      z.strictObject({
        roleArn,
        changeId: z.string(),
        since: instant,
        toldAt: instant,
        reminders: z.int().nonnegative(),
      } satisfies FieldSchemas<UnresolvedDrift>),
    ),
  ),
  failing: failingChanges(roleArn),
  outbox,
} satisfies FieldSchemas<Omit<RecordedConnection, 'unreadable'>>);

const recordedProvider = z.looseObject({
  kind: z.literal('provider'),
  account: accountId,
  arn: providerArn,
  version,
  audiences: list(z.string()),
  intent: z.exactOptional(createIntentSchema(providerOperations)),
  notified: list(z.string()),
  failing: failingChanges(providerArn),
  outbox,
} satisfies FieldSchemas<Omit<RecordedProvider, 'unreadable'>>);

const pauseScope = z.discriminatedUnion('of', [
  z.strictObject({ of: z.literal('everything') }),
  z.strictObject({ of: z.literal('organization'), id: organizationId }),
  z.strictObject({ of: z.literal('account'), id: accountId }),
  z.strictObject({ of: z.literal('grant'), name: z.string() }),
  z.strictObject({ of: z.literal('connection'), id: connectionId }),
]);

const breakerScope = z.discriminatedUnion('of', [
  z.strictObject({ of: z.literal('drift'), account: accountId }),
  z.strictObject({
    of: z.literal('absence'),
    organization: organizationId,
    project: z.exactOptional(projectId),
    account: z.exactOptional(accountId),
  }),
]);

const person = z.string();

const recordedControls = z.looseObject({
  kind: z.literal('controls'),
  account: z.exactOptional(accountId),
  version,
  bootstrapped: z.exactOptional(z.strictObject({ by: person, at: instant })),
  onboardings: z.exactOptional(list(accountId)),
  configuration: z.exactOptional(
    z.looseObject({ version: z.int(), sha256: z.string(), refused: z.exactOptional(z.int()) }),
  ),
  pauses: list(
    z.strictObject({
      scope: pauseScope,
      until: instant,
      reason: z.string(),
      by: person,
      at: instant,
    } satisfies FieldSchemas<Pause>),
  ),
  breakers: list(
    z.strictObject({
      scope: breakerScope,
      at: instant,
      resumed: z.exactOptional(z.strictObject({ by: person, until: instant })),
    } satisfies FieldSchemas<Breaker>),
  ),
  approvals: list(
    z.strictObject({
      planId: z.string(),
      changes: list(z.string()),
      by: person,
      at: instant,
      until: instant,
    } satisfies FieldSchemas<Approval>),
  ),
  disabledWebhooks: list(
    z.strictObject({
      name: z.string(),
      at: instant,
      reason: z.string(),
    } satisfies FieldSchemas<DisabledWebhook>),
  ),
  outbox,
} satisfies FieldSchemas<Omit<RecordedControls, 'unreadable'>>);

const hookEvent = z.enum(hookEvents);

const givenPassword = z.strictObject({
  id: subscriptionId,
  projectId: z.exactOptional(projectId),
  digest: z.string(),
} satisfies FieldSchemas<GivenPassword>);
const seenSubscription = z.strictObject({
  id: subscriptionId,
  projectId,
  event: hookEvent,
} satisfies FieldSchemas<SeenSubscription>);
const lostSubscription = z.strictObject({
  projectId,
  event: hookEvent,
  state: z.enum([...subscriptionStates, 'missing']).exclude(['enabled']),
} satisfies FieldSchemas<LostSubscription>);

/** What is known of the subscriptions of one project. */
export const storedHookPart = z.strictObject({
  project: projectId,
  passwords: list(givenPassword),
  seen: list(seenSubscription),
  lost: list(lostSubscription),
});

const recordedHooks = z.looseObject({
  kind: z.literal('hooks'),
  organizationId,
  version,
  salt: z.string(),
  passwords: list(givenPassword),
  givenAt: z.exactOptional(instant),
  seen: list(seenSubscription),
  lost: list(lostSubscription),
  outbox,
} satisfies FieldSchemas<Omit<RecordedHooks, 'unreadable'>>);

const readingSubject = z.discriminatedUnion('of', [
  z.strictObject({ of: z.literal('account'), id: accountId }),
  z.strictObject({ of: z.literal('organization'), id: organizationId }),
  z.strictObject({ of: z.literal('account-list'), id: z.literal('organization') }),
]);

const recordedReading = z.looseObject({
  kind: z.literal('reading'),
  subject: readingSubject,
  version,
  unread: list(
    z.strictObject({
      project: z.exactOptional(projectId),
      code: z.string(),
      since: instant,
    } satisfies FieldSchemas<UnreadPart>),
  ),
  severe: list(z.string()),
  outbox,
} satisfies FieldSchemas<Omit<RecordedReading, 'unreadable'>>);

export const recordedItem = z.discriminatedUnion('kind', [
  recordedConnection,
  recordedProvider,
  recordedControls,
  recordedHooks,
  recordedReading,
]);

/** A free lease has neither owner nor end; the fence stays, so that it never repeats. */
export const storedLease = z.looseObject({
  owner: z.exactOptional(z.string()),
  leaseUntil: z.exactOptional(z.number()),
  fence: z.int().positive(),
});
