import type { RoleArn } from '../kernel/ids.ts';
import { splitRoleArn } from '../kernel/arn.ts';
import { explainMessage, explainStsError, isNetworkError, type FailureCode } from './failures.ts';
import { compareMasked, maskText, type TaskLog } from './task-log.ts';

export interface SignInClaims {
  /** As tokens name it, with `https://`. */
  readonly issuer: string;
  readonly audience: string;
  readonly subject: string;
}

/** What a token of the connection is to say in a job of one project, and whom it is to become. */
export interface ExpectedSignIn {
  /** There are two while an organization moves to another issuer. */
  readonly claims: readonly SignInClaims[];
  readonly roleArn: RoleArn;
  /** The role session name of the connection. Left out: none, or not known. */
  readonly sessionName?: string;
}

export interface TaskVerdict {
  readonly task: string;
  /** unread: the log shows nothing wrong, and does not prove it. */
  readonly outcome: 'proven' | 'refused' | 'unread';
  readonly failure?: FailureCode;
  /** The words of the log that it rests on: a text from outside. */
  readonly evidence: string;
}

/** What keeps a log from proving anything, and refutes nothing. */
const unprovable: ReadonlySet<FailureCode> = new Set([
  'task.masked',
  'task.output-not-json',
  'task.powershell-silent',
]);

/** What one task has shown. */
export function judgeTask(task: string, log: TaskLog, expected: ExpectedSignIn): TaskVerdict {
  const { failure, evidence } = findFailure(log, expected);
  if (failure === undefined) return { task, outcome: 'proven', evidence };
  return { task, outcome: unprovable.has(failure) ? 'unread' : 'refused', failure, evidence };
}

/** What is found when nothing failed is who it was. */
interface Found {
  readonly failure?: FailureCode;
  readonly evidence: string;
}

/** The first that goes wrong: the claims, then what STS says, then who it was in the end. */
function findFailure(log: TaskLog, expected: ExpectedSignIn): Found {
  if (log.went === 'with-half-a-key')
    return { failure: 'connection.half-key', evidence: selectFirstError(log.errors) };
  const claim = log.token && claimFailure(log.token, expected);
  if (claim) return claim;
  if (log.oidcError) return { failure: oidcFailure(log, log.oidcError), evidence: said(log.oidcError) };
  return log.writer === 'powershell' && log.token
    ? powerShellFailure(log, expected)
    : identityFailure(log, expected);
}

function oidcFailure({ token }: TaskLog, { code, message }: NonNullable<TaskLog['oidcError']>): FailureCode {
  const isNetwork = isNetworkError(code, message);
  if (!token) return isNetwork ? 'task.no-token-network' : 'task.no-token';
  return explainStsError(code, message) ?? (isNetwork ? 'sts.unreachable' : 'task.oidc-failed');
}

/** It says nothing when it has assumed the role: only the caller proves it. Errors of STS come without their code. */
function powerShellFailure({ callerArn, errors }: TaskLog, expected: ExpectedSignIn): Found {
  for (const evidence of errors) {
    const failure = explainMessage(evidence);
    if (failure) return { failure, evidence };
  }
  if (callerArn === undefined)
    return { failure: 'task.powershell-silent', evidence: selectFirstError(errors) };
  return sessionFailure(callerArn, callerArn, expected);
}

function identityFailure(log: TaskLog, expected: ExpectedSignIn): Found {
  const { token, assumedRoleArn, callerArn = '', errors } = log;
  if (!token || assumedRoleArn === undefined)
    return { failure: failureWithoutOidc(log), evidence: callerArn || selectFirstError(errors) };
  if (callerArn !== '') return sessionFailure(assumedRoleArn, callerArn, expected);
  if (log.went === 'without-aws') return { failure: 'task.aws-missing', evidence: selectFirstError(errors) };
  return errors.length > 0
    ? { failure: 'task.command-failed', evidence: selectFirstError(errors) }
    : { failure: 'task.output-not-json', evidence: assumedRoleArn };
}

function sessionFailure(assumed: string, caller: string, expected: ExpectedSignIn): Found {
  const [one, other] = [judgeSession(assumed, expected), judgeSession(caller, expected)];
  if (one === 'other' || other === 'other' || assumed !== caller)
    return { failure: 'task.role-unexpected', evidence: caller };
  return one === 'ours' ? { evidence: caller } : { failure: 'task.masked', evidence: caller };
}

function claimFailure(
  { issuer, subject, audience }: NonNullable<TaskLog['token']>,
  { claims }: ExpectedSignIn,
): Found | undefined {
  const ofIssuer = claims.filter((claim) => mayBe(issuer, claim.issuer));
  if (ofIssuer.length === 0) return { failure: 'task.issuer-unexpected', evidence: issuer };
  const ofSubject = ofIssuer.filter((claim) => mayBe(subject, claim.subject));
  if (ofSubject.length === 0) return { failure: 'task.subject-unexpected', evidence: subject };
  return ofSubject.some((claim) => mayBe(audience, claim.audience))
    ? undefined
    : { failure: 'task.audience-unexpected', evidence: audience };
}

/** What is masked is unreadable, not unexpected. */
const mayBe = (logged: string, expected: string) => compareMasked(logged, expected) !== 'different';

function failureWithoutOidc({ went, callerArn }: TaskLog): FailureCode {
  if (went === 'with-keys') return 'connection.uses-keys';
  if (went === 'with-agent-role' || went === 'with-nothing') return 'connection.no-oidc';
  if (went === 'without-aws') return 'task.aws-missing';
  return callerArn === undefined ? 'task.unclear' : 'task.role-unexpected';
}

const selectFirstError = (errors: readonly string[]) => errors[0] ?? '';

const said = ({ code, message }: NonNullable<TaskLog['oidcError']>) =>
  code === '' ? message : `${code}: ${message}`;

/** What the toolkit calls a session where the connection does not say (src/lib/awsConnectionParameters.ts). */
const DEFAULT_SESSION = 'aws-vsts-tools';

/**
 * `arn:aws:sts::<account>:assumed-role/<role>/<session>`: without the path of the role (IAM User Guide, IAM identifiers). A
 * masked one is ours when the name of the role is readable in it, or when masking what is known of the connection gives
 * that very text.
 */
function judgeSession(logged: string, { roleArn, sessionName }: ExpectedSignIn): 'ours' | 'masked' | 'other' {
  const { partition, account, name } = splitRoleArn(roleArn);
  const roleSession = `arn:${partition}:sts::${account}:assumed-role/${name}/`;
  const session = logged.slice(logged.lastIndexOf('/') + 1);
  const fit = session === '' ? 'different' : compareMasked(logged, `${roleSession}${session}`);
  if (fit === 'different') return 'other';
  if (fit === 'same' || logged.includes(`/${name}/`)) return 'ours';
  const secrets = [roleArn, 'true', ...(sessionName === undefined ? [] : [sessionName])];
  return maskText(`${roleSession}${sessionName ?? DEFAULT_SESSION}`, secrets) === logged ? 'ours' : 'masked';
}
