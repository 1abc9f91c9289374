import { listSeenRoles, type ObservedRole } from '../../domain/iam/role.ts';
import type { Account, Configuration } from '../../domain/configuration/configuration.ts';
import { finding } from '../../domain/findings/finding.ts';
import { SECOND_MS } from '../../domain/kernel/durations.ts';
import type { RoleArn } from '../../domain/kernel/ids.ts';
import { complete, unknown, type Reading } from '../../domain/kernel/result.ts';
import { listCutActions } from '../../domain/policy/boundary-cut.ts';
import { describeCutUse, judgeCutUse, type BoundaryCut, type CutUse } from '../../domain/policy/cut-use.ts';
import type { PolicyDocument } from '../../domain/policy/policy-document.ts';
import type { LastAccessedSource, PolicyReader } from '../../ports/accounts.ts';
import type { Clock } from '../../ports/clock.ts';
import { addFindings, type Snapshot } from '../observe/observe.ts';

/** IAM makes a report for each role: a plan asks about the first roles alone, and does not wait for ever. */
const MOST_REPORTS = 25;
const LONGEST_WAIT_MS = 30 * SECOND_MS;

/** A role without a boundary, and the one that the plan attaches to it. */
interface NewBoundary {
  readonly account: Account;
  readonly role: ObservedRole;
  readonly boundary: string;
}

/** What the boundary takes away. */
interface Cut extends NewBoundary {
  /** `undefined`: it could not be read. */
  readonly limit: PolicyDocument | undefined;
  readonly actions: readonly string[];
  /** Policies that could not be read, which may allow anything. */
  readonly unread: readonly string[];
}

export interface BoundarySources {
  readonly accounts: PolicyReader & LastAccessedSource;
  readonly clock: Clock;
}

/** Adds a finding for each boundary that the plan newly attaches and that cuts something off. */
export async function addBoundaryFindings(
  sources: BoundarySources,
  configuration: Pick<Configuration, 'accounts'>,
  snapshot: Snapshot,
): Promise<Snapshot> {
  const cuts = await findBoundaryCuts(sources, configuration, snapshot);
  const found = [...cuts].map(([roleArn, cut]) =>
    finding('role.boundary-cuts', describeCut(roleArn, cut), { roleArn, evidence: { ...cut } }),
  );
  return addFindings(snapshot, found);
}

/**
 * What each boundary would cut off that the plan newly attaches to a role with permissions, and which of it the role has used.
 * Reads the boundary and the managed policies of these roles alone, and asks IAM for the uses of a role only where something is
 * cut, so that it costs nothing where no boundary is new.
 */
export async function findBoundaryCuts(
  sources: BoundarySources,
  { accounts }: Pick<Configuration, 'accounts'>,
  snapshot: Snapshot,
): Promise<ReadonlyMap<RoleArn, BoundaryCut>> {
  const cuts = await readCuts(sources.accounts, listNewBoundaries(snapshot, accounts));
  const uses = await readUses(sources, cuts);
  return new Map(cuts.map((cut) => [cut.role.arn, judgeCut(cut, uses.get(cut.role.arn) ?? notAsked)]));
}

function listNewBoundaries(
  { plan, observations }: Snapshot,
  accounts: readonly Account[],
): readonly NewBoundary[] {
  const roles = new Map(observations.flatMap(listSeenRoles).map((role) => [role.arn, role]));
  return plan.changes.flatMap((change) => {
    // A boundary that somebody has taken away is no new one.
    if (change.target !== 'role' || (change.kind !== 'adopt' && change.cause !== 'change')) return [];
    const role = roles.get(change.roleArn);
    const account = accounts.find(({ id }) => id === change.account);
    const boundary = change.differences.find(({ path }) => path === 'boundary')?.expected;
    return role && account && role.boundary === undefined && typeof boundary === 'string'
      ? [{ account, role, boundary }]
      : [];
  });
}

async function readCuts(reader: PolicyReader, added: readonly NewBoundary[]): Promise<readonly Cut[]> {
  const accounts = [...new Set(added.map(({ account }) => account))];
  const cuts = accounts.map(async (account) => {
    const own = added.filter((one) => one.account === account);
    const arns = own.flatMap(({ role, boundary }) => [boundary, ...role.managedPolicies]);
    const documents = await reader.readPolicies(account, arns);
    return own.map((one) => findCut(one, documents));
  });
  const all = (await Promise.all(cuts)).flat();
  return all.filter(({ actions, unread }) => actions.length > 0 || unread.length > 0);
}

function findCut(one: NewBoundary, documents: ReadonlyMap<string, Reading<PolicyDocument>>): Cut {
  const { role, boundary } = one;
  const read = (arn: string): PolicyDocument | undefined => {
    const reading = documents.get(arn);
    return reading?.state === 'complete' ? reading.value : undefined;
  };
  const limit = read(boundary);
  const attached = role.managedPolicies.map(read).filter((document) => document !== undefined);
  const policies = [...Object.values(role.inlinePolicies), ...attached];
  return {
    ...one,
    limit,
    actions: limit ? listCutActions(policies, limit) : [],
    unread: [boundary, ...role.managedPolicies].filter((arn) => read(arn) === undefined),
  };
}

const usesNothing: CutUse = { actions: [], services: [], untracked: [] };

/** By role. A role that nobody used within 400 days has used nothing of it. */
async function readUses(
  { accounts, clock }: BoundarySources,
  cuts: readonly Cut[],
): Promise<ReadonlyMap<RoleArn, Reading<CutUse>>> {
  const until = clock.now() + LONGEST_WAIT_MS;
  const asked = cuts.filter(({ actions, role }) => actions.length > 0 && role.lastUsedAt !== 0);
  const uses = cuts.map(async ({ account, role, limit, actions }): Promise<[RoleArn, Reading<CutUse>]> => {
    if (role.lastUsedAt === 0) return [role.arn, complete(usesNothing)];
    const at = asked.findIndex((one) => one.role.arn === role.arn);
    if (!limit || at < 0) return [role.arn, notAsked];
    if (at >= MOST_REPORTS) return [role.arn, unknown('too-many', tooMany)];
    const report = await accounts.readLastAccessed(account, role.arn, until);
    if (report.state === 'unknown') return [role.arn, report];
    return [role.arn, complete(judgeCutUse(actions, limit, report.value))];
  });
  return new Map(await Promise.all(uses));
}

const notAsked = unknown('not-asked', 'What is cut off is not known.');
const tooMany = `A plan asks IAM about the uses of ${MOST_REPORTS} roles at most. Limit the plan to fewer roles.`;

/** What was used comes first. A role that nobody used has used nothing of what could not be read either. */
function judgeCut({ role, boundary, actions, unread }: Cut, reading: Reading<CutUse>): BoundaryCut {
  const used = reading.state === 'complete' ? reading.value : usesNothing;
  const isUsed = used.actions.length > 0 || used.services.length > 0;
  const isKnown = reading.state === 'complete' && used.untracked.length === 0 && unread.length === 0;
  return {
    boundary,
    actions: [...used.actions, ...actions.filter((action) => !used.actions.includes(action))],
    unread,
    use: isUsed ? 'used' : isKnown || role.lastUsedAt === 0 ? 'unused' : 'unknown',
    usedActions: used.actions,
    usedServices: used.services,
    untracked: used.untracked,
    ...(reading.state === 'unknown' ? { useUnknown: reading.message } : {}),
  };
}

function describeCut(roleArn: RoleArn, cut: BoundaryCut): string {
  const { boundary, actions, unread } = cut;
  const what =
    actions.length > 0
      ? `${boundary} does not, or not everywhere, allow what policies of ${roleArn} allow: ${actions.join(', ')}. ${describeCutUse(cut)}`
      : `What ${boundary} cuts off of ${roleArn} is not known.`;
  return unread.length > 0 ? `${what} Could not be read: ${unread.join(', ')}.` : what;
}
