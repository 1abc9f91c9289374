import { decideOnConnection } from '../../../shared/application/records/records.ts';
import { readDesiredState, type DesiredState } from '../../../shared/application/observe/observe.ts';
import { overtakeDiscovery } from '../../../shared/application/run/overtake-discovery.ts';
import { splitRoleArn } from '../../../shared/domain/kernel/arn.ts';
import type { Configuration } from '../../../shared/domain/configuration/configuration.ts';
import { ConfigError } from '../../../shared/domain/kernel/errors.ts';
import { listUnread } from '../../../shared/domain/findings/finding.ts';
import type { AccountId } from '../../../shared/domain/kernel/ids.ts';
import { viewConnections } from '../../../shared/domain/azure-devops/inventory.ts';
import type { RunScope } from '../../../shared/domain/desired/scope.ts';
import type { RecordedConnection, RecordedRole } from '../../../shared/domain/records/connection-record.ts';
import { takenOverFinding } from '../../../shared/domain/desired/name-takeover.ts';
import { timeText } from '../../../shared/domain/kernel/durations.ts';
import { confirm } from '../console/approval-notes.ts';
import { planPartInteractively } from './plan/interactive-plan.ts';
import { executePlan } from './apply/apply-plan.ts';
import { chooseConnection, type Choice } from '../arguments/connection-choice.ts';
import { readReachedRoles } from '../../../shared/application/checks/reached-roles.ts';
import { buildReachedFinding } from '../../../shared/domain/entries/reached-roles.ts';
import { openDeployment, type Deployment } from '../composition/deployment.ts';
import { inert } from '../output/sanitize.ts';
import { endUnread, localFlag, type ExitCode, type Invocation, type Verb } from '../command-line/command.ts';
import { listClaims } from '../../../shared/domain/records/connection-record.ts';
import { displayName } from '../../../shared/domain/azure-devops/service-connection.ts';

export const retireVerb: Verb = (command, run) => {
  command
    .argument(
      '<connection>',
      'a missing connection: its id, project/name, or a name that only one connection has',
    )
    .option('--reason <text>', 'how you know that it is deleted')
    .action(run(retire));
};

/** A person's word that a missing connection is gone for good: azfed takes no absence for it. */
async function retire(
  invocation: Invocation,
  typed: string,
  { reason = '' }: { readonly reason?: string },
): Promise<ExitCode> {
  const deployment = await openDeployment(invocation, 'change', 'retirers');
  const { ports, configuration } = deployment;
  const desiredState = await readDesiredState(ports, configuration);
  const chosen = chooseConnection(typed, desiredState);
  const item = desiredState.recorded.find(({ connectionId }) => connectionId === chosen.connectionId);
  const open = item ? listClaims(item).flatMap(({ role }) => (role.closed ? [] : [role])) : [];
  const [role] = open;
  const flag = localFlag(invocation.options);
  if (!item || !role) throw new ConfigError([withoutRole(chosen, flag)]);
  const objections = listObjections(item, desiredState, flag);
  if (objections === 'unread') return endUnread(invocation, desiredState.desiredRoles.findings);
  const problems = [...objections, ...reasonProblems(reason)];
  if (problems.length > 0) throw new ConfigError(problems);
  const warnings = await listReached(deployment, open);
  const prompt = {
    text: [promptText(item, open, configuration, desiredState), ...warnings].join('\n'),
    question: 'Is it gone for good?',
  };
  if (!(await confirm(invocation, prompt))) return 1;
  const by = (await ports.callers.caller()) ?? '';
  const at = ports.clock.now();
  await overtakeDiscovery(ports, configuration, desiredState.inventories);
  await decideOnConnection(ports.state, item, (known) => ({ ...known, retiring: { by, at, reason } }));
  // What is closed follows from Azure DevOps and the record as they are now.
  const again = await readDesiredState(ports, configuration);
  const planned = await planPartInteractively(deployment, again, buildRunScope(role.account, open));
  return executePlan(invocation, deployment, planned, { isConfirmed: true });
}

const withoutRole = ({ references }: Choice, flag: string) => ({
  where: displayName(references),
  what: 'azfed keeps no role of it that is open.',
  fix: `See: azfed status${flag}`,
});

/** Why nobody's word is taken on it; `unread`: it cannot be said whether it is listed. */
function listObjections(
  { connectionId, references, retiring }: RecordedConnection,
  { desiredRoles, inventories }: DesiredState,
  flag: string,
): ConfigError['problems'] | 'unread' {
  const object = (what: string, fix: string) => [{ where: displayName(references), what, fix }];
  if (inventories.some((inventory) => viewConnections(inventory).connections.has(connectionId)))
    return object(
      'It is listed in Azure DevOps.',
      'Turn "Use OIDC" off in the connection, or delete it there; its role follows its grant.',
    );
  if (desiredRoles.presence.unlisted.has(connectionId)) return [];
  const takeover = desiredRoles.takeovers.find(({ claim }) => claim.connectionId === connectionId);
  if (takeover)
    return object(takenOverFinding(takeover).message, `Nobody's word is needed: azfed apply${flag}`);
  if (listUnread(desiredRoles.findings).length > 0) return 'unread';
  const said = retiring
    ? `${retiring.by || 'Somebody'} has said so at ${timeText(retiring.at)}: ${retiring.reason}`
    : 'Nothing is decided about its role now.';
  return object(said, `Let its role be closed: azfed apply${flag}`);
}

const LONGEST_REASON = 500;

function reasonProblems(reason: string): ConfigError['problems'] {
  const where = '--reason';
  const fix = 'Say in a sentence how you know that the connection is gone for good.';
  if (reason.trim() === '') return [{ where, what: 'There is none.', fix }];
  if (reason.length <= LONGEST_REASON) return [];
  return [{ where, what: `It is longer than ${LONGEST_REASON} characters.`, fix }];
}

function promptText(
  { references }: RecordedConnection,
  open: readonly RecordedRole[],
  configuration: Configuration,
  { desiredRoles }: DesiredState,
): string {
  const fates = open.map((role) => {
    const target = desiredRoles.targets.find((one) => one.role.arn === role.arn);
    const others = (target?.bindings.length ?? 1) - 1;
    return `  ${inert(role.arn)}: ${others > 0 ? 'this connection is revoked; the role stays open to others' : describeFate(role, configuration)}`;
  });
  const name = inert(displayName(references));
  return [`${name} is no longer listed. If it is gone for good:`, ...fates].join('\n');
}

/** Deleted only where it was made for that and its grant says so still. */
function isDeletedLater({ grant, retire: fate }: RecordedRole, { grants }: Configuration): boolean {
  const now = grants.find(({ name }) => name === grant)?.retire ?? fate;
  return fate === 'delete' && now === 'delete';
}

function describeFate(role: RecordedRole, configuration: Configuration): string {
  if (!isDeletedLater(role, configuration)) return 'closed, and kept';
  const { deletionWaitDays: days } = configuration.limits;
  return `closed, and deleted after ${days} days without use when a second person approves`;
}

/** Roles that trust one that is to be deleted later. */
async function listReached(
  { ports, configuration }: Deployment,
  open: readonly RecordedRole[],
): Promise<readonly string[]> {
  const doomed = open.filter((role) => isDeletedLater(role, configuration));
  const reached = await readReachedRoles(ports.accounts, configuration.accounts, doomed);
  const found = doomed.flatMap((role, index) => {
    const one = reached[index];
    return one ? (buildReachedFinding(role, 'delete', one) ?? []) : [];
  });
  return found.map(({ message }) => `  ! ${inert(message)}`);
}

/** Other accounts follow with the next run. */
function buildRunScope(account: AccountId, open: readonly RecordedRole[]): RunScope {
  const here = open.filter((role) => role.account === account);
  return { account, roles: here.map(({ arn }) => splitRoleArn(arn).name) };
}
