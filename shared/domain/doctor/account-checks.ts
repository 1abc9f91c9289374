import type { Account, Configuration } from '../configuration/configuration.ts';
import type { AccountObservation } from '../iam/observation.ts';
import type { Check, Judge } from './check.ts';
import { judging } from './check.ts';
import type { AccountExamination, ExaminedSession } from './examination.ts';
import { policyChecks } from './policy-checks.ts';
import { organizationsOf, providerChecks } from './provider-checks.ts';
import { quotaChecks } from './quota-checks.ts';
import { grantsOf } from './rehearsals.ts';

/** Everything that was read of one account. */
export interface ExaminedAccount {
  readonly account: Account;
  /** Of the paths that grants name, and of the providers of the organizations. */
  readonly observation: AccountObservation;
  readonly examination: AccountExamination;
}

/** What an account has to be like for runs to look at it, and to write in it. */
export function accountChecks(
  { account, observation, examination }: ExaminedAccount,
  configuration: Configuration,
): readonly Check[] {
  const judge = judging(`account ${account.id}`);
  const grants = grantsOf(configuration, account);
  const organizations = organizationsOf(grants, configuration.organizations);
  return [
    ...examination.sessions.flatMap((session) => sessionChecks(judge, account, session)),
    ...lookChecks(judge, observation, examination.sessions),
    ...writeChecks(judge, examination),
    ...policyChecks(judge, account, grants, examination),
    ...quotaChecks(judge, grants, observation),
    ...providerChecks(judge, account, organizations, observation),
  ];
}

function sessionChecks(judge: Judge, account: Account, session: ExaminedSession): readonly Check[] {
  const { role = 'azfed’s own credentials', duties, caller } = session;
  if (caller.state === 'unknown') return [judge.unread('account.assumable', caller)];
  const { account: id, arn } = caller.value;
  const [, partition = ''] = arn.split(':');
  const isRight = id === account.id && partition === account.partition;
  return [
    judge.ok('account.assumable', `To ${duties.join(', ')}: ${role}.`),
    isRight
      ? judge.ok('account.right-one', `It is ${id} in ${partition}.`)
      : judge.failed('account.right-one', `${arn} is of account ${id} in ${partition}.`),
  ];
}

/** The reads of a run, by doing them. */
function lookChecks(
  judge: Judge,
  { roles, providers, quotas, calls }: AccountObservation,
  sessions: readonly ExaminedSession[],
): readonly Check[] {
  const isIn = sessions.some(({ duties, caller }) => duties.includes('look') && caller.state === 'complete');
  if (!isIn) return [judge.untried('account.reads', 'nobody could sign in to look')];
  const unread = [roles, providers, quotas].filter((reading) => reading.state === 'unknown');
  if (unread.length > 0) return unread.map((reason) => judge.unread('account.reads', reason));
  const count = roles.state === 'complete' ? roles.value.inScope.length : 0;
  return [
    judge.ok('account.reads', `A look took ${calls} requests; roles on the paths of grants: ${count}.`),
  ];
}

/** By IAM's own simulation: nothing is tried by writing. Service control policies have the last word. */
function writeChecks(judge: Judge, { rehearsals, sessions }: AccountExamination): readonly Check[] {
  const code = 'account.writes';
  if (rehearsals.length === 0) return [];
  const refusals = rehearsals.flatMap(({ rehearsal: { resource }, refused }) =>
    refused.state === 'complete' ? refused.value.map((action) => `${action} on ${resource}`) : [],
  );
  if (refusals.length > 0)
    return [judge.failed(code, `IAM’s simulation does not allow: ${[...new Set(refusals)].join(', ')}.`)];
  const [reason] = rehearsals.flatMap(({ refused }) => (refused.state === 'unknown' ? [refused] : []));
  if (!reason) return [judge.ok(code, 'IAM’s simulation allows everything that the grants need.')];
  return [
    sessions.some(({ caller }) => caller.state === 'unknown')
      ? judge.untried(code, 'not every role could be assumed')
      : judge.unknown(code, `It cannot be foretold: ${reason.message}`),
  ];
}
