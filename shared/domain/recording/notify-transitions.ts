import { parseRoleArn } from '../kernel/arn.ts';
import type { Binding } from '../desired/bindings.ts';
import type { Absence, RoleChange } from '../plan/change.ts';
import type { EventType } from '../records/event.ts';
import type { Finding } from '../findings/finding.ts';
import { leavesUnknown } from '../findings/finding.ts';
import { isToldTogether } from './onboarding-summary.ts';
import type { GuardedChange } from '../guard/guard.ts';
import { isAllowed } from '../guard/guard.ts';
import { failingData, failingOf, withoutFailing } from '../plan/failing-changes.ts';
import type { RoleArn } from '../kernel/ids.ts';
import { appendEvent } from '../records/outbox.ts';
import type { LookScope } from '../desired/scope.ts';
import { isWithin } from '../desired/scope.ts';
import type { Sightings } from '../desired/missing-connections.ts';
import { notifyUnaccounted, recordSighting } from '../desired/missing-connections.ts';
import type { RecordedConnection } from '../records/connection-record.ts';
import { itemOf, recordAbsence } from './recording.ts';
import { MISSING, describeChange, driftCode, failedCode, recordedData } from './event-payload.ts';
import { recordDriftStays, recordDriftTold, withoutDrift } from './drift-reminders.ts';
import { claimsOf } from '../records/claim.ts';
import { isDrift } from '../plan/change.ts';

interface Telling {
  readonly code: string;
  /** Left out: it counts as told. */
  readonly type?: EventType;
  readonly data: Readonly<Record<string, unknown>>;
  /** Of drift: while it stays, somebody is reminded. */
  readonly drift?: RoleChange;
}

/** What a pass has come to, as far as it is told of connections. */
interface PassTold {
  readonly changes: readonly GuardedChange[];
  readonly absences: readonly Absence[];
  readonly sightings: Sightings;
  readonly findings: readonly Finding[];
  /** What the pass was about; left out: everything. */
  readonly scope?: LookScope | undefined;
  /** Days after which drift that stays is told again; 0: never. */
  readonly reminderDays: number;
  /** A hands-off pass of a deployment that nobody has let write yet: what waits in an account is told as one. */
  readonly isFirstLook: boolean;
}

/**
 * The records of connections about which there is something to be told that was not told before, or no longer is:
 * changes that were held, connections that are missing. Only transitions are told, and, after a while, drift that
 * stays; a record that says the same as before is not among the result. What a change of this pass has told of itself
 * stays as it was told.
 */
export function tell(
  recorded: readonly RecordedConnection[],
  pass: PassTold,
  now: number,
): readonly RecordedConnection[] {
  const before = new Map(recorded.map((item) => [keyOf(item), item]));
  const items = new Map<string, RecordedConnection>();
  const tellings = new Map<string, Telling[]>();
  const add = (item: RecordedConnection, telling: Telling) => {
    items.set(keyOf(item), items.get(keyOf(item)) ?? item);
    tellings.set(keyOf(item), [...(tellings.get(keyOf(item)) ?? []), telling]);
  };
  const seen = recorded.filter((item) => isSeen(item, pass.scope));
  for (const item of seen.filter(hasTold)) items.set(keyOf(item), item);
  for (const change of pass.changes.filter(isOfRole)) {
    for (const binding of change.bindings) {
      const item = itemOf(before.get(bindingKey(binding)), binding);
      const telling =
        change.decision === 'held'
          ? heldTelling(change, binding, item, pass)
          : triedTelling(change, binding, item);
      if (telling) add(item, telling);
    }
  }
  const missing = new Map(
    pass.findings
      .filter(({ code }) => code === 'connection.missing')
      .map((found) => [found.connectionId, found]),
  );
  for (const item of seen) {
    const found = missing.get(item.connectionId);
    if (found) add(item, missingTelling(item, found));
  }
  noteAbsences(before, items, pass.absences, now);
  voidWords(seen, items, pass.findings);
  noteSightings(seen, items, pass, now);
  const left = leftOf(pass);
  return [...items].flatMap(([key, item]) => {
    const { kept, item: standing } = left(key, item);
    const told = tellAll(standing, tellings.get(key) ?? [], kept, { ...pass, now });
    return told === before.get(key) ? [] : [told];
  });
}

/** Something was told of it, or counted, that may be over now. */
const hasTold = ({ told, unresolved, failing }: RecordedConnection) =>
  told.length > 0 || unresolved !== undefined || failing !== undefined;

const isOfRole = (change: GuardedChange): change is GuardedRoleChange => change.target === 'role';

type GuardedRoleChange = Extract<GuardedChange, { target: 'role' }>;
type HeldChange = Extract<GuardedRoleChange, { decision: 'held' }>;

/**
 * What stays of an item that was told before: codes that this pass cannot call over or that its own changes have told,
 * and drift that it has not seen to be over. Where not everything was read, all of it stays.
 */
function leftOf({ changes, findings, scope }: PassTold) {
  const unread = findings.filter(({ code }) => leavesUnknown.includes(code));
  // What is not shown of one connection says nothing of the others.
  const isPartial = unread.some(({ connectionId }) => connectionId === undefined);
  const hidden = new Set(unread.map(({ connectionId }) => connectionId));
  const ofRoles = changes.filter(isOfRole);
  const applied = new Set(ofRoles.filter(isAllowed).flatMap(({ bindings }) => bindings.map(bindingKey)));
  const drifted = new Set(
    ofRoles
      .filter(isDrift)
      .flatMap(({ id, roleArn, bindings }) =>
        bindings.map(bindingKey).flatMap((key) => [`${key} ${id}`, `${key} ${roleArn}`]),
      ),
  );
  const planned = new Set(
    ofRoles.flatMap(({ roleArn, bindings }) => bindings.map(bindingKey).map((key) => `${key} ${roleArn}`)),
  );
  return (key: string, item: RecordedConnection) => {
    if (isPartial || hidden.has(item.connectionId)) return { item, kept: item.told };
    const looked = (item.unresolved ?? []).filter(({ roleArn }) => !scope || isWithin(scope, roleArn));
    const over = looked
      .filter(({ changeId }) => !drifted.has(`${key} ${changeId}`))
      .map(({ changeId }) => driftCode({ id: changeId }));
    const ofChange = applied.has(key) ? item.told.filter((code) => code !== MISSING) : [];
    return {
      kept: isSeenWhole(item, scope) ? ofChange : item.told.filter((code) => !over.includes(code)),
      item: withoutFailing(
        withoutDrift(item, (drift) => looked.includes(drift) && !drifted.has(`${key} ${drift.roleArn}`)),
        ({ arn }) => !planned.has(`${key} ${arn}`) && (!scope || isWithin(scope, arn as RoleArn)),
      ),
    };
  };
}

/** The pass was about a role of the connection. */
function isSeen(item: RecordedConnection, scope: LookScope | undefined): boolean {
  return !scope || rolesOf(item).some((role) => isWithin(scope, role));
}

/** The pass was about all of its roles. */
function isSeenWhole(item: RecordedConnection, scope: LookScope | undefined): boolean {
  return !scope || rolesOf(item).every((role) => isWithin(scope, role));
}

/** Those of its record, and those with which it drifted along before it was let in. */
function rolesOf(item: RecordedConnection): readonly RoleArn[] {
  return [
    ...claimsOf(item).map(({ role }) => role.arn),
    ...(item.unresolved ?? []).map(({ roleArn }) => roleArn),
    ...(item.failing ?? []).map(({ arn }) => arn as RoleArn),
  ];
}

const keyOf = ({
  organizationId,
  connectionId,
}: Pick<RecordedConnection, 'organizationId' | 'connectionId'>) => `${organizationId} ${connectionId}`;

const bindingKey = ({ organization, connectionId }: Binding) =>
  keyOf({ organizationId: organization.id, connectionId });

/** Notes in the records when their role was not found for the first time. */
function noteAbsences(
  before: ReadonlyMap<string, RecordedConnection>,
  items: Map<string, RecordedConnection>,
  absences: readonly Absence[],
  now: number,
): void {
  for (const { roleArn, bindings } of absences) {
    for (const key of bindings.map(bindingKey)) {
      const item = items.get(key) ?? before.get(key);
      if (item) items.set(key, recordAbsence(item, roleArn, now));
    }
  }
}

/** Takes back what a person has said of connections that are seen again. */
function voidWords(
  seen: readonly RecordedConnection[],
  items: Map<string, RecordedConnection>,
  findings: readonly Finding[],
): void {
  const returned = new Set(
    findings.filter(({ code }) => code === 'connection.returned').map(({ connectionId }) => connectionId),
  );
  for (const item of seen.filter(({ connectionId }) => returned.has(connectionId))) {
    const { retiring: _, ...rest } = items.get(keyOf(item)) ?? item;
    items.set(keyOf(item), rest);
  }
}

/** Starts and stops the clocks of missing connections, and notifies of those that are unaccounted for. */
function noteSightings(
  seen: readonly RecordedConnection[],
  items: Map<string, RecordedConnection>,
  { sightings, findings, reminderDays }: PassTold,
  now: number,
): void {
  const unaccounted = new Map(
    findings
      .filter(({ code }) => code === 'connection.unaccounted')
      .map((found) => [found.connectionId, found]),
  );
  for (const item of seen) {
    const known = items.get(keyOf(item)) ?? item;
    const sighted = recordSighting(known, sightings, now);
    const found = unaccounted.get(item.connectionId);
    const notified = found
      ? notifyUnaccounted(sighted, missingData(item, found), reminderDays, now)
      : sighted;
    if (notified !== known) items.set(keyOf(item), notified);
  }
}

function heldTelling(
  change: HeldChange,
  binding: Binding,
  item: RecordedConnection,
  { isFirstLook }: PassTold,
): Telling {
  const data = {
    ...describeChange(change, binding, change.heldBecause),
    ...failingData(item, change.roleArn),
  };
  if (isDrift(change))
    return { code: driftCode(change), type: 'connection.drift-detected.v1', data, drift: change };
  const code = `held:${change.id}`;
  return isFirstLook && isToldTogether(change) ? { code, data } : { code, type: 'connection.held.v1', data };
}

/** Of drift that was told, and that this pass, too, could not put right: what it can, it records as over. */
function triedTelling(
  change: GuardedRoleChange,
  binding: Binding,
  item: RecordedConnection,
): Telling | undefined {
  const { told } = item;
  const code = driftCode(change);
  // What failed before anything was begun, since the account could not be written to, was not told by its intent.
  const isUnbegun = failingOf(item, change.roleArn)?.changeId === change.id;
  if (!isDrift(change) || (!told.includes(code) && !isUnbegun)) return undefined;
  const hasFailed = told.some((one) => one.startsWith(failedCode(change, '')));
  const data = {
    ...describeChange(change, binding, hasFailed ? 'failed' : 'repairing'),
    ...failingData(item, change.roleArn),
  };
  return { code, type: 'connection.drift-detected.v1', data, drift: change };
}

const missingTelling = (item: RecordedConnection, found: Finding): Telling => ({
  code: MISSING,
  type: 'connection.missing.v1',
  data: missingData(item, found),
});

function missingData(
  item: RecordedConnection,
  { message, roleArn }: Finding,
): Readonly<Record<string, unknown>> {
  const aws = { account: parseRoleArn(roleArn ?? '')?.account, roleArn };
  return { ...recordedData(item), reason: message, aws };
}

/** `kept`: codes that cannot be called over, since not everything was read. */
function tellAll(
  item: RecordedConnection,
  tellings: readonly Telling[],
  kept: readonly string[],
  { reminderDays, now }: Pick<PassTold, 'reminderDays'> & { readonly now: number },
): RecordedConnection {
  const codes = [...new Set([...kept, ...tellings.map(({ code }) => code)])].sort();
  const isSame = codes.join() === [...item.told].sort().join();
  return tellings.reduce<RecordedConnection>(
    (known, { code, type, data, drift }) => {
      if (item.told.includes(code))
        return drift ? recordDriftStays(known, drift, data, reminderDays, now) : known;
      if (!type) return known;
      return appendEvent(drift ? recordDriftTold(known, drift, now) : known, type, data, now);
    },
    isSame ? item : { ...item, told: codes },
  );
}
