import type { Configuration, Organization } from '../configuration/configuration.ts';
import { coversOrganization } from '../configuration/grant-coverage.ts';
import type { AccountId } from '../kernel/ids.ts';
import { listClaims, type RecordedConnection } from '../records/connection-record.ts';

/** Accounts that a whole look is about: all that grants of the organization name, and all that have a role of it. */
export function accountsOfOrganization(
  { accounts, grants }: Pick<Configuration, 'accounts' | 'grants'>,
  organization: Organization,
  recorded: readonly RecordedConnection[],
): readonly AccountId[] {
  const granting = grants.filter((grant) => coversOrganization(grant, organization));
  const named = new Set([
    ...granting.flatMap((grant) => grant.accounts),
    ...recorded.flatMap(accountsWithRole),
  ]);
  return accounts.map(({ id }) => id).filter((id) => named.has(id));
}

const accountsWithRole = (item: RecordedConnection) => listClaims(item).map(({ role }) => role.account);
