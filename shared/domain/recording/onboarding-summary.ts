import { counted } from '../kernel/counted.ts';
import type { EventData } from '../records/event-catalogue.ts';
import type { BlockedReason } from '../records/blocked-reason.ts';
import type { ChangeKind } from '../records/connection-record.ts';
import { type Finding } from '../findings/finding.ts';
import { severities, type Severity } from '../kernel/severity.ts';
import type { GuardedChange } from '../guard/guard.ts';
import type { Initiator } from '../guard/controls.ts';
import type { AccountId } from '../kernel/ids.ts';
import type { RunScope } from '../desired/scope.ts';
import { splitRoleArn } from '../kernel/arn.ts';
import { appendEvent } from '../records/outbox.ts';
import type { Controls, RecordedControls } from '../records/deployment-record.ts';
import { isDrift } from '../plan/change.ts';

/** What an automatic run has found in one account of a deployment that nobody has let write yet. */
interface OnboardingSummary {
  readonly account: AccountId;
  /** What it would do, and does not. */
  readonly waiting: readonly GuardedChange[];
  /** Those of the account, and those that are of no role. */
  readonly findings: readonly Finding[];
  readonly isPartial: boolean;
}

/** An automatic run of a deployment that nobody has let write yet. */
export function isOnboarding(
  initiator: Initiator,
  { bootstrapped }: Pick<Controls, 'bootstrapped'>,
): boolean {
  return initiator.trigger === 'schedule' && bootstrapped === undefined;
}

/** They hold whatever is meant there: before a person has let the deployment write, none of it says more than that. */
const holdingAll: readonly BlockedReason[] = ['not-bootstrapped', 'mode-observe', 'mode-repair', 'paused'];
const holdingByMode: readonly BlockedReason[] = ['mode-observe', 'mode-repair'];

const hasHoldReason = (reasons: readonly BlockedReason[]) => (change: GuardedChange) =>
  change.decision === 'held' && reasons.includes(change.blockedBy);

/** Of a first look: told for its account as a whole, and not for each connection. Drift is told as drift. */
export function isNotifiedTogether(change: GuardedChange): boolean {
  return hasHoldReason(holdingAll)(change) && !isDrift(change);
}

interface RunView {
  readonly initiator: Initiator;
  readonly controls: RecordedControls;
  readonly scope?: RunScope | undefined;
  readonly changes: readonly GuardedChange[];
  readonly findings: readonly Finding[];
  readonly isPartial: boolean;
}

/** The first looks of a run, of whole accounts alone: a few roles say nothing of the rest. Where nothing waits there is none. */
export function onboardings(seen: RunView, accounts: readonly AccountId[]): readonly OnboardingSummary[] {
  if (!isOnboarding(seen.initiator, seen.controls) || seen.scope?.roles) return [];
  const waiting = seen.changes.filter(isNotifiedTogether);
  return accounts
    .map((account) => ({
      account,
      waiting: waiting.filter((change) => change.account === account),
      findings: seen.findings.filter(({ roleArn }) => {
        const of = roleArn && splitRoleArn(roleArn).account;
        return !of || of === account;
      }),
      isPartial: seen.isPartial,
    }))
    .filter((snapshot) => snapshot.waiting.length > 0);
}

/** Told once for each account, until a person lets the deployment write; the same value when there is nothing to tell. */
export function recordOnboarding(
  controls: RecordedControls,
  snapshot: OnboardingSummary,
  now: number,
): RecordedControls {
  const known = controls.onboardings ?? [];
  if (controls.bootstrapped || known.includes(snapshot.account)) return controls;
  return appendEvent(
    { ...controls, onboardings: [...known, snapshot.account] },
    'deployment.first-look.v1',
    describe(snapshot),
    now,
  );
}

const kinds: readonly ChangeKind[] = ['create', 'repair', 'adopt', 'close', 'delete'];

function describe(summary: OnboardingSummary): EventData<'deployment.first-look.v1'> {
  const { account, waiting, findings, isPartial } = summary;
  const changes = countItems(kinds, waiting, ({ kind }) => kind);
  const connections = new Set(
    waiting.flatMap((change) =>
      change.target === 'role' ? change.bindings.map(({ connectionId }) => connectionId) : [],
    ),
  ).size;
  const said = kinds.filter((kind) => changes[kind] > 0).map((kind) => `${kind} ${changes[kind]}`);
  return {
    aws: { account },
    changes,
    heldByMode: waiting.filter(hasHoldReason(holdingByMode)).length,
    connections,
    findings: countItems<Severity, Finding>(severities, findings, ({ severity }) => severity),
    isPartial,
    reason: [
      `Waiting: ${counted(waiting.length, 'change')} for ${counted(connections, 'connection')} (${said.join(', ')}).`,
      'Nothing is written until a person says so: azfed plan shows what it is, azfed bootstrap lets it go on.',
      ...(isPartial ? ['Not everything could be read: there may be more.'] : []),
    ].join(' '),
  };
}

function countItems<Key extends string, Item>(
  keys: readonly Key[],
  items: readonly Item[],
  selectKey: (item: Item) => Key,
): Readonly<Record<Key, number>> {
  const counts = keys.map((key) => [key, items.filter((item) => selectKey(item) === key).length]);
  return Object.fromEntries(counts) as Record<Key, number>;
}
