import type { HeldReason } from '../plan/change.ts';
import type { ChangeKind } from '../records/change-kind.ts';
import type { Finding } from '../findings/finding.ts';
import type { Severity } from '../kernel/severity.ts';
import { severities } from '../findings/finding.ts';
import type { GuardedChange } from '../guard/guard.ts';
import type { Asker } from '../guard/person.ts';
import type { AccountId } from '../kernel/ids.ts';
import type { LookScope } from '../desired/scope.ts';
import { parseRoleArn } from '../kernel/arn.ts';
import { appendEvent } from '../records/outbox.ts';
import type { Controls, RecordedControls } from '../records/deployment-record.ts';
import { isDrift } from '../plan/change.ts';

/** What a hands-off pass has found in one account of a deployment that nobody has let write yet. */
interface FirstLook {
  readonly account: AccountId;
  /** What it would do, and does not. */
  readonly waiting: readonly GuardedChange[];
  /** Those of the account, and those that are of no role. */
  readonly findings: readonly Finding[];
  readonly isPartial: boolean;
}

/** A hands-off pass of a deployment that nobody has let write yet. */
export function isFirstLook(asker: Asker, { bootstrapped }: Pick<Controls, 'bootstrapped'>): boolean {
  return asker.trigger === 'schedule' && bootstrapped === undefined;
}

/** They hold whatever is meant there: before a person has let the deployment write, none of it says more than that. */
const holdingAll: readonly HeldReason[] = ['not-bootstrapped', 'mode-observe', 'mode-repair', 'paused'];
const holdingByMode: readonly HeldReason[] = ['mode-observe', 'mode-repair'];

const isHeldBy = (reasons: readonly HeldReason[]) => (change: GuardedChange) =>
  change.decision === 'held' && reasons.includes(change.heldBecause);

/** Of a first look: told for its account as a whole, and not for each connection. Drift is told as drift. */
export function isToldTogether(change: GuardedChange): boolean {
  return isHeldBy(holdingAll)(change) && !isDrift(change);
}

interface PassSeen {
  readonly asker: Asker;
  readonly controls: RecordedControls;
  readonly scope?: LookScope | undefined;
  readonly changes: readonly GuardedChange[];
  readonly findings: readonly Finding[];
  readonly isPartial: boolean;
}

/** The first looks of a pass, of whole accounts alone: a few roles say nothing of the rest. Where nothing waits there is none. */
export function firstLooks(seen: PassSeen, accounts: readonly AccountId[]): readonly FirstLook[] {
  if (!isFirstLook(seen.asker, seen.controls) || seen.scope?.roles) return [];
  const waiting = seen.changes.filter(isToldTogether);
  return accounts
    .map((account) => ({
      account,
      waiting: waiting.filter((change) => change.account === account),
      findings: seen.findings.filter(({ roleArn }) => {
        const of = roleArn && parseRoleArn(roleArn)?.account;
        return !of || of === account;
      }),
      isPartial: seen.isPartial,
    }))
    .filter((look) => look.waiting.length > 0);
}

/** Told once for each account, until a person lets the deployment write; the same value when there is nothing to tell. */
export function recordFirstLook(controls: RecordedControls, look: FirstLook, now: number): RecordedControls {
  const known = controls.firstLooks ?? [];
  if (controls.bootstrapped || known.includes(look.account)) return controls;
  return appendEvent(
    { ...controls, firstLooks: [...known, look.account] },
    'deployment.first-look.v1',
    describe(look),
    now,
  );
}

const kinds: readonly ChangeKind[] = ['create', 'repair', 'adopt', 'close', 'delete'];

function describe({ account, waiting, findings, isPartial }: FirstLook): Readonly<Record<string, unknown>> {
  const changes = countsOf(kinds, waiting, ({ kind }) => kind);
  const connections = new Set(
    waiting.flatMap((change) =>
      change.target === 'role' ? change.bindings.map(({ connectionId }) => connectionId) : [],
    ),
  ).size;
  const said = kinds.filter((kind) => changes[kind] > 0).map((kind) => `${kind} ${changes[kind]}`);
  return {
    aws: { account },
    changes,
    heldByMode: waiting.filter(isHeldBy(holdingByMode)).length,
    connections,
    findings: countsOf<Severity, Finding>(severities, findings, ({ severity }) => severity),
    isPartial,
    reason: [
      `Waiting: ${counted(waiting.length, 'change')} for ${counted(connections, 'connection')} (${said.join(', ')}).`,
      'Nothing is written until a person says so: azfed plan shows what it is, azfed bootstrap lets it go on.',
      ...(isPartial ? ['Not everything could be read: there may be more.'] : []),
    ].join(' '),
  };
}

function countsOf<Key extends string, Item>(
  keys: readonly Key[],
  items: readonly Item[],
  keyOf: (item: Item) => Key,
): Readonly<Record<Key, number>> {
  const counts = keys.map((key) => [key, items.filter((item) => keyOf(item) === key).length]);
  return Object.fromEntries(counts) as Record<Key, number>;
}

const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;
