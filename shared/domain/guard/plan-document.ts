import type { Change } from '../plan/change.ts';
import type { BlockedReason } from '../records/blocked-reason.ts';
import type { ChangeKind } from '../records/connection-record.ts';
import { countCoverage, type Coverage, type Finding } from '../findings/finding.ts';
import { holdWhole, isAllowed, type GuardedChange } from './guard.ts';

/** The plan as other programs read it (`azfed plan --json`). Fields are only ever added within one schemaVersion. */
export interface PlanDocument {
  readonly schemaVersion: 2;
  readonly planId: string;
  readonly outcome: string;
  readonly changes: readonly PlannedChange[];
  readonly findings: readonly Finding[];
  readonly summary: Readonly<Record<ChangeKind | 'held', number>>;
  readonly coverage: Coverage;
  /** Requests that the look has cost. */
  readonly reads: { readonly azureDevOps: number; readonly iam: number; readonly dynamodb: number };
}

interface PlannedChange extends Pick<
  GuardedChange,
  'id' | 'kind' | 'cause' | 'account' | 'severity' | 'reason' | 'differences' | 'actor'
> {
  readonly roleArn?: string;
  readonly connectionId?: string;
  readonly decision: 'allowed' | 'held';
  readonly blockedBy?: BlockedReason;
  /** Of an allowed change of which only the narrowing steps are carried out: why its widening steps wait. */
  readonly wideningBlockedBy?: BlockedReason;
}

export function planDocument(
  planId: string,
  outcome: string,
  changes: readonly GuardedChange[],
  findings: readonly Finding[],
  reads: PlanDocument['reads'],
): PlanDocument {
  return {
    schemaVersion: 2,
    planId,
    outcome,
    changes: changes.map(describeChange),
    findings,
    summary: summarize(changes),
    coverage: countCoverage(findings),
    reads,
  };
}

/** One change as the document has it. */
export function describeChange(change: GuardedChange): PlannedChange {
  const { id, kind, cause, account, severity, reason, differences, decision } = change;
  const [first] = change.target === 'role' ? change.bindings : [];
  return {
    id,
    kind,
    cause,
    account,
    severity,
    ...(change.target === 'role' ? { roleArn: change.roleArn } : {}),
    ...(first ? { connectionId: first.connectionId } : {}),
    reason,
    differences,
    decision,
    ...(change.decision === 'held' ? { blockedBy: change.blockedBy } : {}),
    ...(change.decision === 'allowed' && change.isWideningHeld
      ? { wideningBlockedBy: change.blockedBy ?? 'not-reviewed' }
      : {}),
    ...(change.actor ? { actor: change.actor } : {}),
  };
}

/** What is allowed, by kind; and how much is held. */
export function summarize(changes: readonly GuardedChange[]): PlanDocument['summary'] {
  const count = (matches: (change: GuardedChange) => boolean) => changes.filter(matches).length;
  const allowed = (kind: Change['kind']) =>
    count((change) => change.kind === kind && change.decision === 'allowed');
  return {
    create: allowed('create'),
    repair: allowed('repair'),
    adopt: allowed('adopt'),
    close: allowed('close'),
    delete: allowed('delete'),
    held: count(({ decision }) => decision === 'held'),
  };
}

/** How much of each change a person has reviewed as allowed, by the id of the change. What they saw held is not in it. */
export type ReviewedChanges = ReadonlyMap<string, 'whole' | 'narrowing'>;

interface SavedChange extends Pick<PlanDocument['changes'][number], 'id' | 'decision'> {
  /** Set where only the narrowing steps were shown as allowed. */
  readonly wideningBlockedBy?: string | undefined;
}

/** What a saved plan showed as allowed. */
export function reviewedChanges(changes: readonly SavedChange[]): ReviewedChanges {
  const allowed = changes.filter(({ decision }) => decision === 'allowed');
  return new Map(allowed.map(({ id, wideningBlockedBy }) => [id, wideningBlockedBy ? 'narrowing' : 'whole']));
}

/**
 * The changes as far as they were reviewed. A suspension that ended, a limit that was raised, or an approval that was
 * given since the plan was saved lets nothing through that its reader saw as held. Takes away, never adds.
 */
export function limitToReviewed(
  changes: readonly GuardedChange[],
  reviewed: ReviewedChanges,
): readonly GuardedChange[] {
  return changes.map((change) => {
    const extent = reviewed.get(change.id);
    if (!isAllowed(change) || extent === 'whole') return change;
    const steps = extent === 'narrowing' ? change.narrowing : [];
    if (steps.length > 0) return { ...change, steps, isWideningHeld: true, blockedBy: 'not-reviewed' };
    return holdWhole(change, 'not-reviewed');
  });
}

/** What a person has left out of the changes that they see and carry out is held. Takes away, never adds. */
export function limitToSelected(
  changes: readonly GuardedChange[],
  isSelected: (change: GuardedChange) => boolean,
): readonly GuardedChange[] {
  return changes.map((change) => (isSelected(change) ? change : holdWhole(change, 'not-selected')));
}
