import type { BlockedReason } from '../../shared/domain/records/blocked-reason.ts';
import type { GuardedChange } from '../../shared/domain/guard/guard.ts';
import type { Mutants } from './mutant.ts';
import { lifting, withChanges, withControls, withPorts, withRoles, withState } from './mutant.ts';
import {
  asksOnceForPauses,
  believesAllAreGone,
  cutIsWhole,
  notShownIsEmpty,
  leasesForAll,
  leasesLast,
  renewsMissing,
  seesNoUse,
  snapshotsFollow,
  unreadAccountIsEmpty,
} from './mutant-ports.ts';
import { sound } from './simulated-run.ts';
import type { World } from './world.ts';

/** A time that azfed itself could have written just now, so many minutes ahead. */
const soon = ({ clock }: World, minutes: number) => clock.now() + minutes * 60_000;

/** Holds whole what is only narrowed for such a reason. */
const holding =
  (isSuch: (reason: BlockedReason) => boolean) =>
  (each: GuardedChange): readonly GuardedChange[] =>
    each.decision === 'allowed' && each.blockedBy && isSuch(each.blockedBy)
      ? [{ ...each, decision: 'held', steps: [], isWideningHeld: false, blockedBy: each.blockedBy }]
      : [each];

/** What may be done now, what has to wait, and what nothing was seen of. */
export const decisionMutants: Mutants = {
  'deletes without a second yes': { breaks: 'I5', wiring: lifting('approval') },
  'lets one person say both yeses': {
    breaks: 'I5',
    wiring: withControls((controls) => ({
      ...controls,
      approvals: controls.approvals.map((one) => ({ ...one, by: 'somebody else' })),
    })),
  },
  'takes a person of unknown identity for the second one': {
    breaks: 'I5',
    wiring: {
      ...sound,
      judged: (planned) =>
        planned.initiator.trigger === 'person' && planned.initiator.actor === undefined
          ? lifting('approval').judged(planned)
          : planned,
    },
  },
  'lets a yes count for ever': {
    breaks: 'I5',
    wiring: withControls((controls, world) => ({
      ...controls,
      approvals: controls.approvals.map((one) => ({
        ...one,
        at: soon(world, 0),
        until: soon(world, 59),
      })),
    })),
  },
  'ignores the waiting time': {
    breaks: 'I5',
    wiring: {
      ...sound,
      configured: (configuration) => ({
        ...configuration,
        limits: { ...configuration.limits, deletionWaitDays: 0 },
      }),
    },
  },
  'ignores that a role is used': { breaks: 'I5', wiring: withPorts(seesNoUse) },
  'skips the snapshot': {
    breaks: 'I5',
    wiring: withState((item) => withRoles(item, ({ snapshot: _, ...role }) => role)),
  },
  'deletes as many roles in a run as it likes': { breaks: 'I5', wiring: lifting('limit-deletions') },
  'takes any role for the one whose deletion was approved': {
    breaks: 'I5',
    wiring: withPorts(snapshotsFollow),
  },
  'opens what came back without a second yes': {
    breaks: 'I5',
    wiring: withState((item) => withRoles(item, ({ restoredAt: _, ...role }) => role)),
  },
  'takes what is not listed for deleted': { breaks: 'I6', wiring: withPorts(believesAllAreGone) },
  'takes a list that was cut short for a whole one': { breaks: 'I6', wiring: withPorts(cutIsWhole) },
  'takes what is not shown for empty': { breaks: 'I6', wiring: withPorts(notShownIsEmpty) },
  'takes an unread account for an empty one': { breaks: 'I6', wiring: withPorts(unreadAccountIsEmpty) },
  'does what is held': { breaks: 'I9', wiring: lifting() },
  'forgets the pause': { breaks: 'I9', wiring: withControls((all) => ({ ...all, pauses: [] })) },
  'looks for pauses only before it plans': { breaks: 'I9', wiring: withPorts(asksOnceForPauses) },
  'forgets that a breaker has tripped': {
    breaks: 'I9',
    wiring: withControls((all) => ({ ...all, breakers: [] })),
  },
  'believes that somebody has let it write': {
    breaks: 'I9',
    wiring: withControls((all) => ({
      ...all,
      bootstrapped: { by: '', at: Date.parse('2026-01-01T00:00:00.000Z') },
    })),
  },
  'knows no time in which nothing is to be changed': {
    breaks: 'I9',
    wiring: { ...sound, configured: (configuration) => ({ ...configuration, denyWindows: [] }) },
  },
  'takes observe for enforce': {
    breaks: 'I9',
    wiring: {
      ...sound,
      configured: (configuration) => ({
        ...configuration,
        grants: configuration.grants.map((one) => ({ ...one, mode: 'enforce' })),
      }),
    },
  },
  'lets everybody have the lease': { breaks: 'I11', wiring: withPorts(leasesForAll) },
  'goes on when its lease has ended': { breaks: 'I11', wiring: withPorts(leasesLast) },
  'never tries again what it has begun': {
    breaks: 'I13',
    wiring: {
      ...sound,
      judged: (planned) => {
        const begun = new Set(
          planned.snapshot.recorded.flatMap(({ role }) => (role?.intent ? [role.arn] : [])),
        );
        const changes = planned.changes.filter(
          (each) => each.target === 'provider' || !begun.has(each.roleArn),
        );
        return { ...planned, changes };
      },
    },
  },
  'puts a role back however often': {
    breaks: 'I13',
    wiring: withState((item) => withRoles(item, ({ repairs: _, ...role }) => role)),
  },
  'narrows nothing that is held': { breaks: 'I17', wiring: withChanges(holding(() => true)) },
  'waits with a narrowing that AWS has refused': {
    breaks: 'I17',
    wiring: withChanges((each) =>
      each.decision === 'allowed' && each.nextAttemptAt !== undefined
        ? [{ ...each, decision: 'held', steps: [], isWideningHeld: false, blockedBy: 'retry-later' }]
        : [each],
    ),
  },
  'gives up a role that is fought over': {
    breaks: 'I17',
    wiring: withChanges(holding((reason) => reason === 'disputed')),
  },
  'narrows nothing of a connection that is not listed or not clear': {
    breaks: 'I17',
    wiring: withChanges(holding((reason) => reason === 'undecided')),
  },
  'lets a breaker hold what it does not protect': {
    breaks: 'I18',
    wiring: {
      ...sound,
      judged: (planned) => ({
        ...planned,
        changes: planned.changes.map((each) =>
          planned.trips.length > 0 && each.decision === 'allowed'
            ? { ...each, decision: 'held', steps: [], blockedBy: 'breaker-absence' as const }
            : each,
        ),
      }),
    },
  },
  'counts narrowing in its limits': {
    breaks: 'I18',
    wiring: {
      ...sound,
      judged: (planned) => ({
        ...planned,
        changes: planned.changes.map((each) =>
          each.decision === 'allowed' && each.blockedBy === 'limit-changes'
            ? { ...each, decision: 'held', steps: [], blockedBy: 'limit-changes' as const }
            : each,
        ),
      }),
    },
  },
  'never raises the alarm about a missing connection': { breaks: 'I20', wiring: withPorts(renewsMissing) },
  'calls a run converged while a connection is missing': {
    breaks: 'I20',
    wiring: {
      ...sound,
      judged: (planned) => ({
        ...planned,
        findings: planned.findings.filter(({ code }) => code !== 'connection.missing'),
      }),
    },
  },
  'closes the role of a missing connection that its grant keeps': {
    breaks: 'I6',
    wiring: {
      ...sound,
      configured: (configuration) => ({
        ...configuration,
        grants: configuration.grants.map((one) => ({ ...one, missing: 'close' })),
      }),
    },
  },
  'closes the role of a missing connection without waiting': {
    breaks: 'I6',
    wiring: {
      ...sound,
      configured: (configuration) => ({
        ...configuration,
        limits: { ...configuration.limits, missingWaitDays: 0 },
      }),
    },
  },
  'does nothing that a person has not asked for': {
    breaks: 'I13',
    wiring: withChanges((each) => (each.cause === 'drift' ? [] : [each])),
  },
};
