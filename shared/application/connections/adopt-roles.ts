import type { AdoptionCandidate, AdoptionConsent } from '../../domain/adoption/adoption-survey.ts';
import { decideAdoption, needsEvidence } from '../../domain/adoption/adoption-survey.ts';
import type { ConnectionsBySubject, NamedConnection } from '../../domain/adoption/named-connections.ts';
import type { SharedGrant } from '../../domain/adoption/shared-grant.ts';
import { proposeSharedGrant, reconcileProposals } from '../../domain/adoption/shared-grant.ts';
import { judgeEvidence, type UseEvidence } from '../../domain/adoption/use-evidence.ts';
import type { Account, Configuration, Organization } from '../../domain/configuration/configuration.ts';
import { neededProviders } from '../../domain/desired/role-design.ts';
import { splitRoleArn } from '../../domain/kernel/arn.ts';
import { DAY_MS } from '../../domain/kernel/durations.ts';
import { groupItems } from '../../domain/kernel/group-by.ts';
import type { AccountId, RoleArn } from '../../domain/kernel/ids.ts';
import { captureReading, complete, type Reading } from '../../domain/kernel/result.ts';
import type { GuardedChange } from '../../domain/guard/guard.ts';
import { summarizeUsers, type UserSummary } from '../../domain/verify/role-uses.ts';
import type { ExecutionHistory, RoleUseSource } from '../../ports/accounts.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StateStore } from '../../ports/state.ts';
import type { GuardedPlan } from '../observe/guarded-plan.ts';
import type { RunReport } from '../run/reconcile.ts';

/** CloudTrail remembers no longer. */
const EVIDENCE_MS = 90 * DAY_MS;

/** One role with what is known of its uses, and what follows from it. */
export interface AdoptionItem {
  readonly candidate: AdoptionCandidate;
  /** Left out: nobody had to be asked. */
  readonly evidence?: UseEvidence;
  readonly users: readonly UserSummary[];
  /** Connections whose access the adoption ends. */
  readonly lostConnections: readonly LostConnection[];
  readonly proposal?: SharedGrant;
}

interface LostConnection extends NamedConnection {
  /** ISO time of the last job that named it, whatever came of the job; `null`: none is remembered. */
  readonly lastExecution: Reading<string | null>;
}

export interface EvidenceSources {
  readonly roleUses: RoleUseSource;
  readonly executions: ExecutionHistory;
  readonly listRegions: (account: Account) => readonly string[];
  readonly clock: Clock;
}

/** What is known without asking about uses. */
interface Known {
  readonly configuration: Configuration;
  readonly connections: ConnectionsBySubject;
  readonly consent: AdoptionConsent;
}

/**
 * Asks who used each role that adoption would take from somebody, and decides. What cannot be read makes one role unknown,
 * and hides nothing of the others.
 */
export async function gatherEvidence(
  sources: EvidenceSources,
  candidates: readonly AdoptionCandidate[],
  known: Known,
): Promise<readonly AdoptionItem[]> {
  const readExecution = rememberExecutions(sources, known.configuration);
  // One period for all roles: what is read once for an account counts for each of them.
  const since = sources.clock.now() - EVIDENCE_MS;
  const items = await Promise.all(
    candidates.map(async (candidate): Promise<AdoptionItem> => {
      const { evidence, users } = await readUses(sources, candidate, known.configuration, since);
      const decided = decideAdoption(candidate, evidence, known.consent);
      const proposal =
        evidence?.state === 'used' ? proposeSharedGrant(candidate, users, known.connections) : undefined;
      return {
        candidate: decided,
        ...(evidence ? { evidence } : {}),
        users,
        lostConnections: await Promise.all(
          candidate.lostConnections.map(async (one) => ({ ...one, lastExecution: await readExecution(one) })),
        ),
        ...(proposal ? { proposal } : {}),
      };
    }),
  );
  const proposals = reconcileProposals(
    items.flatMap(({ proposal }) => proposal ?? []),
    known.configuration,
  );
  return items.map(({ proposal: _, ...item }) => {
    const proposal = proposals.get(item.candidate.roleArn);
    return proposal ? { ...item, proposal } : item;
  });
}

async function readUses(
  { roleUses, listRegions }: EvidenceSources,
  candidate: AdoptionCandidate,
  { accounts }: Configuration,
  since: number,
): Promise<{ readonly evidence?: UseEvidence; readonly users: readonly UserSummary[] }> {
  const { account: id, roleArn, trust, role } = candidate;
  const account = accounts.find((one) => one.id === id);
  if (!needsEvidence(candidate) || !trust || !role || !account) return { users: [] };
  const uses = await captureReading(() => roleUses.list(account, roleArn, since, listRegions(account)));
  const evidence = judgeEvidence(trust, {
    uses,
    lastUsedAt: role.lastUsedAt,
    since,
    sessionMs: role.maxSessionDuration * 1_000,
  });
  return { evidence, users: uses.state === 'complete' ? summarizeUsers(uses.value.uses) : [] };
}

/** One request for each connection, however many roles it would lose. */
function rememberExecutions(
  { executions }: EvidenceSources,
  { organizations }: Configuration,
): (connection: NamedConnection) => Promise<Reading<string | null>> {
  const known = new Map<string, Promise<Reading<string | null>>>();
  const read = async (organization: Organization, { id, projectId }: NamedConnection) => {
    const found = await captureReading(() => executions.read(organization, projectId, id));
    if (found.state === 'unknown') return found;
    if (found.value.state === 'unknown') return found.value;
    const times = found.value.value.map(({ at }) => at).sort();
    return complete(times.at(-1) ?? null);
  };
  return async (connection) => {
    const organization = organizations.find(({ name }) => name === connection.organization);
    if (!organization) throw new Error(`${connection.organization} is named by a connection of it.`);
    const key = `${connection.id} ${connection.projectId}`;
    const reading = known.get(key) ?? read(organization, connection);
    known.set(key, reading);
    return reading;
  };
}

/** Some roles of one account, which are adopted together. */
export interface AdoptionBatch {
  readonly account: AccountId;
  readonly planned: GuardedPlan;
  readonly roles: readonly RoleArn[];
}

/**
 * The roles that are adopted, in batches of one account each. The providers that they need come with the first of them. Roles
 * whose change failed before come last, in batches of their own: what still fails holds up nothing else.
 */
export function splitBatches(
  planned: GuardedPlan,
  items: readonly AdoptionItem[],
  size: number,
): readonly AdoptionBatch[] {
  const failing = new Set<string>(
    planned.snapshot.recorded.flatMap((record) => (record.failing ?? []).map(({ arn }) => arn)),
  );
  const hasFailed = ({ candidate }: AdoptionItem) => failing.has(candidate.roleArn);
  const adopted = items.filter(({ candidate: { refusal } }) => !refusal);
  return [adopted.filter((item) => !hasFailed(item)), adopted.filter(hasFailed)].flatMap((part) =>
    splitAccounts(planned, part, size),
  );
}

function splitAccounts(
  planned: GuardedPlan,
  items: readonly AdoptionItem[],
  size: number,
): readonly AdoptionBatch[] {
  return [...groupItems(items, ({ candidate }) => candidate.account)].flatMap(([account, here]) => {
    const count = Math.ceil(here.length / size);
    const providers = listProviderChanges(
      planned,
      here.map(({ candidate }) => candidate),
    );
    return Array.from({ length: count }, (_, at) => {
      const batch = here.slice(at * size, (at + 1) * size).map(({ candidate }) => candidate);
      const names = batch.map(({ roleArn }) => splitRoleArn(roleArn).name);
      return {
        account,
        roles: batch.map(({ roleArn }) => roleArn),
        planned: {
          ...planned,
          scope: { account, roles: names, asks: 'adopt' as const },
          changes: [...(at === 0 ? providers : []), ...batch.flatMap(({ change }) => change ?? [])],
          trips: [],
          snapshot: {
            ...planned.snapshot,
            plan: { ...planned.snapshot.plan, recordSyncs: [], absences: [] },
          },
        },
      };
    });
  });
}

function listProviderChanges(
  { changes }: GuardedPlan,
  batch: readonly AdoptionCandidate[],
): readonly GuardedChange[] {
  const needed = new Set(
    batch.flatMap(({ roleArn, bindings }) => neededProviders(splitRoleArn(roleArn), bindings)),
  );
  return changes.filter((change) => change.target === 'provider' && needed.has(change.providerArn));
}

/** What came of the batches. */
export interface AdoptionOutcome {
  readonly reports: readonly RunReport[];
  /** Roles of batches that were not begun, because an earlier one failed. */
  readonly notBegun: readonly RoleArn[];
}

/**
 * Carries out one batch after the other, on top of what was recorded meanwhile. One in which anything was not done ends the
 * adoption: whatever stands in its way may stand in the way of the rest.
 */
export async function adoptInBatches(
  { state }: { readonly state: Pick<StateStore, 'readConnections' | 'readProviders'> },
  { organizations }: Configuration,
  batches: readonly AdoptionBatch[],
  run: (planned: GuardedPlan, batch: number) => Promise<RunReport>,
): Promise<AdoptionOutcome> {
  const reports: RunReport[] = [];
  for (const [at, { account, planned }] of batches.entries()) {
    const [recorded, providers] = await Promise.all([
      Promise.all(organizations.map(({ id }) => state.readConnections(id))),
      state.readProviders(account),
    ]);
    const snapshot = { ...planned.snapshot, recorded: recorded.flat(), providers };
    const report = await run({ ...planned, snapshot }, at);
    reports.push(report);
    const isDone = report.results.every(({ result }) => result === 'done') && report.failures.length === 0;
    if (!isDone) return { reports, notBegun: batches.slice(at + 1).flatMap(({ roles }) => roles) };
  }
  return { reports, notBegun: [] };
}
