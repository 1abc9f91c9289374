import { GetRoleCommand, SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam';
import {
  iamActionsOfSteps,
  iamSingleReads,
  iamUseReads,
  rehearsalReads,
} from '../../contract/iam-actions.ts';
import type { Account } from '../../domain/configuration/configuration.ts';
import type {
  AccountExamination,
  AccountQuestions,
  ExaminedSession,
  Rehearsal,
} from '../../domain/doctor/examination.ts';
import { listTrustedPrincipals } from '../../domain/doctor/people-checks.ts';
import { captureReading, unknown, type Reading } from '../../domain/kernel/result.ts';
import type { AccountExaminer } from '../../ports/examination.ts';
import { openSessions, type SignedIn, type SignInOptions } from './account-sign-in.ts';
import {
  createIamClient,
  createStsClient,
  createIamRequests,
  buildRead,
  present,
  readPages,
} from './iam-client.ts';
import type { IamRequests } from './iam-client.ts';
import { createLimiter, type LimiterOptions } from './limiter.ts';
import { readDocument } from './role-mapping.ts';
import { readingPolicy } from './session-policy.ts';
import { findPolicy, roleName } from './single-reads.ts';

export type AccountExaminerOptions = SignInOptions & Pick<LimiterOptions, 'isUnpaced'>;

const notSignedIn = unknown('no-session', 'Nobody signed in to look.');

/**
 * Signs in as each role that the account names and asks STS who that is; asks IAM, with a session that can only read,
 * about policies and about what those roles may do.
 */
export function createAccountExaminer(options: AccountExaminerOptions): AccountExaminer {
  return { examine: (account, questions) => examine(options, account, questions) };
}

async function examine(
  options: AccountExaminerOptions,
  account: Account,
  { duties, policies, rehearsals, lastAccessedOf }: AccountQuestions,
): Promise<AccountExamination> {
  const sessions = await openSessions(options, account, duties, readingPolicy(rehearsalReads));
  const look = sessions.find((session) => session.duties.includes('look'));
  const hub = createStsClient(account.partition, options);
  const limiter = createLimiter(account.id, options);
  const { credentials = notSignedIn, clock = notSignedIn } = look ?? {};
  const ask = async <Answer>(work: (iam: IamRequests) => Promise<Answer>): Promise<Reading<Answer>> => {
    if (credentials.state === 'unknown') return credentials;
    const client = createIamClient(hub, account.partition, credentials.value, options.endpoint);
    return captureReading(() => work(createIamRequests(client, limiter, options)));
  };
  try {
    const known = policies.map(async (arn) => [arn, await ask((iam) => findPolicy(iam, arn))] as const);
    const tried = rehearsals.map(async (rehearsal) => {
      const who = sessions.find((session) => session.duties.includes(rehearsal.duty));
      const actions = listActions(rehearsal);
      return { rehearsal, refused: await ask((iam) => listRefusedActions(iam, who, actions, rehearsal)) };
    });
    const [explained, found, rehearsed, lastAccessed] = await Promise.all([
      Promise.all(sessions.map((session) => explainRefusal(session, ask))),
      Promise.all(known),
      Promise.all(tried),
      lastAccessedOf === undefined
        ? undefined
        : ask((iam) => listRefusedActions(iam, look, iamUseReads, { resource: lastAccessedOf, context: {} })),
    ]);
    return {
      sessions: explained,
      clock,
      policies: new Map(found),
      rehearsals: rehearsed,
      ...(lastAccessed ? { lastAccessed } : {}),
    };
  } finally {
    hub.destroy();
  }
}

/** Where a role refuses, its trust says whom it would let in: whoever may look in the account may read that. */
async function explainRefusal(
  session: SignedIn,
  ask: <Answer>(work: (iam: IamRequests) => Promise<Answer>) => Promise<Reading<Answer>>,
): Promise<SignedIn> {
  const { role } = session;
  if (role === undefined || session.caller.state === 'complete') return session;
  const admitted = await ask(async (iam) => {
    const command = new GetRoleCommand({ RoleName: roleName(role) });
    const { Role: found } = await iam.send(buildRead('iam:GetRole', role), (client) => client.send(command));
    return listTrustedPrincipals(readDocument(found?.AssumeRolePolicyDocument ?? ''));
  });
  return admitted.state === 'complete' ? { ...session, admits: admitted.value } : session;
}

/** Actions that IAM would not let the session's principal do. */
async function listRefusedActions(
  iam: IamRequests,
  who: ExaminedSession | undefined,
  actions: readonly string[],
  { resource, context }: Pick<Rehearsal, 'resource' | 'context'>,
): Promise<readonly string[]> {
  const call = buildRead('iam:SimulatePrincipalPolicy', resource);
  const input = {
    PolicySourceArn: await resolvePrincipal(iam, who),
    ActionNames: [...actions],
    ResourceArns: [resource],
    ContextEntries: Object.entries(context).map(([key, value]) => ({
      ContextKeyName: key,
      ContextKeyType: 'string' as const,
      ContextKeyValues: [value],
    })),
  };
  // One result for each action: the decision on the one resource (IAM API reference, SimulatePrincipalPolicy).
  const results = await readPages(
    call.action,
    (marker) =>
      iam.send(call, (client) => client.send(new SimulatePrincipalPolicyCommand({ ...input, ...marker }))),
    ({ EvaluationResults: page }) => page,
  );
  const allowed = new Set(
    results.filter(({ EvalDecision }) => EvalDecision === 'allowed').map((one) => one.EvalActionName),
  );
  return actions.filter((action) => !allowed.has(action));
}

/** A writer reads the role before and after it writes. */
function listActions({ steps, resource }: Rehearsal): readonly string[] {
  const isRole = resource.includes(':role/');
  const reads = iamSingleReads.filter((action) => isRole === (action !== 'iam:GetOpenIDConnectProvider'));
  return [...new Set([...reads, ...steps.flatMap((step): readonly string[] => iamActionsOfSteps[step])])];
}

/** The role that is assumed. Of azfed's own credentials the user, or the role of the session, whose path STS leaves out. */
async function resolvePrincipal(iam: IamRequests, who: ExaminedSession | undefined): Promise<string> {
  if (who?.role !== undefined) return who.role;
  const arn = who?.caller.state === 'complete' ? who.caller.value.arn : '';
  const [, name] = /:assumed-role\/([^/]+)\//.exec(arn) ?? [];
  if (name === undefined) return arn;
  const command = new GetRoleCommand({ RoleName: name });
  const { Role: role } = await iam.send(buildRead('iam:GetRole', arn), (client) => client.send(command));
  return present(role?.Arn, 'iam:GetRole');
}
