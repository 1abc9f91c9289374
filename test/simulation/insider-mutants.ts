import type { GuardedPlan, RunReport } from '../../shared/application/run/reconcile.ts';
import { PermissionError, TransientError } from '../../shared/domain/kernel/errors.ts';
import type { GuardedChange } from '../../shared/domain/guard/guard.ts';
import type { RoleArn, RoleId } from '../../shared/domain/kernel/ids.ts';
import { buildSubject } from '../../shared/domain/issuers/issuer.ts';
import type { Json, PolicyDocument, Statement } from '../../shared/domain/policy/policy-document.ts';
import { toList } from '../../shared/domain/policy/policy-document.ts';
import { CLOSED_SUBJECT, foreignDenials } from '../../shared/domain/policy/trust-document.ts';
import { readManagedTrust } from '../builders/managed-trust.ts';
import { severityRank } from '../../shared/domain/kernel/severity.ts';
import { complete, unknown } from '../../shared/domain/kernel/result.ts';
import { contoso } from '../builders/configuration.ts';
import type { Mutants } from './mutant.ts';
import { lifting, withPorts, withTrust, withWriter } from './mutant.ts';
import { withInventory, withObservation } from './mutant-ports.ts';
import type { Wiring } from './simulated-run.ts';
import { sound } from './simulated-run.ts';
import type { World } from './world.ts';

const withJudged = (judged: Wiring['judged']): Wiring => ({ ...sound, judged });

/** The first refusal of a narrowing is the end of the change. */
const stopsAtRefusal = withWriter((writer) => {
  let refusal: PermissionError | undefined;
  return {
    write: async (step) => {
      if (refusal !== undefined) throw refusal;
      try {
        await writer.write(step);
      } catch (error) {
        if (error instanceof PermissionError) refusal = error;
        throw error;
      }
    },
  };
});

/** Old names stay beside the new one only where nothing but azfed's own statement stands in the trust. */
const knowsItsOwnSpelling = withWriter((writer, world) => ({
  write: async (step) => {
    const live = step.action === 'setTrust' ? findTrust(world, step.role) : undefined;
    const isOwn = step.action !== 'setTrust' || !live || readManagedTrust(live) !== undefined;
    await writer.write(isOwn ? step : { ...step, trust: withoutOldNames(world, step.trust) });
  },
}));

const findTrust = ({ accounts, configuration }: World, arn: RoleArn) =>
  configuration.accounts.map((account) => accounts.in(account).roles.get(arn)?.trust).find(Boolean);

function withoutOldNames({ town }: World, trust: PolicyDocument): PolicyDocument {
  const names = town
    .connections()
    .flatMap(({ references }) => references.map((each) => buildSubject(contoso.name, each)));
  const text = JSON.stringify(trust).replaceAll(/"sc:\/\/[^"]*"/g, (name) =>
    names.includes(JSON.parse(name) as string) ? name : JSON.stringify(CLOSED_SUBJECT),
  );
  return JSON.parse(text) as PolicyDocument;
}

/** A role in whose trust somebody denies something is no longer the one that azfed made. */
const disownsDenied = withWriter((writer) => ({
  readRole: async (arn, parts) => {
    const role = await writer.readRole(arn, parts);
    const isDenied = role && foreignDenials(role.trust).length > 0;
    return isDenied ? { ...role, id: 'AROASOMEBODYELSE00000' as RoleId } : role;
  },
}));

/** A provider that AWS refuses to make counts as made. */
const imaginesProviders = withWriter((writer) => ({
  write: async (step) => {
    try {
      await writer.write(step);
    } catch (error) {
      if (step.action !== 'createProvider') throw error;
    }
  },
}));

/** A provider whose first organization is held counts as held. Roles of the others are opened all the same. */
const isForFirst =
  ({ changes }: GuardedPlan) =>
  (change: GuardedChange): boolean =>
    change.target === 'role' ||
    change.neededBy.length < 2 ||
    !changes.some(
      (one) =>
        one.target === 'role' &&
        one.decision === 'held' &&
        one.bindings.some(({ organization }) => organization.id === change.organizationId),
    );

function withoutFences(trust: PolicyDocument): PolicyDocument {
  const statements = toList<Statement>(trust.Statement).map((one): Statement => {
    const { StringEquals: own } = { ...(one.Condition as Record<string, Json>) };
    return one.Effect === 'Allow' && own !== undefined ? { ...one, Condition: { StringEquals: own } } : one;
  });
  return { ...trust, Statement: statements };
}

const LATE_MS = 2 * 60_000;

/** What is not there soon after a creation is not shown yet, also what the creation itself has set. */
const trustsInLateness = (world: World) =>
  withObservation((seen) =>
    seen.roles.state === 'unknown'
      ? seen
      : {
          ...seen,
          roles: complete({
            ...seen.roles.value,
            inScope: seen.roles.value.inScope.map((role) =>
              world.clock.now() - role.createdAt < LATE_MS && role.boundary === undefined
                ? { ...role, boundary: `arn:aws:iam::${role.account}:policy/azfed-boundary` }
                : role,
            ),
          }),
        },
  );

/** A project of which one entry cannot be read is not read at all. */
const oneEntryBlinds = withInventory((seen) =>
  seen.projects.state === 'unknown'
    ? seen
    : {
        ...seen,
        projects: complete(
          seen.projects.value.map((project) =>
            project.unreadable
              ? { ...project, connections: unknown('malformed', 'An entry cannot be read.') }
              : project,
          ),
        ),
      },
);

/** Within a limit the roles come in the order of their names. */
function inOrderOfNames(changes: readonly GuardedChange[]): readonly GuardedChange[] {
  const worse = changes.find((one) => one.decision === 'held' && one.blockedBy === 'limit-changes');
  const rank = worse ? severityRank(worse.severity) : 0;
  const lesser = changes.find(
    (one) =>
      one.decision === 'held' && one.blockedBy === 'limit-changes' && severityRank(one.severity) > rank,
  );
  const allowed = changes.find((one) => one.decision === 'allowed' && one.target === 'role');
  const next = lesser ?? worse;
  if (!next || !allowed) return changes;
  return changes.map((one): GuardedChange => {
    if (one === allowed)
      return { ...one, decision: 'held', steps: [], isWideningHeld: false, blockedBy: 'limit-changes' };
    if (one !== next) return one;
    const { blockedBy: _, ...rest } = next;
    const steps = [...next.narrowing, ...next.widening];
    return { ...rest, decision: 'allowed', steps, isWideningHeld: false };
  });
}

/** The first thing that the outside refuses is thrown, and the rest of the report with it. */
function endsAtTrouble(report: RunReport): RunReport {
  const [failed] = report.results.flatMap(({ error }) => error ?? []);
  if (failed) throw new TransientError(failed.code, failed.message);
  return report;
}

function namesRecords(report: RunReport): RunReport {
  const [failure] = report.failures;
  const results = report.results.map((one) => (one.error && failure ? { ...one, error: failure } : one));
  return { ...report, results };
}

/** What people within Azure DevOps, IAM and the company bring about, and what those who operate azfed rely on. */
export const insiderMutants: Mutants = {
  'stops at the first narrowing that AWS refuses': { breaks: 'I17', wiring: stopsAtRefusal },
  'keeps old names only in a trust that is spelled as its own': {
    breaks: 'I15',
    wiring: knowsItsOwnSpelling,
  },
  'disowns a role on which a company has put its Deny': { breaks: 'I13', wiring: disownsDenied },
  'takes a provider that AWS refuses to make for made': { breaks: 'I1', wiring: imaginesProviders },
  'makes a provider that organizations share only for the first of them': {
    breaks: 'I1',
    wiring: withJudged((planned) => ({ ...planned, changes: planned.changes.filter(isForFirst(planned)) })),
  },
  'throws away what somebody has put on its statement': { breaks: 'I2', wiring: withTrust(withoutFences) },
  'waits for IAM to show what a creation has set': {
    breaks: 'I17',
    wiring: withPorts((ports, world) => trustsInLateness(world)(ports, world)),
  },
  'reads nothing of a project in which one entry cannot be read': {
    breaks: 'I17',
    wiring: withPorts(oneEntryBlinds),
  },
  'leaves the most dangerous for the next run': {
    breaks: 'I17',
    wiring: withJudged((planned) => ({ ...planned, changes: inOrderOfNames(planned.changes) })),
  },
  'narrows nothing of a role whose trust has no room': {
    breaks: 'I17',
    wiring: withJudged((planned) => {
      const full = planned.findings.flatMap(({ code, roleArn }) =>
        code === 'trust.over-quota' ? roleArn : [],
      );
      const changes = planned.changes.filter(
        (one) => one.target === 'provider' || !full.includes(one.roleArn),
      );
      return { ...planned, changes };
    }),
  },
  'carries out what a saved plan showed as held': { breaks: 'I16', wiring: lifting('not-reviewed') },
  'lets a person open automatic writes who has not seen everything': {
    breaks: 'I16',
    wiring: withJudged((planned) =>
      planned.initiator.trigger === 'person'
        ? {
            ...planned,
            snapshot: { ...planned.snapshot, plan: { ...planned.snapshot.plan, isPartial: false } },
          }
        : planned,
    ),
  },
  'lets a person of unknown identity open automatic writes': {
    breaks: 'I16',
    wiring: withJudged((planned) =>
      planned.initiator.trigger === 'person' && planned.initiator.actor === undefined
        ? { ...planned, initiator: { trigger: 'person', actor: 'somebody' } }
        : planned,
    ),
  },
  'ends the whole run for the trouble of one account': {
    breaks: 'I7',
    wiring: { ...sound, ended: endsAtTrouble },
  },
  'tells the error of a record in place of what AWS has refused': {
    breaks: 'I7',
    wiring: { ...sound, ended: namesRecords },
  },
};
