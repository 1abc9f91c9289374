import { transferClaims, type Succession } from '../../../../shared/application/connections/hand-over.ts';
import type { DesiredState } from '../../../../shared/application/observe/observe.ts';
import { observeDesiredState, readDesiredState } from '../../../../shared/application/observe/observe.ts';
import { overtakeDiscovery } from '../../../../shared/application/run/overtake-discovery.ts';
import type { GuardedPlan } from '../../../../shared/application/run/reconcile.ts';
import type { Plan } from '../../../../shared/domain/plan/change.ts';
import type { Configuration } from '../../../../shared/domain/configuration/configuration.ts';
import { designRoles } from '../../../../shared/domain/desired/desired-roles.ts';
import { ConfigError } from '../../../../shared/domain/kernel/errors.ts';
import { unreadConcerning, type Concern } from '../../../../shared/domain/findings/finding.ts';
import type { OrganizationId } from '../../../../shared/domain/kernel/ids.ts';
import { viewConnections } from '../../../../shared/domain/azure-devops/inventory.ts';
import { newConnection } from '../../../../shared/domain/records/outbox.ts';
import {
  abandonClaims,
  findObstacle,
  acquireClaims,
} from '../../../../shared/domain/recording/succession.ts';
import { confirm } from '../../console/approval-notes.ts';
import { planPartInteractively } from '../plan/interactive-plan.ts';
import { executePlan } from '../apply/apply-plan.ts';
import type { Choice } from '../../arguments/connection-choice.ts';
import type { Deployment } from '../../composition/deployment.ts';
import { inert } from '../../output/sanitize.ts';
import { changesText } from '../../output/plan-text.ts';
import { selectRunScope } from '../../arguments/scope-choice.ts';
import { endUnread, localFlag, type ExitCode, type Invocation } from '../../command-line/command.ts';
import type { Claim } from '../../../../shared/domain/records/connection-record.ts';
import { displayName } from '../../../../shared/domain/azure-devops/service-connection.ts';

/** A person's word that a connection takes the place of earlier ones. What that does is shown whole before it is given. */
export async function transferRoles(
  invocation: Invocation,
  deployment: Deployment,
  desiredState: DesiredState,
  chosen: Choice,
  claims: readonly Claim[],
): Promise<ExitCode> {
  const { ports, configuration } = deployment;
  const next = await nextRun(deployment, desiredState, claims);
  const concern = buildConcern(chosen, claims, desiredState);
  const unread = unreadConcerning(concern, next.findings);
  if (unread.length > 0) return endUnread(invocation, unread);
  const problems = claims.flatMap((claim) =>
    listProblems(claim, desiredState, next, localFlag(invocation.options)),
  );
  if (problems.length > 0) throw new ConfigError(problems);
  const [by = '', now] = [await ports.callers.caller(), ports.clock.now()];
  const succession = {
    successor: { ...chosen, organizationId: getOrganizationId(chosen, desiredState) },
    claims,
    by,
  };
  const imagined = imagine(desiredState, configuration, succession, now);
  // Its mark in IAM names the earlier connection: only a person's adoption passes it on.
  const scope = { ...selectRunScope(chosen, imagined), asks: 'adopt' } as const;
  const planned = await planPartInteractively(deployment, imagined, scope);
  const stillUnread = unreadConcerning(concern, planned.findings);
  if (stillUnread.length > 0) return endUnread(invocation, stillUnread);
  const prompt = {
    text: promptText(invocation, chosen, claims, planned),
    question: 'Is it the rightful one?',
  };
  if (!(await confirm(invocation, prompt))) return 1;
  await overtakeDiscovery(ports, configuration, desiredState.inventories);
  await transferClaims(ports.state, succession, now);
  const again = await planPartInteractively(deployment, await readDesiredState(ports, configuration), scope);
  return executePlan(invocation, deployment, again, {
    isShown: again.snapshot.plan.id === planned.snapshot.plan.id,
  });
}

/** The successor, those whose place it takes, and where these and their roles are. */
const buildConcern = (chosen: Choice, claims: readonly Claim[], desiredState: DesiredState): Concern => ({
  connections: [chosen.connectionId, ...claims.map(({ connectionId }) => connectionId)],
  organizations: [
    getOrganizationId(chosen, desiredState),
    ...claims.map(({ organizationId }) => organizationId),
  ],
  accounts: claims.map(({ role }) => role.account),
});

/** What a run would do now. Only where one has begun something does that matter, and cost a look. */
async function nextRun(
  { ports }: Deployment,
  desiredState: DesiredState,
  claims: readonly Claim[],
): Promise<Pick<Plan, 'changes' | 'recordSyncs' | 'absences' | 'findings'>> {
  const isBegun = claims.some(({ role }) => role.intent);
  if (isBegun) return (await observeDesiredState(ports, desiredState, undefined)).plan;
  return { changes: [], recordSyncs: [], absences: [], findings: [] };
}

/** What keeps a claim from being handed over now, and what to do about it. */
function listProblems(
  claim: Claim,
  { inventories }: DesiredState,
  next: Parameters<typeof findObstacle>[2],
  flag: string,
): ConfigError['problems'] {
  const listed = inventories.flatMap((inventory) => [...viewConnections(inventory).connections.keys()]);
  const { arn } = claim.role;
  const problem = (what: string, fix: string) => [{ where: displayName(claim.references), what, fix }];
  switch (findObstacle(claim, new Set(listed), next)) {
    case 'listed':
      return problem(
        `It is listed in Azure DevOps, and ${arn} is its own.`,
        `If it is to have it no more: turn "Use OIDC" off in it or delete it, then azfed apply${flag}.`,
      );
    case 'unfinished':
      return problem(`A run that ended early has left ${arn} half-way.`, `Finish it: azfed apply${flag}`);
    case undefined:
      return [];
  }
}

function getOrganizationId({ connectionId }: Choice, { inventories }: DesiredState): OrganizationId {
  const its = inventories.find((inventory) => viewConnections(inventory).connections.has(connectionId));
  if (!its) throw new Error(`${connectionId} is in no inventory, and was found in one.`);
  return its.organizationId;
}

/** What would be known and follow from it after the succession. Nothing is written. */
function imagine(
  desiredState: DesiredState,
  configuration: Configuration,
  { successor, claims, by }: Succession,
  now: number,
): DesiredState {
  const isSuccessor = ({ connectionId }: Choice) => connectionId === successor.connectionId;
  const known = desiredState.recorded.find(isSuccessor) ?? newConnection(successor);
  const others = desiredState.recorded
    .filter((item) => !isSuccessor(item))
    .map((item) => abandonClaims(item, claims));
  const recorded = [...others, acquireClaims(known, claims, by, now)];
  return {
    ...desiredState,
    recorded,
    desiredRoles: designRoles(configuration, desiredState.inventories, recorded, now),
  };
}

function promptText(
  { terminal }: Invocation,
  { connectionId, references }: Choice,
  claims: readonly Claim[],
  { changes }: GuardedPlan,
): string {
  const kept = claims.map(
    (claim) =>
      `  ${inert(claim.role.arn)}, of ${inert(displayName(claim.references))} (${claim.connectionId})`,
  );
  return [
    `${inert(displayName(references))} (${connectionId}) is to have what azfed keeps for who was there before:`,
    ...kept,
    'Whoever may use the new connection gets in with it: know who made it, in Azure DevOps.',
    '',
    changes.length > 0 ? `${changesText(changes, terminal)}\n` : 'Nothing changes in IAM by it.\n',
  ].join('\n');
}
