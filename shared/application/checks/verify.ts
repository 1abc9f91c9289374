import type { Account, Organization } from '../../domain/configuration/configuration.ts';
import type { ConnectionId, ProjectId, RoleArn } from '../../domain/kernel/ids.ts';
import type { Plan } from '../../domain/plan/change.ts';
import { changedArn } from '../../domain/plan/failing-changes.ts';
import { viewConnections } from '../../domain/azure-devops/inventory.ts';
import { captureReading, complete, mapReading, unknown, type Reading } from '../../domain/kernel/result.ts';
import { judgeStatically, type StaticVerdict } from '../../domain/verify/static-verdict.ts';
import { judgeExecutions, judgeUses, type PassiveEvidence } from '../../domain/verify/uses.ts';
import type { ExecutionHistory, TrailUseSource } from '../../ports/accounts.ts';
import type { Snapshot } from '../observe/observe.ts';
import { formatInstant } from '../../domain/kernel/durations.ts';

/** What is verified: a connection, with the role that is decided on for it. */
export interface VerifySubject {
  readonly connectionId: ConnectionId;
  readonly organization: Organization;
  readonly account: Account;
  /** The projects that may use it. */
  readonly projects: readonly ProjectId[];
  readonly verdict: StaticVerdict;
}

/** From a look at the role of the connection alone; `undefined` when nothing is decided on for it. */
export function verifyStatically(
  connectionId: ConnectionId,
  { desiredRoles, inventories, observations, recorded, plan }: Snapshot,
): VerifySubject | undefined {
  const [target] = desiredRoles.targets;
  const [scope] = desiredRoles.scopes;
  const binding = target?.bindings.find((one) => one.connectionId === connectionId);
  if (!target || !scope || !binding) return undefined;
  const { organization, references } = binding;
  const inventory = inventories.find(({ organizationId }) => organizationId === organization.id);
  const view = inventory && viewConnections(inventory);
  const listed = [...(view?.connections.values() ?? [])].filter(({ id }) => !view?.unsettled.has(id));
  const [observation] = observations;
  return {
    connectionId,
    organization,
    account: scope.account,
    projects: references.map(({ projectId }) => projectId),
    verdict: judgeStatically({
      connectionId,
      connections: listed,
      isSeen: view?.connections.has(connectionId) ?? false,
      target,
      observation,
      recorded,
      needsAdoption: isUnowned(plan, target.role.arn),
    }),
  };
}

/** A person has to adopt the role before anything is done about it. */
const isUnowned = ({ roles, changes }: Plan, roleArn: RoleArn): boolean =>
  roles.get(roleArn)?.refusal?.reason === 'not-owned' ||
  changes.some((change) => changedArn(change) === roleArn && change.hold === 'replaced');

export interface PassivePorts {
  readonly uses: TrailUseSource;
  readonly executions: ExecutionHistory;
}

/** What the past says of the connection. Each part that cannot be read is `unknown`, and hides nothing else. */
export async function verifyPassively(
  { uses, executions }: PassivePorts,
  { connectionId, organization, account, projects, verdict: { roleArn, claims } }: VerifySubject,
  roleLastUsed: PassiveEvidence['roleLastUsed'],
  regions: readonly string[],
): Promise<PassiveEvidence> {
  const subjects = [...new Set(claims.map(({ subject }) => subject))];
  const [found, ...histories] = await Promise.all([
    captureReading(() => uses.find(account, { arn: roleArn, subjects }, regions)),
    ...projects.map(async (project) => {
      const read = await captureReading(() => executions.read(organization, project, connectionId));
      return read.state === 'unknown' ? read : read.value;
    }),
  ]);
  const unread = histories.find((history) => history.state === 'unknown');
  const jobs = histories.flatMap((history) => (history.state === 'complete' ? history.value : []));
  return {
    trail: mapReading(found, (uses) => judgeUses(uses, subjects)),
    roleLastUsed,
    executions: unread ?? complete(judgeExecutions(jobs)),
  };
}

/** RoleLastUsed, which IAM keeps for 400 days and updates hours late (IAM User Guide, access information). */
export function readRoleLastUse({ observations }: Snapshot, roleArn: string): Reading<string | null> {
  const [observation] = observations;
  if (!observation) return unknown('not-read', 'The account was not looked at.');
  const { roles } = observation;
  if (roles.state === 'unknown') return roles;
  const at = roles.value.inScope.find(({ arn }) => arn === roleArn)?.lastUsedAt;
  if (at === undefined) return unknown('not-told', 'IAM does not say when the role was last used.');
  return complete(at === 0 ? null : formatInstant(at));
}
