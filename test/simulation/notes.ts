import type { RunReport } from '../../shared/application/run/reconcile.ts';
import { ownApproval } from '../../shared/domain/guard/controls.ts';
import type { FindingCode } from '../../shared/domain/findings/finding.ts';
import type { GuardedChange } from '../../shared/domain/guard/guard.ts';
import type { BlockedReason } from '../../shared/domain/records/blocked-reason.ts';
import type { Interesting } from './memory.ts';
import { note } from './memory.ts';
import type { World } from './world.ts';

const ofFindings: Readonly<Partial<Record<FindingCode, Interesting>>> = {
  'account.drift-breaker': 'breaker tripped',
  'organization.absence-breaker': 'breaker tripped',
  'connection.recreated': 'recreated held',
  'role.incident': 'incident held',
  'role.disputed': 'disputed',
  'role.in-use': 'deletion put off by use',
};
const ofHeld: Readonly<Partial<Record<BlockedReason, Interesting>>> = {
  paused: 'paused held',
  'deny-window': 'deny window held',
  'not-bootstrapped': 'new deployment only observed',
};
const ofErrors: Readonly<Record<string, Interesting>> = {
  lease: 'lease refused or lost',
  moved: 'stale target refused',
  paused: 'paused in the middle of a run',
};

/** What of a pass a batch of runs has to have met. */
export function noteReport({ memory, clock }: World, { plan, results }: RunReport): void {
  const all = [
    ...plan.findings.map(({ code }) => ofFindings[code]),
    ...plan.changes.map((change) => (change.decision === 'held' ? ofHeld[change.blockedBy] : undefined)),
    ...results.map(({ error }) => (error ? ofErrors[error.code] : undefined)),
    ...plan.changes.flatMap((change) => approvalNotes(plan, change, clock.now())),
  ];
  const done = plan.changes.filter(({ id }) =>
    results.some(({ changeId, result }) => changeId === id && result === 'done'),
  );
  const isRenamed = plan.findings.some(({ code }) => code === 'organization.renamed');
  const isHeldByBreaker = plan.changes.some(
    (change) =>
      change.decision === 'held' && change.blockedBy.startsWith('breaker') && plan.trips.length === 0,
  );
  for (const what of all) if (what) note(memory, what);
  if (done.some(({ kind }) => kind === 'adopt')) note(memory, 'role adopted');
  if (isRenamed && done.length > 0) note(memory, 'renamed organization followed');
  if (isHeldByBreaker) note(memory, 'breaker held a later run');
}

function approvalNotes(
  { initiator, controls }: RunReport['plan'],
  change: GuardedChange,
  now: number,
): readonly Interesting[] {
  if (change.hold !== 'approval' && change.wideningHold !== 'approval') return [];
  if (change.decision === 'allowed' && !change.isWideningHeld) return ['approval used'];
  const actor = initiator.trigger === 'person' ? initiator.actor : undefined;
  return actor !== undefined && ownApproval(controls, change.id, actor, now) ? ['own approval refused'] : [];
}
