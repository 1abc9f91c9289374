import { joinRoleArn } from '../../../../shared/domain/kernel/arn.ts';
import { fc } from '../../../builders/fast-check.ts';
import {
  findFormerAccount,
  keepAccountList,
  resolveAccounts,
  updateAccountList,
} from '../../../../shared/domain/configuration/account-list.ts';
import type {
  AccountListing,
  SeenAccount,
  StoredAccountList,
} from '../../../../shared/domain/configuration/account-listing.ts';
import type { AccountId } from '../../../../shared/domain/kernel/ids.ts';
import { unknown } from '../../../../shared/domain/kernel/result.ts';
import { configuration, grant } from '../../../builders/configuration.ts';

const A = '111111111111' as AccountId;
const B = '222222222222' as AccountId;
const C = '333333333333' as AccountId;
const NOW = Date.parse('2026-11-30T12:00:00Z');

const listing = (fields: Partial<AccountListing> = {}): AccountListing => ({
  entries: [{ units: ['ou-one'], except: [] }],
  partition: 'aws',
  assumeRole: '/azfed-spoke',
  ...fields,
});
const seen = (id: AccountId, fields: Partial<SeenAccount> = {}): SeenAccount => ({
  ...{ id, name: `Account ${id}`, state: 'ACTIVE', units: ['ou-one'] },
  ...fields,
});
const read = (...accounts: readonly SeenAccount[]): StoredAccountList => ({
  list: updateAccountList(undefined, ['ou-one', 'ou-two'], accounts, NOW),
});
const resolve = (stored: StoredAccountList, fields: Parameters<typeof configuration>[0] = {}) =>
  resolveAccounts(configuration({ accounts: [], listing: listing(), ...fields }), stored);
const listIds = (resolved: ReturnType<typeof resolve>) => resolved.accounts.map(({ id }) => id);

describe('the accounts of a configuration', () => {
  it('are those that AWS Organizations lists, with what the defaults say', () => {
    const withDefaults = listing({ readRole: '/ops/azfed-read', externalId: 'xy' });
    expect(resolve(read(seen(A)), { listing: withDefaults }).accounts).toEqual([
      {
        id: A,
        name: `Account-${A}`,
        partition: 'aws',
        assumeRole: `arn:aws:iam::${A}:role/azfed-spoke`,
        readRole: `arn:aws:iam::${A}:role/ops/azfed-read`,
        externalId: 'xy',
      },
    ]);
  });

  it('are first those that the file names itself, as it names them', () => {
    const own = { id: A, partition: 'aws', assumeRole: joinRoleArn('aws', A, '/own') } as const;
    const { accounts } = resolve(read(seen(A), seen(B)), { accounts: [own] });
    expect(accounts.map(({ id, assumeRole }) => [id, assumeRole])).toEqual([
      [A, own.assumeRole],
      [B, `arn:aws:iam::${B}:role/azfed-spoke`],
    ]);
  });

  it.each<[string, AccountListing['entries'], readonly AccountId[]]>([
    ['of other units', [{ units: ['ou-two'], except: [] }], [B]],
    ['that are left out', [{ units: ['ou-one'], except: [A] }], []],
    [
      'that one entry leaves out and another one has',
      [
        { units: ['ou-one'], except: [A] },
        { units: ['ou-one', 'ou-two'], except: [] },
      ],
      [A, B],
    ],
  ])('are none %s', (_what, entries, ids) => {
    const stored = read(seen(A), seen(B, { units: ['ou-two'] }));
    expect(listIds(resolve(stored, { listing: listing({ entries }) }))).toEqual(ids);
  });

  it.each(['SUSPENDED', 'PENDING_CLOSURE', 'PENDING_ACTIVATION', 'CLOSED', 'NEW_WORD'])(
    'are none in the state %s',
    (state) => {
      const resolved = resolve(read(seen(A), seen(B, { state })));
      expect(listIds(resolved)).toEqual([A]);
      expect(findFormerAccount(resolved, B)).toMatchObject({ state });
    },
  );

  it('have no name that acts, that is an id, or that two of them have', () => {
    const names = ['  pay\u202eprod <b>', B, 'shop', 'Shop', 'Ω', 'x'.repeat(80)];
    const accounts = names.map((name, index) => seen(`44444444444${index}` as AccountId, { name }));
    const { accounts: named } = resolve(read(...accounts));
    expect(named.map(({ name }) => name)).toEqual([
      'pay-prod-b',
      ...[undefined, undefined, undefined, undefined],
      'x'.repeat(64),
    ]);
  });

  it('are all for a grant that says so, and for no other', () => {
    const everywhere = grant({ accounts: [], allAccounts: true });
    const { grants } = resolve(read(seen(A), seen(B)), { grants: [everywhere, grant({ accounts: [C] })] });
    expect(grants.map(({ accounts }) => accounts)).toEqual([[A, B], [C]]);
  });

  it('are resolved anew from what the file names', () => {
    const own = { id: C, partition: 'aws' } as const;
    const once = resolve(read(seen(A), seen(B)), { accounts: [own] });
    expect(listIds(resolveAccounts(once, read(seen(B))))).toEqual([C, B]);
  });

  it('are as the file has them where it names them all', () => {
    const plain = configuration();
    expect(resolveAccounts(plain, read(seen(A)))).toBe(plain);
  });
});

describe('a list of accounts', () => {
  it('keeps an account that is in it no more, since when, and lets it return', () => {
    const first = updateAccountList(undefined, ['ou-one'], [seen(A), seen(B)], NOW);
    const second = updateAccountList(first, ['ou-one'], [seen(A)], NOW + 1_000);
    const third = updateAccountList(second, ['ou-one'], [seen(A)], NOW + 2_000);
    expect(third.left).toEqual([
      { id: B, name: `Account ${B}`, units: ['ou-one'], since: '2026-11-30T12:00:01.000Z' },
    ]);
    const fourth = updateAccountList(third, ['ou-one'], [seen(A), seen(B)], NOW + 3_000);
    expect([fourth.accounts.map(({ id }) => id), fourth.left]).toEqual([[A, B], []]);
  });

  it('forgets with a unit that nobody asks for any more what lay in it', () => {
    const first = updateAccountList(
      undefined,
      ['ou-one', 'ou-two'],
      [seen(A), seen(B, { units: ['ou-two'] })],
      NOW,
    );
    expect(updateAccountList(first, ['ou-one'], [seen(A)], NOW).left).toEqual([]);
  });

  it('that cannot be read leaves the last one as it is, and says since when', () => {
    const before = read(seen(A));
    const once = keepAccountList(before, unknown('access-denied', 'No.'), NOW);
    const twice = keepAccountList(once, unknown('throttled', 'Slow.'), NOW + 1_000);
    expect(twice).toEqual({
      list: before.list,
      trouble: { code: 'throttled', message: 'Slow.', since: '2026-11-30T12:00:00.000Z' },
    });
    expect(listIds(resolve(twice))).toEqual([A]);
  });

  it('loses no account, whatever is read in which order', () => {
    const account = fc.record({
      id: fc.constantFrom(A, B, C),
      state: fc.constantFrom('ACTIVE', 'SUSPENDED', 'CLOSED'),
    });
    const reading = fc.option(fc.uniqueArray(account, { selector: ({ id }) => id }), { nil: undefined });
    fc.assert(
      fc.property(fc.array(reading, { maxLength: 8 }), (readings) => {
        let stored: StoredAccountList = {};
        const known = new Set<string>();
        for (const accounts of readings) {
          stored = accounts
            ? {
                list: updateAccountList(
                  stored.list,
                  ['ou-one'],
                  accounts.map(({ id, state }) => seen(id, { state })),
                  NOW,
                ),
              }
            : keepAccountList(stored, unknown('x', 'No.'), NOW);
          for (const { id } of accounts ?? []) known.add(id);
          const resolved = resolve(stored);
          const kept = [...listIds(resolved), ...(resolved.listed?.left ?? []).map(({ id }) => id)];
          expect([...kept].sort()).toEqual([...known].sort());
        }
      }),
    );
  });
});
