import { parseRoleArn } from '../arn.ts';
import type { FailureCode } from './failures.ts';
import { explainStsError } from './failures.ts';
import type { TaskLog } from './task-log.ts';

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
  readonly roleArn: string;
}

export interface TaskVerdict {
  readonly task: string;
  readonly outcome: 'proven' | 'refused';
  readonly failure?: FailureCode;
  /** The words of the log that it rests on: a text from outside. */
  readonly evidence: string;
}

/** What one task has shown. */
export function judgeTask(task: string, log: TaskLog, expected: ExpectedSignIn): TaskVerdict {
  const { failure, evidence } = findFailure(log, expected);
  if (failure !== undefined) return { task, outcome: 'refused', failure, evidence };
  return { task, outcome: 'proven', evidence };
}

/** What is found when nothing failed is who it was. */
interface Found {
  readonly failure?: FailureCode;
  readonly evidence: string;
}

/** The first that goes wrong: the claims, then what STS says, then who it was in the end. */
function findFailure(log: TaskLog, expected: ExpectedSignIn): Found {
  const { token, oidcError } = log;
  const claim = token && claimFailure(token, expected);
  if (claim) return claim;
  if (!oidcError) return identityFailure(log, expected);
  const known = explainStsError(oidcError.code, oidcError.message);
  return { failure: known ?? (token ? 'task.oidc-failed' : 'task.no-token'), evidence: said(oidcError) };
}

function identityFailure(log: TaskLog, { roleArn }: ExpectedSignIn): Found {
  const { token, assumedRoleArn, callerArn = '' } = log;
  if (!token || assumedRoleArn === undefined || callerArn === '')
    return { failure: failureWithoutOidc(log), evidence: callerArn };
  const isIt = isSessionOf(assumedRoleArn, roleArn) && callerArn === assumedRoleArn;
  return isIt ? { evidence: callerArn } : { failure: 'task.role-unexpected', evidence: callerArn };
}

function claimFailure(
  { issuer, subject, audience }: NonNullable<TaskLog['token']>,
  { claims }: ExpectedSignIn,
): Found | undefined {
  const ofIssuer = claims.filter((claim) => claim.issuer === issuer);
  if (ofIssuer.length === 0) return { failure: 'task.issuer-unexpected', evidence: issuer };
  if (ofIssuer.every((claim) => claim.subject !== subject))
    return { failure: 'task.subject-unexpected', evidence: subject };
  return ofIssuer.some((claim) => claim.audience === audience)
    ? undefined
    : { failure: 'task.audience-unexpected', evidence: audience };
}

function failureWithoutOidc({ went, callerArn }: TaskLog): FailureCode {
  if (went === 'with-keys') return 'connection.uses-keys';
  if (went === 'with-agent-role') return 'connection.no-oidc';
  if (went === 'without-aws') return 'task.aws-missing';
  return callerArn === undefined ? 'task.unclear' : 'task.role-unexpected';
}

const said = ({ code, message }: NonNullable<TaskLog['oidcError']>) =>
  code === '' ? message : `${code}: ${message}`;

/** `arn:aws:sts::<account>:assumed-role/<role>/<session>`: without the path of the role (IAM User Guide, IAM identifiers). */
function isSessionOf(sessionArn: string, roleArn: string): boolean {
  const role = parseRoleArn(roleArn);
  const [, account, name] = /^arn:[^:]+:sts::(\d{12}):assumed-role\/([^/]+)\/[^/]+$/.exec(sessionArn) ?? [];
  return role !== undefined && account === role.account && name === role.name;
}
