import type { Account, Configuration } from '../../domain/configuration/configuration.ts';
import type { AccountId } from '../../domain/kernel/ids.ts';
import type { IssuerProfile } from '../../domain/issuers/issuer.ts';
import { selectProfiles } from '../../domain/issuers/issuer.ts';
import { azureProviderArns, isPartial, lintAccount } from '../../domain/lint/lint.ts';
import type { LintResult } from '../../domain/lint/lint-entries.ts';
import { sortResults } from '../../domain/lint/lint-entries.ts';
import type { AccountObservation } from '../../domain/iam/role.ts';
import type { AccountReader } from '../../ports/accounts.ts';

interface LintedAccount {
  readonly account: AccountId;
  /** Roles that were judged, whether they trust Azure DevOps or not. */
  readonly roles: number;
  /** Requests to IAM: they are the cost. */
  readonly calls: number;
  readonly isPartial: boolean;
}

export interface LintReport {
  readonly accounts: readonly LintedAccount[];
  /** Worst first. */
  readonly results: readonly LintResult[];
  readonly isPartial: boolean;
}

/** Judges every role and provider of the accounts. Reads IAM and nothing else; no record is needed. */
export async function lint(
  reader: AccountReader,
  accounts: readonly Account[],
  { organizations }: Pick<Configuration, 'organizations'>,
): Promise<LintReport> {
  const issuers = organizations.flatMap((organization) => selectProfiles(organization, 'both'));
  const known = { organizations: organizations.map(({ id }) => id), issuers };
  const judged = await Promise.all(
    accounts.map(async (account) => {
      const observation = await observeWhole(reader, account, issuers);
      return { observation, results: lintAccount(observation, known) };
    }),
  );
  const results = judged.flatMap((one) => one.results);
  return {
    accounts: judged.map(({ observation, results: own }) => ({
      account: observation.account,
      roles: observation.roles.state === 'complete' ? observation.roles.value.inScope.length : 0,
      calls: observation.calls,
      isPartial: isPartial(own),
    })),
    results: sortResults(results),
    isPartial: isPartial(results),
  };
}

/** Audiences are read for providers that are asked for by name, so that their names are read first. */
async function observeWhole(
  reader: AccountReader,
  account: Account,
  issuers: readonly IssuerProfile[],
): Promise<AccountObservation> {
  const first = await reader.observe(account, { paths: [], providers: [], roles: [] });
  if (first.roles.state === 'unknown') return first;
  const providers =
    first.providers.state === 'complete' ? azureProviderArns(first.providers.value.arns, issuers) : [];
  const whole = await reader.observe(account, { paths: ['/'], providers });
  return { ...whole, calls: first.calls + whole.calls };
}
