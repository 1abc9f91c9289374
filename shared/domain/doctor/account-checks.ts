import { listSeenRoles, type AccountObservation } from '../iam/role.ts';
import type { Account, Configuration, Grant, Organization } from '../configuration/configuration.ts';
import { judging, type Check, type Judge } from './check.ts';
import type { AccountExamination, ExaminedSession } from './examination.ts';
import { refusedCheck, type ExaminedPerson } from './people-checks.ts';
import { quotaChecks } from './quota-checks.ts';
import type { Person } from '../records/deployment-record.ts';
import { selectAccountGrants, listGrantPolicies } from './rehearsals.ts';
import { coversOrganization } from '../configuration/grant-coverage.ts';
import { providerArn, readIssuer, splitArn } from '../kernel/arn.ts';
import { azureIssuer } from '../issuers/azure-issuer.ts';

import { selectProfiles } from '../issuers/issuer.ts';

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
  caller: Person | undefined,
): readonly Check[] {
  const judge = judging(`account ${account.id}`);
  const person = { people: configuration.people, caller };
  const grants = selectAccountGrants(configuration, account);
  // Those whose connections a grant may let into the account.
  const organizations = configuration.organizations.filter((organization) =>
    grants.some((grant) => coversOrganization(grant, organization)),
  );
  return [
    ...examination.sessions.flatMap((session) => sessionChecks(judge, account, session, person)),
    ...lookChecks(judge, observation, examination.sessions),
    ...writeChecks(judge, examination),
    ...lastAccessedChecks(judge, examination),
    ...policyChecks(judge, account, grants, examination),
    ...quotaChecks(judge, grants, observation),
    ...providerChecks(judge, account, organizations, observation),
  ];
}

/** Of these, whether the roles in the account may do what the grants need. */
export function listRightsChecks(
  { account, examination }: Omit<ExaminedAccount, 'observation'>,
  configuration: Configuration,
  caller: Person | undefined,
): readonly Check[] {
  const judge = judging(`account ${account.id}`);
  const person = { people: configuration.people, caller };
  return [
    ...examination.sessions.flatMap((session) => sessionChecks(judge, account, session, person)),
    ...writeChecks(judge, examination),
    ...policyChecks(judge, account, selectAccountGrants(configuration, account), examination),
  ];
}

function sessionChecks(
  judge: Judge,
  account: Account,
  session: ExaminedSession,
  person: ExaminedPerson,
): readonly Check[] {
  const { role = 'azfed’s own credentials', duties, caller } = session;
  if (caller.state === 'unknown') {
    const isRefused = session.role !== undefined && caller.code === 'access-denied';
    const refused = isRefused ? refusedCheck(judge, session, caller.message, person) : undefined;
    return [refused ?? judge.unread('account.assumable', caller)];
  }
  const { account: id, arn } = caller.value;
  const { partition } = splitArn(arn);
  const isRight = id === account.id && partition === account.partition;
  return [
    judge.ok(
      'account.assumable',
      `To ${duties.map((duty) => (duty === 'look' ? 'read' : duty)).join(' and ')}: ${role}.`,
    ),
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
  const count = listSeenRoles({ roles }).length;
  return [
    judge.ok('account.reads', `It was read in ${calls} requests; roles on the paths of grants: ${count}.`),
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

/** Where the simulation itself is refused, `account.writes` says so. */
function lastAccessedChecks(judge: Judge, { lastAccessed }: AccountExamination): readonly Check[] {
  const code = 'account.last-accessed';
  if (lastAccessed?.state !== 'complete') return [];
  if (lastAccessed.value.length === 0) return [judge.ok(code, 'IAM’s simulation allows both reads.')];
  return [judge.warning(code, `IAM’s simulation does not allow: ${lastAccessed.value.join(', ')}.`)];
}

/** IAM makes no role with a boundary, or a managed policy, that is not there. */
function policyChecks(
  judge: Judge,
  account: Account,
  grants: readonly Grant[],
  { policies, sessions }: AccountExamination,
): readonly Check[] {
  const code = 'account.policies';
  if (policies.size === 0) return [];
  const readings = [...policies.values()];
  const missing = [...policies].flatMap(([arn, reading]) =>
    reading.state === 'complete' && reading.value === 'missing' ? [arn] : [],
  );
  if (missing.length > 0) {
    const isNeeded = grants
      .filter(({ mode }) => mode !== 'observe')
      .some((grant) => listGrantPolicies(grant, account).some((arn) => missing.includes(arn)));
    const says = `Not there: ${missing.join(', ')}.`;
    return [isNeeded ? judge.failed(code, says) : judge.warning(code, says)];
  }
  const reason = readings.find((reading) => reading.state === 'unknown');
  if (!reason)
    return [judge.ok(code, `Boundaries and managed policies of grants: ${policies.size}, all there.`)];
  const isIn = sessions.some(({ duties, caller }) => duties.includes('look') && caller.state === 'complete');
  return [
    isIn ? judge.unknown(code, reason.message, readFix) : judge.untried(code, 'nobody could sign in to look'),
  ];
}

const readFix =
  'Allow iam:GetPolicy to the role that looks (deploy the roles of the account anew); or look for yourself.';

/** Before the first role is made there is no provider, which is as it should be: `azfed apply` makes both. */
function providerChecks(
  judge: Judge,
  account: Account,
  organizations: readonly Organization[],
  { providers }: AccountObservation,
): readonly Check[] {
  const code = 'account.provider';
  if (providers.state === 'unknown') return [judge.untried(code, 'the account was not read')];
  const { arns, ours } = providers.value;
  const needed = organizations.flatMap((organization) =>
    selectProfiles(organization, organization.issuer).map((profile) => ({
      ...profile,
      of: organization.name,
    })),
  );
  return needed.map(({ issuer, audience, of: name }) => {
    const arn = providerArn(account.partition, account.id, issuer);
    const twins = arns.filter(
      (other) => other !== arn && azureIssuer(readIssuer(other))?.canonical === issuer,
    );
    if (twins.length > 0) return judge.warning(code, `${twins.join(', ')}: no token is of it.`);
    if (!arns.includes(arn)) return judge.ok(code, `${name} has none yet; the first role brings it.`);
    const isTaken = ours.some((provider) => provider.arn === arn && provider.audiences.includes(audience));
    return isTaken
      ? judge.ok(code, `${name} has its provider, with its audience.`)
      : judge.warning(code, `The provider of ${name} does not take the audience ${audience}.`, audienceFix);
  });
}

const audienceFix = 'Run `azfed apply`: it adds the audience. Nobody gets in until then.';
