import { viewConnections, type OrganizationInventory } from '../../domain/azure-devops/inventory.ts';
import type { ConnectionReference } from '../../domain/azure-devops/service-connection.ts';
import type { Target } from '../../domain/desired/claims.ts';
import { designRole, designWholeTrust } from '../../domain/desired/role-design.ts';
import type { GuardedChange } from '../../domain/guard/guard.ts';
import { listSeenRoles, type ObservedRole, type RoleState } from '../../domain/iam/role.ts';
import { parseRoleArn } from '../../domain/kernel/arn.ts';
import type { Difference } from '../../domain/kernel/difference.ts';
import { canonicalJson } from '../../domain/kernel/digest.ts';
import { showPermissions, type ShownPermissions } from '../../domain/plan/kept-part.ts';
import type { PolicyDocument } from '../../domain/policy/policy-document.ts';
import { renderTrust } from '../../domain/policy/trust-narrowing.ts';
import type { GuardedPlan } from '../observe/guarded-plan.ts';
import type { ConnectionStatus } from '../observe/connection-status.ts';
import { actorText } from './reported-events.ts';
import { formatInstant } from '../../domain/kernel/durations.ts';

export interface ReportedConnection extends Omit<ConnectionStatus, 'findings'>, Partial<ShownPermissions> {
  readonly organization: string;
  readonly project: string;
  readonly account: string;
  readonly grant: string;
  /** What the plan would do, in a sentence. */
  readonly reason?: string;
  readonly differences: readonly Difference[];
  readonly expectedTrust?: PolicyDocument;
  /** `null`: there is no such role; left out: it was not read. */
  readonly liveTrust?: PolicyDocument | null;
  readonly by?: string;
  /** Left out where no project is known. */
  readonly projectId?: string;
  /** Further projects that share the connection, by their names there; left out where there are none. */
  readonly sharedWith?: readonly string[];
  /** The value of the tag `owner` or `team`, of the role or of its grant; left out where there is none. */
  readonly owner?: string;
  /** `null`: not in 400 days; left out: not known. */
  readonly lastUsedAt?: string | null;
  /** Place in `permissionSets`; left out where nothing is known. */
  readonly permissionSet?: number;
}

/** What a role may do: as it was read, or as its grant says where there is no role yet. */
export type PermissionSet = Pick<RoleState, 'managedPolicies' | 'inlinePolicies' | 'maxSessionDuration'> & {
  readonly boundary: string | null;
};

/** The rows of status with all that a page shows of them. */
export function reportConnections(
  planned: GuardedPlan,
  rows: readonly ConnectionStatus[],
  organizationNames: ReadonlyMap<string, string>,
): {
  readonly connections: readonly ReportedConnection[];
  readonly permissionSets: readonly PermissionSet[];
} {
  const { inventories, recorded } = planned.snapshot;
  const items = new Map<string, Place>([
    ...inventories.flatMap(listPlaces),
    ...recorded.map(({ connectionId, organizationId, references, role }): [string, Place] => [
      connectionId,
      { organizationId, references, grant: role?.grant },
    ]),
  ]);
  const sets = new Map<string, readonly [place: number, permissions: PermissionSet]>();
  const facts = collectRoleFacts(planned, (permissions) => {
    const key = canonicalJson(permissions);
    const known = sets.get(key) ?? [sets.size, permissions];
    sets.set(key, known);
    return known[0];
  });
  return {
    connections: rows.map((row) =>
      reportedConnection(row, items.get(row.connectionId), facts.get(row.roleArn), organizationNames),
    ),
    permissionSets: [...sets.values()].map(([, permissions]) => permissions),
  };
}

type Shown = Omit<
  ReportedConnection,
  keyof ConnectionStatus | 'organization' | 'project' | 'account' | 'grant'
> & {
  readonly target?: Target;
};

/** What there is to show of each role. `addSet`: keeps a set of permissions once, and says where. */
function collectRoleFacts(
  { snapshot: { desiredRoles, observations }, changes }: GuardedPlan,
  addSet: (permissions: PermissionSet) => number,
): ReadonlyMap<string, Shown> {
  const readAccounts = new Set<string>(
    observations.filter(({ roles }) => roles.state === 'complete').map(({ account }) => account),
  );
  const live = new Map<string, ObservedRole>(
    observations.flatMap(listSeenRoles).map((role) => [role.arn, role]),
  );
  const changed = new Map(
    changes.flatMap((change) =>
      change.target === 'role' ? [[change.roleArn as string, change] as const] : [],
    ),
  );
  return new Map(
    desiredRoles.targets.map((target): readonly [string, Shown] => {
      const { role, bindings, grant } = target;
      const seen = live.get(role.arn);
      const facts = {
        target,
        expectedTrust: renderTrust(designWholeTrust(role, bindings, grant)),
        ...(readAccounts.has(role.account) ? { liveTrust: seen?.trust ?? null } : {}),
        ...showPermissions(grant, seen),
        ...describeChange(changed.get(role.arn)),
        ...describeState(seen ?? (grant && designRole(target, grant).state), addSet),
        ...describeUse(seen),
      };
      return [role.arn, facts];
    }),
  );
}

function describeChange(
  change: GuardedChange | undefined,
): Pick<ReportedConnection, 'differences' | 'reason' | 'by'> {
  if (!change) return { differences: [] };
  const { differences, reason, actor } = change;
  return { differences, reason, ...(actor ? { by: actorText(actor) } : {}) };
}

function describeState(
  state: RoleState | undefined,
  addSet: (permissions: PermissionSet) => number,
): Pick<ReportedConnection, 'owner' | 'permissionSet'> {
  if (!state) return {};
  const { boundary = null, managedPolicies, inlinePolicies, maxSessionDuration } = state;
  const owner = selectOwner(state.tags);
  return {
    permissionSet: addSet({ boundary, managedPolicies, inlinePolicies, maxSessionDuration }),
    ...(owner === undefined ? {} : { owner }),
  };
}

function describeUse(seen: ObservedRole | undefined): Pick<ReportedConnection, 'lastUsedAt'> {
  if (seen?.lastUsedAt === undefined) return {};
  return { lastUsedAt: seen.lastUsedAt === 0 ? null : formatInstant(seen.lastUsedAt) };
}

const ownerTags = ['owner', 'team'];

function selectOwner(tags: RoleState['tags']): string | undefined {
  const named = new Map(Object.entries(tags).map(([key, value]) => [key.toLowerCase(), value]));
  return ownerTags.map((key) => named.get(key)).find((value) => value !== undefined && value !== '');
}

function reportedConnection(
  { findings: _, ...row }: ConnectionStatus,
  item: Place | undefined,
  shown: Shown | undefined,
  organizationNames: ReadonlyMap<string, string>,
): ReportedConnection {
  const { target, ...facts } = shown ?? { differences: [] };
  const { organizationId = '', references = [], grant = '' } = selectPlace(row.connectionId, target, item);
  return {
    ...row,
    organization: organizationNames.get(organizationId) ?? organizationId,
    ...describePlace(references),
    account: parseRoleArn(row.roleArn)?.account ?? '',
    grant,
    ...facts,
  };
}

const describePlace = ([first, ...others]: readonly ConnectionReference[]) => ({
  project: first?.projectName ?? '',
  ...(first ? { projectId: first.projectId } : {}),
  ...(others.length > 0
    ? { sharedWith: others.map(({ projectName, name }) => `${projectName} / ${name}`) }
    : {}),
});

interface Place {
  readonly organizationId?: string | undefined;
  readonly references?: readonly ConnectionReference[] | undefined;
  readonly grant?: string | undefined;
}

function listPlaces(inventory: OrganizationInventory): readonly [string, Place][] {
  const { organizationId } = inventory;
  return [...viewConnections(inventory).connections.values()].map(({ id, references }) => [
    id,
    { organizationId, references },
  ]);
}

/** Where the connection is now; where it was last seen when nothing is decided about it. */
function selectPlace(connectionId: string, target: Target | undefined, item: Place | undefined): Place {
  const binding = target?.bindings.find((bound) => bound.connectionId === connectionId);
  if (!binding) return item ?? {};
  const { organization, references } = binding;
  return { organizationId: organization.id, references, grant: target?.grant?.name };
}
