import type { AccountSlice } from '../../../../shared/domain/discovery/account-slice.ts';
import {
  digestSlice,
  listRoleNames,
  sliceOrganization,
} from '../../../../shared/domain/discovery/account-slice.ts';
import { viewOrganization } from '../../../../shared/domain/discovery/organization-view.ts';
import type { OrganizationInventory } from '../../../../shared/domain/azure-devops/inventory.ts';
import { parseAccountId } from '../../../../shared/domain/kernel/ids.ts';
import type { AccountId } from '../../../../shared/domain/kernel/ids.ts';
import type { RecordedConnection } from '../../../../shared/domain/records/connection-record.ts';
import type { ServiceConnection } from '../../../../shared/domain/azure-devops/service-connection.ts';
import { configuration, contoso, grant } from '../../../builders/configuration.ts';
import { connection, reference } from '../../../builders/connection.ts';
import { connectionId, projectId } from '../../../builders/domain-ids.ts';
import { inventory, withUnreadProject } from '../../../builders/inventory.ts';
import { recordedConnection, shopRole } from '../../../builders/recorded-items.ts';

const account = (digit: number): AccountId => {
  const id = parseAccountId(String(digit).repeat(12));
  if (id === undefined) throw new Error(`${digit} is no digit.`);
  return id;
};
const [one, two, three] = [account(1), account(2), account(3)];
const makeArn = (id: AccountId, name = 'r') =>
  `arn:aws:iam::${id}:role/azure-devops/${name}` as typeof shopRole.arn;

const settings = configuration({
  accounts: [one, two, three].map((id) => ({ id, partition: 'aws' as const })),
  grants: [
    grant({
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
    }),
  ],
});

/** The connection's record, of a role in that account. */
const record = (number: number, id: AccountId, fields: Partial<typeof shopRole> = {}): RecordedConnection =>
  recordedConnection({
    organizationId: contoso.id,
    connectionId: connectionId(number),
    references: [],
    role: { ...shopRole, arn: makeArn(id, `of-${number}`), account: id, ...fields },
  });

const asks = (number: number, id: AccountId, fields: Partial<ServiceConnection> = {}) =>
  connection(number, { requestedRoleArn: makeArn(id, `r${number}`), ...fields });

function sliceAll(
  seen: OrganizationInventory,
  recorded: readonly RecordedConnection[] = [],
): readonly AccountSlice[] {
  return sliceOrganization(settings, { seen: viewOrganization(contoso, seen, recorded), recorded });
}

/** Accounts whose slice is another one than before. */
function listChanged(
  before: readonly ServiceConnection[],
  after: readonly ServiceConnection[],
  recorded?: readonly RecordedConnection[],
): readonly AccountId[] {
  const [old, now] = [sliceAll(inventory(before), recorded), sliceAll(inventory(after), recorded)];
  return now
    .filter((slice, index) => digestSlice(slice) !== digestSlice(old[index] ?? slice))
    .map((slice) => slice.account);
}

describe('the slices that change', () => {
  const still = asks(7, three);

  it.each<
    [
      string,
      readonly ServiceConnection[],
      readonly ServiceConnection[],
      readonly RecordedConnection[],
      readonly AccountId[],
    ]
  >([
    ['nothing changed', [still], [still], [], []],
    ['one was made', [still], [still, asks(1, one)], [], [one]],
    ['one was deleted', [still, asks(1, one)], [still], [], [one]],
    ['one asks elsewhere now', [still, asks(1, one)], [still, asks(1, two)], [], [one, two]],
    [
      'one that has a role elsewhere changed',
      [asks(1, one)],
      [asks(1, one, { oidc: 'off' })],
      [record(1, two)],
      [one, two],
    ],
    ['one asks for what is no role', [still], [still, asks(1, one, { requestedRoleArn: 'x' })], [], []],
    ['one asks in an account that is not configured', [still], [still, asks(1, account(9))], [], []],
    [
      'one of another type that a pair gives a role was made',
      [still],
      [still, connection(8, { type: 'azurerm', requestedRoleArn: '', oidc: 'off' })],
      [],
      [two],
    ],
  ])('are of the right accounts when %s', (_what, before, after, recorded, expected) => {
    expect(listChanged(before, after, recorded)).toEqual(expected);
  });

  it('are all of them when a project is cut short: nothing may be called missing any more', () => {
    const seen = inventory([asks(1, one)]);
    const [whole, cut] = [sliceAll(seen), sliceAll(withUnreadProject(seen))];
    expect(whole.map(({ isComplete }) => isComplete)).toEqual([true, true, true]);
    expect(cut.map(({ isComplete }) => isComplete)).toEqual([false, false, false]);
  });

  it('are of the account of a role that lets in the name which a new connection of any type took', () => {
    const subject = 'sc://contoso/P1/aws-prod';
    const gone = record(1, two, { subjects: [{ projectId: projectId(1), subject }] });
    const take = (name: string) =>
      listChanged(
        [still],
        [still, connection(2, { type: 'Generic', requestedRoleArn: '', references: [reference(1, name)] })],
        [gone],
      );
    expect(take('aws-prod')).toEqual([two]);
    expect(take('aws-test')).toEqual([]);
  });

  it('hold a connection that is shared with many projects once', () => {
    const references = Array.from({ length: 50 }, (_, index) => reference(index + 1, 'shared'));
    const [slice] = sliceAll(inventory([asks(1, one, { references })]));
    expect(slice?.connections).toHaveLength(1);
    expect(slice?.connections[0]?.references).toHaveLength(50);
  });
});

describe('the names of the roles that a run over an account decides on', () => {
  const list = (
    id: AccountId,
    slices: readonly AccountSlice[],
    recorded: readonly RecordedConnection[] = [],
  ) => listRoleNames(settings, id, { slices: slices.filter((slice) => slice.account === id), recorded });

  it('are those of connections, of pairs and of records, in that account', () => {
    const seen = inventory([
      connection(1, { requestedRoleArn: makeArn(two, 'Wanted') }),
      connection(2, { requestedRoleArn: makeArn(three, 'elsewhere') }),
      connection(8, { type: 'dockerregistry' }),
    ]);
    const recorded = [record(4, two), record(5, one)];
    expect([...(list(two, sliceAll(seen, recorded), recorded) ?? [])].sort()).toEqual([
      'az-c8',
      'of-4',
      'wanted',
    ]);
  });

  it('are not known without a slice, with one of another configuration, and of a record that names none', () => {
    const slices = sliceAll(inventory([asks(1, two)]));
    expect(list(two, [])).toBeUndefined();
    expect(
      list(
        two,
        slices.map((slice) => ({ ...slice, basis: 'another' })),
      ),
    ).toBeUndefined();
    const lost = {
      ...record(4, two),
      unreadable: { reason: 'unknown-version', roleArns: [] },
    } as unknown as RecordedConnection;
    expect(list(two, slices, [lost])).toBeUndefined();
    expect(list(two, slices)).toEqual(new Set(['r1']));
  });
});
