import { listSeenRoles, type AccountObservation, type ObservedProvider } from '../iam/role.ts';
import { listBindingIssuers, type Binding } from '../desired/bindings.ts';
import type { Target } from '../desired/claims.ts';
import { bindsAnyType } from '../configuration/grant-coverage.ts';
import type { CredentialKind } from '../azure-devops/service-connection.ts';
import { classifyCredential, isSessionName } from '../azure-devops/service-connection.ts';
import type { ConnectionId, ProjectId, RoleArn } from '../kernel/ids.ts';
import { buildSubject, entraSubject } from '../issuers/issuer.ts';
import type { TrustBinding } from '../policy/trust-document.ts';
import type { RecordedConnection } from '../records/connection-record.ts';
import { designWholeTrust } from '../desired/role-design.ts';
import type { ServiceConnection } from '../azure-devops/service-connection.ts';
import { failureCatalogue, type FailureCode, type FailureKind } from './failures.ts';
import type { ExpectedSignIn, SignInClaims } from './run-verdict.ts';
import { makeNamesakeVisitors, listImpostors, tryTrust, type Trial } from './trials.ts';

/** Something that keeps the connection out, or lets somebody else in. */
interface FoundObstacle {
  readonly code: FailureCode;
  /** What it is about: an ARN, a subject; a text from outside. */
  readonly about: string;
}

export interface Obstacle extends FoundObstacle {
  /** What to do about it here; the catalogue knows only what helps as a rule. */
  readonly fix: string;
}

/**
 * Who keeps out a connection that is made again under the same name:
 *
 *     iam        its tokens carry another id
 *     pinned     its tokens carry the same text; azfed knows the id, and the run that sees another one closes the role
 *     observed   the same, and the grant only observes: it is a finding, and nothing closes the role
 *     unpinned   azfed has no record of the role yet: nobody
 *     hidden     the connection is not listed: one of its name that azfed is not shown could be there now, and nobody keeps it out
 */
export type NamesakeGuard = 'iam' | 'pinned' | 'observed' | 'unpinned' | 'hidden';

/** What can be said without running anything. */
export interface StaticVerdict {
  readonly outcome: 'proven' | 'refused' | 'unread';
  readonly roleArn: RoleArn;
  /** The role session name of the connection. Left out: none is set, or it is not shown. */
  readonly sessionName?: string;
  /** What tokens of this connection say: a subject for each project that may use it. */
  readonly claims: readonly (SignInClaims & { readonly projectId: ProjectId })[];
  readonly trials: readonly Trial[];
  readonly namesake: NamesakeGuard;
  /** The role exists and is none that azfed made: `azfed apply` leaves it alone, and `azfed adopt` takes it over. */
  readonly needsAdoption: boolean;
  readonly obstacles: readonly Obstacle[];
  /** Why it cannot be told whether the connection's own tokens get in, in sentences: a Deny on what no token tells. */
  readonly undecided: readonly string[];
  /** What could not be read, in sentences. */
  readonly unread: readonly string[];
}

/** What a static verdict rests on. */
export interface StaticFacts {
  readonly connectionId: ConnectionId;
  /** Of the whole organization; without one of this id, it is not plainly listed now. */
  readonly connections: readonly ServiceConnection[];
  /** The connection is listed, perhaps not plainly. */
  readonly isSeen: boolean;
  readonly target: Target;
  readonly observation: AccountObservation | undefined;
  readonly recorded: readonly RecordedConnection[];
  /** The plan says that the role is none of azfed's. */
  readonly needsAdoption: boolean;
}

/** Shows the live trust to tokens of this connection, of its neighbours, of pipelines and of namesakes. */
export function judgeStatically(facts: StaticFacts): StaticVerdict {
  const { connectionId, target, observation } = facts;
  const binding = target.bindings.find((one) => one.connectionId === connectionId);
  const own = binding ? [{ ...binding, formerSubjects: [] }] : [];
  const trust = designWholeTrust(target.role, own, target.grant).bindings;
  const trials = runTrials(facts, trust);
  const namesake = determineNamesakeGuard(facts, trials);
  const unread = listUnreadSources(facts, namesake);
  const undecided = [...new Set(trials.filter(isUndecided).map(({ why }) => why))];
  const obstacles = [
    ...connectionObstacles(facts),
    ...(observation ? accountObstacles(target, observation, trust) : []),
    ...trialObstacles(trials),
  ].map((found) => ({ ...found, fix: selectFix(found.code, facts) }));
  const isProven = trials.some(({ expected, isAsExpected }) => expected === 'allowed' && isAsExpected);
  return {
    outcome:
      obstacles.length > 0
        ? 'refused'
        : unread.length > 0 || undecided.length > 0 || !isProven
          ? 'unread'
          : 'proven',
    roleArn: target.role.arn,
    ...selectSessionName(facts),
    claims: binding ? listTokenClaims(binding) : [],
    trials,
    namesake,
    needsAdoption: facts.needsAdoption,
    obstacles,
    undecided,
    unread,
  };
}

const isUndecided = ({ expected, decision }: Trial): boolean =>
  expected === 'allowed' && decision === 'uncertain';

/** What to do about a failure of this connection. */
export function selectFix(
  code: FailureCode,
  { needsAdoption, connectionId }: Pick<StaticFacts, 'needsAdoption' | 'connectionId'>,
): string {
  const { fix, needsApply }: FailureKind = failureCatalogue[code];
  if (!needsAdoption || !needsApply) return fix;
  return `azfed did not make this role, and \`azfed apply\` leaves it alone. Look at what taking it over would change: \`azfed adopt ${connectionId}\`.`;
}

/** Names differ from project to project; an id does not. */
function listTokenClaims(binding: Binding): StaticVerdict['claims'] {
  return listBindingIssuers(binding).flatMap((profile) =>
    binding.subjects.map(({ projectId, subject }) => ({
      projectId,
      issuer: `https://${profile.issuer}`,
      audience: profile.audience,
      subject:
        profile.name === 'vstoken'
          ? subject
          : entraSubject(profile.prefix, binding.organization.id, binding.connectionId),
    })),
  );
}

function selectSessionName({ connections, connectionId }: StaticFacts): Pick<StaticVerdict, 'sessionName'> {
  const sessionName = connections.find(({ id }) => id === connectionId)?.sessionName;
  return sessionName === undefined || sessionName === '' ? {} : { sessionName };
}

/** What a job of the project is to show. */
export function buildExpectation(
  { claims, roleArn, sessionName }: StaticVerdict,
  project: ProjectId,
): ExpectedSignIn {
  const own = claims.filter(({ projectId }) => projectId === project);
  return { claims: own, roleArn, ...(sessionName === undefined ? {} : { sessionName }) };
}

function findLiveRole({ target, observation }: StaticFacts) {
  const roles = observation ? listSeenRoles(observation) : [];
  return roles.find(({ arn }) => arn === target.role.arn);
}

function runTrials(facts: StaticFacts, trust: readonly TrustBinding[]): readonly Trial[] {
  const live = findLiveRole(facts);
  if (!live) return [];
  const profiles = facts.target.bindings.flatMap(listBindingIssuers);
  return trust.flatMap((binding) =>
    tryTrust(live.trust, binding, [
      ...binding.subjects.map((subject) => ({
        who: 'this connection',
        subject,
        expected: 'allowed' as const,
      })),
      ...listNeighbours(facts).map((subject) => ({
        who: 'a neighbour',
        subject,
        expected: 'denied' as const,
      })),
      ...listImpostors(binding, profiles),
      ...makeNamesakeVisitors(binding, profiles),
    ]),
  );
}

/** Subjects of the organization's other connections that are not meant to be let in. */
function listNeighbours({ connectionId, connections, target }: StaticFacts): readonly string[] {
  const binding = target.bindings.find((one) => one.connectionId === connectionId);
  if (!binding) return [];
  const bound = new Set(
    target.bindings.flatMap((one) => [...one.subjects, ...one.formerSubjects].map(({ subject }) => subject)),
  );
  return connections
    .filter(({ id }) => id !== connectionId)
    .flatMap(({ references }) =>
      references.map((reference) => buildSubject(binding.organization.name, reference)),
    )
    .filter((subject) => !bound.has(subject));
}

/** What the tasks do before they ask STS (aws-toolkit-azure-devops, src/lib/awsConnectionParameters.ts). */
function connectionObstacles({ connectionId, connections, target }: StaticFacts): readonly FoundObstacle[] {
  const connection = connections.find(({ id }) => id === connectionId);
  const codes: FailureCode[] = [];
  if (target.bindings.every((one) => one.connectionId !== connectionId || one.subjects.length === 0))
    codes.push('role.closed');
  if (connection)
    codes.push(
      ...connectionCodes(
        connection,
        isBound(target, connection) ? 'federated' : classifyCredential(connection),
      ),
    );
  return codes.map((code) => ({ code, about: connectionId }));
}

/** It has its role by the configuration alone, so that pipelines take its token themselves. */
function isBound({ grant, bindings }: Target, connection: ServiceConnection): boolean {
  return bindings.some(
    ({ connectionId, organization }) =>
      connectionId === connection.id &&
      grant !== undefined &&
      bindsAnyType([grant], organization, connection),
  );
}

function connectionCodes(connection: ServiceConnection, kind: CredentialKind): readonly FailureCode[] {
  const { sessionName = '', isDisabled, isReady } = connection;
  const codes: FailureCode[] = [];
  if (kind === 'keys' || kind === 'mixed') codes.push('connection.uses-keys');
  else if (kind !== 'federated' && kind !== 'not-shown') codes.push('connection.no-oidc');
  if (sessionName !== '' && !isSessionName(sessionName)) codes.push('sts.session-name-refused');
  if (isDisabled === true || isReady === false) codes.push('connection.disabled');
  return codes;
}

function accountObstacles(
  { role }: Target,
  { roles, providers }: AccountObservation,
  trust: readonly TrustBinding[],
): readonly FoundObstacle[] {
  const isMissing = roles.state === 'complete' && roles.value.inScope.every(({ arn }) => arn !== role.arn);
  const missing: readonly FoundObstacle[] = isMissing ? [{ code: 'role.missing', about: role.arn }] : [];
  if (providers.state === 'unknown') return missing;
  const { ours } = providers.value;
  return [...missing, ...trust.flatMap((binding) => providerObstacles(binding, ours))];
}

function providerObstacles(
  { providerArn, audience }: TrustBinding,
  providers: readonly ObservedProvider[],
): readonly FoundObstacle[] {
  const provider = providers.find(({ arn }) => arn === providerArn);
  if (!provider) return [{ code: 'sts.provider-missing', about: providerArn }];
  return provider.audiences.includes(audience) ? [] : [{ code: 'sts.audience-missing', about: providerArn }];
}

function trialObstacles(trials: readonly Trial[]): readonly FoundObstacle[] {
  return trials
    .filter((trial) => !trial.isAsExpected && !isUndecided(trial))
    .map(({ expected, subject }) => ({
      code: expected === 'allowed' ? 'sts.not-authorized' : 'role.open-to-others',
      about: subject,
    }));
}

const unlisted = 'The connection is not plainly listed in Azure DevOps now.';
const hiddenNamesake =
  'The connection is not plainly listed in Azure DevOps now: a connection of this name that azfed is not shown could be using the role.';

function listUnreadSources(
  { connectionId, connections, observation }: StaticFacts,
  namesake: NamesakeGuard,
): readonly string[] {
  const listed = connections.find(({ id }) => id === connectionId);
  const isHidden = listed?.oidc === null || listed?.requestedRoleArn === null;
  const readings = observation ? [observation.roles, observation.providers] : [];
  return [
    ...(listed ? [] : [namesake === 'hidden' ? hiddenNamesake : unlisted]),
    ...(isHidden ? ['Azure DevOps does not show what the connection asks for.'] : []),
    ...(observation ? [] : ['The account was not looked at.']),
    ...readings.flatMap((reading) => (reading.state === 'unknown' ? [reading.message] : [])),
  ];
}

function determineNamesakeGuard(
  { connectionId, target, recorded, isSeen }: StaticFacts,
  trials: readonly Trial[],
): NamesakeGuard {
  if (!trials.some(({ expected }) => expected === 'untold')) return 'iam';
  if (!isSeen) return 'hidden';
  const record = recorded.find((one) => one.connectionId === connectionId);
  if (record?.role?.arn !== target.role.arn) return 'unpinned';
  return target.grant?.mode === 'observe' ? 'observed' : 'pinned';
}
