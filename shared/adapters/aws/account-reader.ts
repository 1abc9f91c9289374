import { parseProviderArn } from '../../domain/kernel/arn.ts';
import { GetAccountSummaryCommand, ListOpenIDConnectProvidersCommand } from '@aws-sdk/client-iam';
import type { Account } from '../../domain/configuration/configuration.ts';
import type { ProviderArn } from '../../domain/kernel/ids.ts';
import type { AccountObservation, AccountQuotas, ObservedProvider } from '../../domain/iam/role.ts';
import { unconfirmedPolicies } from '../../domain/desired/policy-needs.ts';
import { captureReading, complete, type Complete, type Reading } from '../../domain/kernel/result.ts';
import type { PolicyDocument } from '../../domain/policy/policy-document.ts';
import type { AccountReader, ObservationScope, PolicyReader } from '../../ports/accounts.ts';
import { buildRead, present, type IamRequests } from './iam-client.ts';
import { readRoles } from './role-reads.ts';
import { findPolicy, readPolicyDocument, readSingleProvider } from './single-reads.ts';

type Providers = Extract<AccountObservation['providers'], Complete<unknown>>['value'];

/**
 * Opens a session in an account that can read, and calls `onRequest` for every request that is sent to IAM. Nothing is tried
 * again after `until` (epoch milliseconds).
 */
export type ReadAccess = (account: Account, onRequest: () => void, until?: number) => Promise<IamRequests>;

/** IAM returns at most this many items a page (IAM service model). */
export const LARGEST_PAGE = 1_000;

/**
 * A steady look takes three requests (providers, ours, summary) and the pages of the two bulk lists:
 *
 *     ListOpenIDConnectProviders -> GetOpenIDConnectProvider, one for each of ours
 *     GetAccountSummary -> how large the account is -> | GetAccountAuthorizationDetails, page after page
 *                                                      | ListRoles, page after page
 *
 * and one GetPolicy for each wanted policy that no role in scope has: none where every role is as it should be.
 */
export function createAccountReader(openSession: ReadAccess, pageSize: number): AccountReader {
  async function observe(account: Account, scope: ObservationScope): Promise<AccountObservation> {
    let calls = 0;
    const session = await captureReading(() => openSession(account, () => calls++));
    if (session.state === 'unknown')
      return { account: account.id, roles: session, providers: session, quotas: session, calls };
    const iam = session.value;
    const [providers, [quotas, roles]] = await Promise.all([
      captureReading(() => readProviders(iam, scope.providers)),
      readQuotasAndRoles(iam, scope),
    ]);
    const missingPolicies = await findMissingPolicies(iam, unconfirmedPolicies(scope.policies ?? [], roles));
    return { account: account.id, roles, providers, quotas, missingPolicies, calls };
  }

  async function readQuotasAndRoles(iam: IamRequests, scope: ObservationScope) {
    const quotas = await captureReading(() => readQuotas(iam));
    const size = { roles: quotas.state === 'complete' ? quotas.value.rolesUsed : 0, pageSize };
    return [quotas, await captureReading(() => readRoles(iam, scope, size))] as const;
  }

  return { observe };
}

export const createPolicyReader = (openSession: ReadAccess): PolicyReader => ({
  async readPolicies(account, arns) {
    const session = await captureReading(() => openSession(account, () => undefined));
    const documents = new Map<string, Reading<PolicyDocument>>();
    for (const arn of new Set(arns)) {
      if (session.state === 'unknown') {
        documents.set(arn, session);
        continue;
      }
      const read = await captureReading(() => readPolicyDocument(session.value, arn));
      if (read.state === 'unknown') documents.set(arn, read);
      else if (read.value) documents.set(arn, complete(read.value));
    }
    return documents;
  },
});

/** A provider that went away between the two reads is still in the list, so that nothing rests on its absence. */
async function readProviders(iam: IamRequests, wanted: readonly ProviderArn[]): Promise<Providers> {
  const call = buildRead('iam:ListOpenIDConnectProviders');
  const answer = await iam.send(call, (client) => client.send(new ListOpenIDConnectProvidersCommand({})));
  const listed = present(answer.OpenIDConnectProviderList, call.action);
  const arns = listed.map(({ Arn }) => present(parseProviderArn(Arn ?? ''), call.action));
  const ours: ObservedProvider[] = [];
  for (const arn of new Set(wanted.filter((one) => arns.includes(one)))) {
    const provider = await readSingleProvider(iam, arn);
    if (provider) ours.push(provider);
  }
  return { arns, ours };
}

/** A policy that cannot be read is not known to be missing: the write then says what is wrong. */
async function findMissingPolicies(iam: IamRequests, arns: readonly string[]): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const arn of arns) {
    const found = await captureReading(() => findPolicy(iam, arn));
    if (found.state === 'complete' && found.value === 'missing') missing.push(arn);
  }
  return missing;
}

async function readQuotas(iam: IamRequests): Promise<AccountQuotas> {
  const call = buildRead('iam:GetAccountSummary');
  const answer = await iam.send(call, (client) => client.send(new GetAccountSummaryCommand({})));
  const summary = present(answer.SummaryMap, call.action);
  return {
    trustLength: present(summary.AssumeRolePolicySizeQuota, call.action),
    roles: present(summary.RolesQuota, call.action),
    rolesUsed: present(summary.Roles, call.action),
    managedPoliciesPerRole: present(summary.AttachedPoliciesPerRoleQuota, call.action),
  };
}
