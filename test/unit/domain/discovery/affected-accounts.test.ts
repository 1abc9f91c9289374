import {
  accountsOfOrganization,
  accountsOfProject,
} from '../../../../shared/domain/discovery/affected-accounts.ts';
import { parseAccountId } from '../../../../shared/domain/kernel/ids.ts';
import type { AccountId } from '../../../../shared/domain/kernel/ids.ts';
import type { RecordedConnection } from '../../../../shared/domain/records/connection-record.ts';
import type { ServiceConnection } from '../../../../shared/domain/azure-devops/service-connection.ts';
import { configuration, contoso, fabrikam, grant } from '../../../builders/configuration.ts';
import { connection, reference } from '../../../builders/connection.ts';
import { connectionId, projectId } from '../../../builders/domain-ids.ts';
import { inventory, withUnreadProject } from '../../../builders/inventory.ts';
import { recordedConnection, shopRole } from '../../../builders/recorded-items.ts';
import { stored } from '../../../builders/stored-inventory.ts';

const account = (digit: number): AccountId => {
  const id = parseAccountId(String(digit).repeat(12));
  if (id === undefined) throw new Error(`${digit} is no digit.`);
  return id;
};
const [one, two, three] = [account(1), account(2), account(3)];
const arn = (id: AccountId, name = 'r') => `arn:aws:iam::${id}:role/azure-devops/${name}`;
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

describe('a look at one project', () => {
  const asks = (number: number, id: AccountId, fields: Partial<ServiceConnection> = {}) =>
    connection(number, { requestedRoleArn: arn(id), ...fields });

  interface Move {
    readonly before: readonly ServiceConnection[];
    readonly after: readonly ServiceConnection[];
    readonly recorded?: readonly RecordedConnection[];
    readonly isRepeated?: boolean;
  }
  const boundPairs = grant({
    roles: [
      {
        organization: 'contoso',
        project: 'P1',
        connection: 'c8',
        accounts: [two],
        path: '/',
        name: 'az-c8',
        type: 'any',
      },
    ],
  });
  const affected = ({ before, after, recorded = [], isRepeated = false }: Move) =>
    accountsOfProject(configuration({ accounts, grants: [boundPairs] }), recorded, {
      organization: contoso,
      projectId: projectId(1),
      before: stored(inventory(before)),
      after: stored(inventory(after)),
      isRepeated,
    });

  const still = asks(7, three);

  it.each<[string, Move, readonly AccountId[]]>([
    ['nothing changed', { before: [still], after: [still] }, []],
    ['one was made', { before: [still], after: [still, asks(1, one)] }, [one]],
    ['one was deleted', { before: [still, asks(1, one)], after: [still] }, [one]],
    ['one asks elsewhere now', { before: [asks(1, one)], after: [asks(1, two)] }, [one, two]],
    [
      'one that has a role elsewhere changed',
      { before: [asks(1, one)], after: [asks(1, one, { oidc: 'off' })], recorded: [record(1, two)] },
      [one, two],
    ],
    ['one asks for what is no role', { before: [], after: [asks(1, one, { requestedRoleArn: 'x' })] }, []],
    ['one asks in an account that is not configured', { before: [], after: [asks(1, account(9))] }, []],
    [
      'one of another type that a pair gives a role was made',
      { before: [], after: [connection(8, { type: 'azurerm', requestedRoleArn: '', oidc: 'off' })] },
      [two],
    ],
    ['the look comes again', { before: [still], after: [still], isRepeated: true }, [three]],
  ])('is about the right accounts when %s', (_what, move, expected) => {
    expect(affected(move)).toEqual(expected);
  });

  it('is about all accounts of a project that was cut short since', () => {
    const before = inventory([asks(1, one)]);
    const named = accountsOfProject(configuration({ accounts }), [], {
      organization: contoso,
      projectId: projectId(1),
      before: stored(before),
      after: stored(withUnreadProject(before)),
      isRepeated: false,
    });
    expect(named).toEqual([one]);
  });

  it('is about the account of a role that lets in the name which a new connection of any type took', () => {
    const subject = 'sc://contoso/P1/aws-prod';
    const gone = record(1, two, { subjects: [{ projectId: projectId(1), subject }] });
    const named = (name: string) =>
      affected({
        before: [],
        after: [connection(2, { type: 'Generic', requestedRoleArn: '', references: [reference(1, name)] })],
        recorded: [gone],
      });
    expect(named('aws-prod')).toEqual([two]);
    expect(named('aws-test')).toEqual([]);
  });
});
