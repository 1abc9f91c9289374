import { accountsOfOrganization } from '../../../../shared/domain/discovery/affected-accounts.ts';
import { parseAccountId } from '../../../../shared/domain/kernel/ids.ts';
import type { AccountId } from '../../../../shared/domain/kernel/ids.ts';
import type { RecordedConnection } from '../../../../shared/domain/records/connection-record.ts';
import { contoso, fabrikam, grant } from '../../../builders/configuration.ts';
import { connectionId } from '../../../builders/domain-ids.ts';
import { recordedConnection, shopRole } from '../../../builders/recorded-items.ts';

const account = (digit: number): AccountId => {
  const id = parseAccountId(String(digit).repeat(12));
  if (id === undefined) throw new Error(`${digit} is no digit.`);
  return id;
};
const [one, two, three] = [account(1), account(2), account(3)];
const accounts = [one, two, three].map((id) => ({ id, partition: 'aws' as const }));

/** The connection's record, of a role in that account. */
function record(number: number, id: AccountId, fields: Partial<typeof shopRole> = {}): RecordedConnection {
  return recordedConnection({
    connectionId: connectionId(number),
    role: { ...shopRole, account: id, ...fields },
  });
}

describe('a look at a whole organization', () => {
  const about = (connections: string, id: AccountId) =>
    grant({ name: id, connections: { organization: connections, project: '*', name: '*' }, accounts: [id] });

  it('is about the accounts that its grants name', () => {
    const grants = [about('contoso', two), about('fabrikam', three), about('con*', one)];
    expect(accountsOfOrganization({ accounts, grants }, contoso, [])).toEqual([one, two]);
    expect(accountsOfOrganization({ accounts, grants }, fabrikam, [])).toEqual([three]);
  });

  it('is about the accounts that still have a role of it, an earlier one too', () => {
    const moved = recordedConnection({ earlier: [{ ...shopRole, account: three }] });
    expect(accountsOfOrganization({ accounts, grants: [] }, contoso, [record(1, two), moved])).toEqual([
      two,
      three,
    ]);
  });

  it('is about no account that the configuration does not name', () => {
    const grants = [about('*', account(9))];
    expect(accountsOfOrganization({ accounts, grants }, contoso, [record(1, account(8))])).toEqual([]);
  });
});
