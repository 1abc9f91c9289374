import type { Binding } from './bindings.ts';
import type { Absence } from './change.ts';
import type { EventType } from './event.ts';
import type { Finding } from './finding.ts';
import { leavesUnknown } from './finding.ts';
import type { GuardedChange } from './guard.ts';
import { appendEvent } from './outbox.ts';
import type { LookScope } from './look-scope.ts';
import { isWithin } from './look-scope.ts';
import type { RecordedConnection } from './recorded.ts';
import { itemOf, recordAbsence } from './recording.ts';
import { claimsOf } from './usurpers.ts';
import { MISSING, describeChange, driftCode, isDrift } from './tell.ts';

type HeldChange = Extract<GuardedChange, { decision: 'held'; target: 'role' }>;

interface Telling {
  readonly code: string;
  readonly type: EventType;
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * The records of connections about which there is something to be told that was not told before, or no longer is:
 * changes that were held, connections that are missing. Only transitions are told; a record that says the same as
 * before is not among the result. What a change of this pass has told of itself stays as it was told.
 */
export function tell(
  recorded: readonly RecordedConnection[],
  pass: {
    readonly changes: readonly GuardedChange[];
    readonly absences: readonly Absence[];
    readonly findings: readonly Finding[];
    /** What the pass was about; left out: everything. */
    readonly scope?: LookScope | undefined;
  },
  now: number,
): readonly RecordedConnection[] {
  const held = pass.changes.filter(
    (change): change is HeldChange => change.target === 'role' && change.decision === 'held',
  );
  const before = new Map(recorded.map((item) => [keyOf(item), item]));
  const items = new Map<string, RecordedConnection>();
  const tellings = new Map<string, Telling[]>();
  const add = (item: RecordedConnection, telling: Telling) => {
    items.set(keyOf(item), items.get(keyOf(item)) ?? item);
    tellings.set(keyOf(item), [...(tellings.get(keyOf(item)) ?? []), telling]);
  };
  const applied = new Set(
    pass.changes.flatMap((change) =>
      change.target === 'role' && change.decision === 'allowed' ? change.bindings.map(bindingKey) : [],
    ),
  );
  const seen = recorded.filter((item) => isSeen(item, pass.scope));
  for (const item of seen) if (item.told.length > 0) items.set(keyOf(item), item);
  for (const change of held) {
    for (const binding of change.bindings)
      add(itemOf(before.get(bindingKey(binding)), binding), heldTelling(change, binding));
  }
  const missing = new Map(
    pass.findings
      .filter(({ code }) => code === 'connection.missing')
      .map((found) => [found.connectionId, found]),
  );
  for (const item of seen) {
    const found = missing.get(item.connectionId);
    if (found)
      add(item, {
        code: MISSING,
        type: 'connection.missing.v1',
        data: { reason: found.message, aws: { roleArn: found.roleArn } },
      });
  }
  noteAbsences(before, items, pass.absences, now);
  voidWords(seen, items, pass.findings);
  const isPartial = pass.findings.some(({ code }) => leavesUnknown.includes(code));
  return [...items].flatMap(([key, item]) => {
    const ofChange = applied.has(key) ? item.told.filter((code) => code !== MISSING) : [];
    const kept = isPartial || !isSeenWhole(item, pass.scope) ? item.told : ofChange;
    const told = tellAll(item, tellings.get(key) ?? [], kept, now);
    return told === before.get(key) ? [] : [told];
  });
}

/** The pass was about a role of the connection. */
function isSeen(item: RecordedConnection, scope: LookScope | undefined): boolean {
  return !scope || claimsOf(item).some(({ role }) => isWithin(scope, role.arn));
}

/** The pass was about all of its roles. */
function isSeenWhole(item: RecordedConnection, scope: LookScope | undefined): boolean {
  return !scope || claimsOf(item).every(({ role }) => isWithin(scope, role.arn));
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

function heldTelling(change: HeldChange, binding: Binding): Telling {
  const data = describeChange(change, binding, change.heldBecause);
  return isDrift(change)
    ? { code: driftCode(change), type: 'connection.drift-detected.v1', data }
    : { code: `held:${change.id}`, type: 'connection.held.v1', data };
}

/** `kept`: codes that cannot be called over, since not everything was read. */
function tellAll(
  item: RecordedConnection,
  tellings: readonly Telling[],
  kept: readonly string[],
  now: number,
): RecordedConnection {
  const codes = [...new Set([...kept, ...tellings.map(({ code }) => code)])].sort();
  if (codes.join() === [...item.told].sort().join()) return item;
  const fresh = tellings.filter(({ code }) => !item.told.includes(code));
  return fresh.reduce((told, { type, data }) => appendEvent(told, type, data, now), { ...item, told: codes });
}
