import { readDesiredState, type DesiredState } from '../../../../shared/application/observe/observe.ts';
import { displayName } from '../../../../shared/domain/azure-devops/service-connection.ts';
import type { Organization } from '../../../../shared/domain/configuration/configuration.ts';
import type { AuditEntry } from '../../../../shared/domain/discovery/audit-entry.ts';
import type {
  ReplacementObstacle,
  ReplacementVerdict,
} from '../../../../shared/domain/discovery/replacement.ts';
import { judgeReplacement, replacementObstacles } from '../../../../shared/domain/discovery/replacement.ts';
import { DAY_MS, HOUR_MS } from '../../../../shared/domain/kernel/durations.ts';
import { ConfigError, listProblems } from '../../../../shared/domain/kernel/errors.ts';
import type { ConnectionId, OrganizationId } from '../../../../shared/domain/kernel/ids.ts';
import { listPredecessorClaims } from '../../../../shared/domain/recording/succession.ts';
import type { Claim } from '../../../../shared/domain/records/connection-record.ts';
import { chooseConnection, type Choice } from '../../arguments/connection-choice.ts';
import { localFlag, type ExitCode, type Invocation } from '../../command-line/command.ts';
import { openDeployment, type Deployment } from '../../composition/deployment.ts';
import { confirm } from '../../console/approval-notes.ts';
import { inert, jsonText, printResult } from '../../output/sanitize.ts';
import { counted } from '../../../../shared/domain/kernel/counted.ts';
import { transferRoles } from './hand-over.ts';

/** A namesake that waits for a person, with what the audit log says about it. */
interface Candidate {
  readonly namesake: Choice;
  readonly organizationId: OrganizationId;
  readonly claims: readonly Claim[];
  readonly verdict: ReplacementVerdict;
}

/**
 * Every connection that a trusted identity has replaced takes the place of the one before it, with one yes for all. What is
 * not proved stays held, and is named with the reason.
 */
export async function adoptReplaced(invocation: Invocation): Promise<ExitCode> {
  const deployment = await openDeployment(invocation, 'prepare');
  const { ports, configuration } = deployment;
  const candidates = await judgeCandidates(deployment, await readDesiredState(ports, configuration));
  if (candidates.length === 0) return sayNothingHeld(invocation);
  const proved = candidates.filter(({ verdict }) => verdict.state === 'replaced');
  if (proved.length === 0) throw nothingProved(candidates, localFlag(invocation.options));
  const prompt = {
    text: `${candidates.map(describeCandidate).join('\n')}\n`,
    question: `Let ${counted(proved.length, 'replaced connection')} take the place of the one before?`,
  };
  if (!(await confirm(invocation, prompt))) return 1;
  return transferAll(invocation, deployment, proved, candidates);
}

async function judgeCandidates(deployment: Deployment, state: DesiredState): Promise<readonly Candidate[]> {
  const { organizations } = deployment.configuration;
  const { takeovers } = state.desiredRoles;
  const namesakes = [...new Map(takeovers.map(({ impostor, claim }) => [impostor, claim])).entries()];
  const logs = new Map<OrganizationId, readonly AuditEntry[] | undefined>();
  for (const organization of organizations) {
    const own = takeovers.filter(({ claim }) => claim.organizationId === organization.id);
    if (own.length > 0)
      logs.set(
        organization.id,
        await readLog(
          deployment,
          organization,
          own.map(({ claim }) => claim),
        ),
      );
  }
  return namesakes.map(([impostor, { organizationId }]) => {
    const { trustedAutomation = [] } = organizations.find(({ id }) => id === organizationId) ?? {};
    const claims = listPredecessorClaims(state.desiredRoles, impostor);
    const judge = (earlier: ConnectionId) =>
      judgeReplacement({ earlier, namesake: impostor }, logs.get(organizationId), trustedAutomation);
    const verdicts = claims.map(({ connectionId }) => judge(connectionId));
    const verdict = verdicts.find(({ state: found }) => found === 'open') ?? verdicts[0] ?? NO_CLAIM;
    return { namesake: chooseConnection(impostor, state, 'listed'), organizationId, claims, verdict };
  });
}

const NO_CLAIM: ReplacementVerdict = { state: 'open', obstacle: 'no-deletion' };

/** From an hour before the first of them was closed on, a week at most. Anything less than the whole proves nothing. */
async function readLog(
  { ports }: Deployment,
  organization: Organization,
  claims: readonly Claim[],
): Promise<readonly AuditEntry[] | undefined> {
  if (!organization.auditLog || organization.trustedAutomation === undefined) return undefined;
  const now = ports.clock.now();
  const closings = claims.flatMap(({ role }) => (role.closed ? [role.closed.at] : []));
  const from = Math.max(Math.min(now - DAY_MS, ...closings.map((at) => at - HOUR_MS)), now - 7 * DAY_MS);
  const reading = await ports.auditLog.read(organization, { from, to: now });
  return reading.state === 'complete' && reading.value.unreadable === 0 ? reading.value.entries : undefined;
}

/** One after the other, each after a look of its own: what has changed since the yes is not done. One bad item stops no other. */
async function transferAll(
  invocation: Invocation,
  deployment: Deployment,
  proved: readonly Candidate[],
  candidates: readonly Candidate[],
): Promise<ExitCode> {
  const { terminal, options } = invocation;
  const documents: unknown[] = [];
  const collecting = options.json
    ? { ...terminal, result: (text: string) => void documents.push(JSON.parse(text)) }
    : terminal;
  const codes: ExitCode[] = [];
  for (const { namesake, claims } of proved)
    codes.push(await transferOne({ ...invocation, terminal: collecting }, deployment, namesake, claims));
  if (options.json)
    terminal.result(jsonText({ schemaVersion: 1, candidates: candidates.map(toDocument), runs: documents }));
  if (codes.includes(1)) return 1;
  return codes.includes(3) ? 3 : 0;
}

async function transferOne(
  invocation: Invocation,
  deployment: Deployment,
  namesake: Choice,
  shown: readonly Claim[],
): Promise<ExitCode> {
  const state = await readDesiredState(deployment.ports, deployment.configuration);
  const claims = listPredecessorClaims(state.desiredRoles, namesake.connectionId);
  const key = (all: readonly Claim[]) =>
    all
      .map(({ connectionId, role }) => `${connectionId} ${role.arn}`)
      .sort()
      .join();
  const name = inert(displayName(namesake.references));
  if (key(claims) !== key(shown)) {
    invocation.terminal.problem(
      `${name}: its place has changed since it was shown. Nothing was done about it.`,
    );
    return 1;
  }
  try {
    const agreed = { ...invocation, options: { ...invocation.options, yes: true } };
    return await transferRoles(agreed, deployment, state, namesake, claims);
  } catch (error) {
    const why = listProblems(error)
      .map(({ what, fix }) => `${what} ${fix}`)
      .join(' ');
    invocation.terminal.problem(`${name}: ${inert(why)}`);
    return 1;
  }
}

function describeCandidate({ namesake, claims, verdict }: Candidate): string {
  const name = `${inert(displayName(namesake.references))} (${namesake.connectionId})`;
  const roles = claims.map(({ role }) => inert(role.arn)).join(', ');
  if (verdict.state === 'open') return `  held      ${name}: ${replacementObstacles[verdict.obstacle]}`;
  const { actor, deletedAt, createdAt } = verdict.proof;
  return `  replaced  ${name} by ${inert(actor)}: deleted ${deletedAt}, created ${createdAt}\n            ${roles}`;
}

const toDocument = ({ namesake, claims, verdict }: Candidate) => ({
  connection: displayName(namesake.references),
  connectionId: namesake.connectionId,
  takesPlaceOf: claims.map(({ connectionId, role }) => ({ connectionId, roleArn: role.arn })),
  verdict,
});

const fixes: Partial<Readonly<Record<ReplacementObstacle, string>>> = {
  'no-identity': 'Name the identity under organizations[].trustedAutomation, with auditLog: true.',
  'log-unread': 'azfed doctor says what azfed lacks to read the audit log.',
};

function sayNothingHeld({ terminal, options }: Invocation): ExitCode {
  printResult(
    { terminal, options },
    { schemaVersion: 1, candidates: [], runs: [] },
    () => 'Nothing to do: no connection holds the name of one that is gone.\n',
  );
  return 0;
}

function nothingProved(candidates: readonly Candidate[], flag: string): ConfigError {
  return new ConfigError(
    candidates.map(({ namesake, verdict }) => {
      const obstacle = verdict.state === 'open' ? verdict.obstacle : 'no-deletion';
      return {
        where: displayName(namesake.references),
        what: `It is not proved that trusted automation replaced it: ${replacementObstacles[obstacle]}.`,
        fix: fixes[obstacle] ?? `Find out who made it; then: azfed adopt ${namesake.connectionId}${flag}`,
      };
    }),
  );
}
