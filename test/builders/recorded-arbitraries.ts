import { fc } from './fast-check.ts';
import { parseRoleArn, providerArn } from '../../shared/domain/kernel/arn.ts';
import { formatInstant } from '../../shared/domain/kernel/durations.ts';
import type { PendingEvent } from '../../shared/domain/records/event.ts';
import type { EventType } from '../../shared/domain/records/event-catalogue.ts';
import { providerOperations, roleOperations } from '../../shared/domain/records/operation.ts';
import { eventCatalogue } from '../../shared/domain/records/event-catalogue.ts';
import type {
  GivenPassword,
  LostSubscription,
  RecordedHooks,
  SeenSubscription,
} from '../../shared/domain/records/hook-records.ts';
import { hookEvents } from '../../shared/domain/azure-devops/hook-subscription.ts';
import type { RoleId } from '../../shared/domain/kernel/ids.ts';
import { issuerNames } from '../../shared/domain/issuers/issuer.ts';
import {
  parseAccountId,
  parseConnectionId,
  parseOrganizationId,
  parseProjectId,
  parseSubscriptionId,
} from '../../shared/domain/kernel/ids.ts';
import type {
  Approval,
  Breaker,
  DisabledWebhook,
  Pause,
  RecordedControls,
} from '../../shared/domain/records/deployment-record.ts';
import type { RecordedReading, UnreadPart } from '../../shared/domain/records/reading-record.ts';
import type { PolicyDocument } from '../../shared/domain/policy/policy-document.ts';
import type { RoleState } from '../../shared/domain/iam/role.ts';
import type {
  RecordedConnection,
  RecordedItem,
  RecordedProvider,
  Closure,
  KeyMigration,
  Missing,
  WithoutIssuer,
  RecordedRole,
  Releasing,
  Retiring,
  FailingChange,
  UnresolvedDrift,
} from '../../shared/domain/records/connection-record.ts';

function parsed<Text, Value>(texts: fc.Arbitrary<Text>, parse: (text: Text) => Value | undefined) {
  return texts.map(parse).filter((value) => value !== undefined);
}

const text = fc.string({ unit: 'binary', maxLength: 20 });
// `__proto__` cannot be the name of a field of a role, a tag of which has a prefix, or of a webhook.
const name = text.filter((value) => value !== '__proto__');
const instant = fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2099, 11, 31) });
const isoTime = instant.map(formatInstant);
const count = fc.nat();
// By way of the text, because JSON has no negative zero.
const anyJson = fc.json({ maxDepth: 4 }).map((json): unknown => JSON.parse(json));

const organizationId = parsed(fc.uuid(), parseOrganizationId);
const connectionId = parsed(fc.uuid(), parseConnectionId);
const projectId = parsed(fc.uuid(), parseProjectId);
const accountId = parsed(fc.stringMatching(/^\d{12}$/), parseAccountId);
const roleId = fc.stringMatching(/^AROA[A-Z0-9]{16}$/).map((id) => id as RoleId);
const roleName = fc.stringMatching(/^[\w+=,.@-]{1,64}$/);

const eventType = fc.constantFrom(
  ...Object.keys(eventCatalogue).filter((type): type is EventType => Object.hasOwn(eventCatalogue, type)),
);

const delivery = fc.oneof(
  fc.record({ state: fc.constant('delivered' as const), at: isoTime }),
  fc.record({
    state: fc.constant('waiting' as const),
    attempts: count,
    nextAttemptAt: isoTime,
    lastError: text,
  }),
  fc.record({ state: fc.constant('exhausted' as const), attempts: count, lastError: text }),
);

// fast-check makes some objects without a prototype, which no record has and a strict comparison tells apart.
function withPlainPrototypes<Value>(value: Value): Value {
  return structuredClone(value);
}

export const anyPendingEvent: fc.Arbitrary<PendingEvent> = fc
  .record({
    id: text,
    sequence: count,
    type: eventType,
    time: isoTime,
    subject: text,
    data: fc.dictionary(text, anyJson, { maxKeys: 3 }),
    deliveries: fc.dictionary(name, delivery, { maxKeys: 2 }),
  })
  .map(withPlainPrototypes);

const outbox = fc.record({ pending: fc.array(anyPendingEvent, { maxLength: 3 }), nextSequence: count });
const notified = fc.array(text, { maxLength: 3 });
const digests = fc.dictionary(name, text, { maxKeys: 4 });
const makeIntent = <Operation extends string>(events: Readonly<Record<Operation, unknown>>) =>
  fc.record(
    {
      changeId: text,
      at: instant,
      operation: fc.constantFrom(...(Object.keys(events) as Operation[])),
      revokes: fc.constant(true as const),
    },
    { requiredKeys: ['changeId', 'at', 'operation'] },
  );

/** Every field of the domain's type, so that a new one is tried too. */
type Fields<Domain> = { [Name in keyof Required<Domain>]: fc.Arbitrary<unknown> };

const anyPolicy = fc
  .record({ Version: text, Statement: anyJson })
  .map((document) => document as PolicyDocument);

const roleFields = {
  arn: parsed(fc.tuple(accountId, roleName), ([account, role]) =>
    parseRoleArn(`arn:aws:iam::${account}:role/${role}`),
  ).map(({ arn }) => arn),
  account: accountId,
  grant: text,
  retire: fc.constantFrom('keep' as const, 'close' as const, 'delete' as const),
  subjects: fc.array(fc.record({ projectId, subject: text }), { maxLength: 2 }),
  formerSubjects: fc.array(fc.record({ subject: text, until: instant }), { maxLength: 2 }),
  written: digests,
  writtenAt: instant,
  before: digests,
  conditions: fc.constant({ IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } }),
  id: roleId,
  intent: makeIntent(roleOperations),
  closed: fc.record({
    reason: fc.constantFrom('recreated' as const, 'retired' as const, 'missing' as const),
    subjects: fc.array(text, { maxLength: 2 }),
    at: instant,
  } satisfies Fields<Closure>),
  snapshot: fc.record({
    trust: anyPolicy,
    boundary: text,
    managedPolicies: notified,
    inlinePolicies: fc.dictionary(name, anyPolicy, { maxKeys: 2 }),
    maxSessionDuration: count,
    description: text,
    tags: fc.dictionary(name, text, { maxKeys: 2 }),
  } satisfies Fields<RoleState>),
  pairedAs: fc.array(fc.record({ projectId, projectName: text, name: text }), { maxLength: 2 }),
  deletedAt: instant,
  restoredAt: instant,
  sessionsRevokedBefore: instant,
  repairs: fc.array(instant, { maxLength: 5 }),
  absentSince: instant,
} satisfies Fields<RecordedRole>;

const anyRole: fc.Arbitrary<RecordedRole> = fc.record(roleFields, {
  requiredKeys: [
    'arn',
    'account',
    'grant',
    'retire',
    'subjects',
    'formerSubjects',
    'written',
    'writtenAt',
    'before',
  ],
});

const makeFailing = <Arn extends FailingChange['arn']>(arn: fc.Arbitrary<Arn>) => {
  const fields = {
    arn,
    changeId: text,
    kind: fc.constantFrom('create', 'repair', 'adopt', 'close', 'delete'),
    since: instant,
    lastAt: instant,
    times: fc.integer({ min: 1, max: 1_000 }),
    nextAttemptAt: instant,
    nature: fc.constantFrom('refused', 'rejected', 'transient', 'conflict', 'defect'),
    code: text,
    awsCode: text,
    message: text,
    toldAt: instant,
    reminders: count,
  } satisfies Fields<FailingChange>;
  const { awsCode: _, nextAttemptAt: __, ...required } = fields;
  const requiredKeys = Object.keys(required) as (keyof typeof required)[];
  return fc.array(fc.record(fields, { requiredKeys }), { maxLength: 2 });
};

const connectionFields = {
  kind: fc.constant('connection' as const),
  organizationId,
  connectionId,
  version: fc.constant(0),
  references: fc.array(fc.record({ projectId, projectName: text, name: text }), { maxLength: 3 }),
  earlierReferences: fc.array(fc.record({ projectId, projectName: text, name: text }), { maxLength: 2 }),
  isOtherType: fc.constant(true as const),
  role: anyRole,
  earlier: fc.array(anyRole, { maxLength: 2 }),
  home: accountId,
  releasing: fc.array(
    fc.record({
      arn: roleFields.arn,
      account: roleFields.account,
      id: roleFields.id,
      grant: text,
      by: text,
      at: instant,
    } satisfies Fields<Releasing>),
    { maxLength: 2 },
  ),
  retiring: fc.record({ by: text, at: instant, reason: text } satisfies Fields<Retiring>),
  missing: fc.record({ since: instant, notifiedAt: instant, reminders: count } satisfies Fields<Missing>),
  keyMigration: fc.record({
    by: text,
    at: instant,
    formerRoleArn: text,
  } satisfies Fields<KeyMigration>),
  withoutIssuer: fc.record({
    issuer: fc.constantFrom(...issuerNames),
    by: text,
    at: instant,
  } satisfies Fields<WithoutIssuer>),
  notified,
  unresolved: fc.array(
    fc.record({
      roleArn: roleFields.arn,
      changeId: text,
      since: instant,
      toldAt: instant,
      reminders: count,
    } satisfies Fields<UnresolvedDrift>),
    { maxLength: 2 },
  ),
  failing: makeFailing(roleFields.arn),
  outbox,
} satisfies Fields<Omit<RecordedConnection, 'unreadable'>>;

const anyConnection: fc.Arbitrary<RecordedConnection> = fc.record(connectionFields, {
  requiredKeys: [
    'kind',
    'organizationId',
    'connectionId',
    'version',
    'references',
    'earlier',
    'notified',
    'outbox',
  ],
});

const anyProviderArn = fc
  .tuple(accountId, organizationId)
  .map(([account, id]) => providerArn('aws', account, `vstoken.dev.azure.com/${id}`));

const providerFields = {
  kind: fc.constant('provider' as const),
  account: accountId,
  arn: anyProviderArn,
  version: fc.constant(0),
  audiences: notified,
  intent: makeIntent(providerOperations),
  notified,
  failing: makeFailing(anyProviderArn),
  outbox,
} satisfies Fields<Omit<RecordedProvider, 'unreadable'>>;

const anyProvider: fc.Arbitrary<RecordedProvider> = fc.record(providerFields, {
  requiredKeys: ['kind', 'account', 'arn', 'version', 'audiences', 'notified', 'outbox'],
});

const controlsFields = {
  kind: fc.constant('controls' as const),
  account: accountId,
  version: fc.constant(0),
  bootstrapped: fc.record({ by: text, at: instant }),
  onboardings: fc.array(accountId, { maxLength: 2 }),
  pauses: fc.array(
    fc.record({
      scope: fc.oneof(
        fc.record({ of: fc.constant('everything' as const) }),
        fc.record({ of: fc.constant('organization' as const), id: organizationId }),
        fc.record({ of: fc.constant('account' as const), id: accountId }),
        fc.record({ of: fc.constant('grant' as const), name: text }),
        fc.record({ of: fc.constant('connection' as const), id: connectionId }),
      ),
      until: instant,
      reason: text,
      by: text,
      at: instant,
    } satisfies Fields<Pause>),
    { maxLength: 2 },
  ),
  breakers: fc.array(
    fc.record(
      {
        scope: fc.oneof(
          fc.record({ of: fc.constant('drift' as const), account: accountId }),
          fc.record({ of: fc.constant('absence' as const), organization: organizationId }),
        ),
        at: instant,
        resumed: fc.record({ by: text, until: instant }),
      } satisfies Fields<Breaker>,
      { requiredKeys: ['scope', 'at'] },
    ),
    { maxLength: 2 },
  ),
  approvals: fc.array(
    fc.record({
      planId: text,
      changes: notified,
      by: text,
      at: instant,
      until: instant,
    } satisfies Fields<Approval>),
    { maxLength: 2 },
  ),
  configuration: fc.record(
    { version: fc.nat(), sha256: text, refused: fc.nat() },
    { requiredKeys: ['version', 'sha256'] },
  ),
  disabledWebhooks: fc.array(
    fc.record({ name: text, at: instant, reason: text } satisfies Fields<DisabledWebhook>),
    { maxLength: 2 },
  ),
  outbox,
} satisfies Fields<Omit<RecordedControls, 'unreadable'>>;

const anyControls: fc.Arbitrary<RecordedControls> = fc.record(controlsFields, {
  requiredKeys: ['kind', 'version', 'pauses', 'breakers', 'approvals', 'disabledWebhooks', 'outbox'],
});

const hookEvent = fc.constantFrom(...hookEvents);
const subscriptionId = parsed(fc.uuid(), parseSubscriptionId);

const hooksFields = {
  kind: fc.constant('hooks' as const),
  organizationId,
  version: fc.constant(0),
  salt: text,
  passwords: fc.uniqueArray(
    fc.record({ id: subscriptionId, projectId, digest: text } satisfies Fields<GivenPassword>, {
      requiredKeys: ['id', 'digest'],
    }),
    { maxLength: 3, selector: ({ id }) => id },
  ),
  givenAt: instant,
  seen: fc.uniqueArray(
    fc.record({ id: subscriptionId, projectId, event: hookEvent } satisfies Fields<SeenSubscription>),
    { maxLength: 3, selector: ({ id }) => id },
  ),
  lost: fc.uniqueArray(
    fc.record({
      projectId,
      event: hookEvent,
      state: fc.constantFrom('missing', 'onProbation', 'disabledByUser'),
    } satisfies Fields<LostSubscription>),
    { maxLength: 3, selector: (one) => `${one.projectId} ${one.event}` },
  ),
  outbox,
} satisfies Fields<Omit<RecordedHooks, 'unreadable'>>;

/** In the order of projects, as azfed writes them. */
const anyHooks: fc.Arbitrary<RecordedHooks> = fc
  .record(hooksFields, {
    requiredKeys: ['kind', 'organizationId', 'version', 'salt', 'passwords', 'seen', 'lost', 'outbox'],
  })
  .map((hooks) => {
    const projects = new Map(hooks.seen.map((one) => [one.id, one.projectId]));
    return {
      ...hooks,
      passwords: orderEntries(hooks.passwords, (one) => one.projectId ?? projects.get(one.id) ?? ''),
      seen: orderEntries(hooks.seen, (one) => one.projectId),
      lost: orderEntries(hooks.lost, (one) => one.projectId),
    };
  });

function orderEntries<Entry>(entries: readonly Entry[], getKey: (entry: Entry) => string): readonly Entry[] {
  return [...entries].sort((a, b) => Number(getKey(a) > getKey(b)) - Number(getKey(a) < getKey(b)));
}

const readingFields = {
  kind: fc.constant('reading' as const),
  subject: fc.oneof(
    fc.record({ of: fc.constant('account' as const), id: accountId }),
    fc.record({ of: fc.constant('organization' as const), id: organizationId }),
  ),
  version: fc.constant(0),
  unread: fc.array(
    fc.record({ project: projectId, code: text, since: instant } satisfies Fields<UnreadPart>, {
      requiredKeys: ['code', 'since'],
    }),
    { maxLength: 2 },
  ),
  severe: fc.array(text, { maxLength: 3 }),
  outbox,
} satisfies Fields<Omit<RecordedReading, 'unreadable'>>;

const anyReading: fc.Arbitrary<RecordedReading> = fc.record(readingFields);

/** Any record that the domain's types allow, to show that a store gives back exactly what it was given. */
export const anyRecordedItem: fc.Arbitrary<RecordedItem> = fc
  .oneof(anyConnection, anyProvider, anyControls, anyHooks, anyReading)
  .map(withPlainPrototypes);
