import type { AccountSlice, SliceHead } from '../../shared/domain/discovery/account-slice.ts';
import { digestSlice } from '../../shared/domain/discovery/account-slice.ts';
import { ConflictError } from '../../shared/domain/kernel/errors.ts';
import type { AccountId, OrganizationId } from '../../shared/domain/kernel/ids.ts';
import type { AccountStateReader, SliceStore, StateStore } from '../../shared/ports/state.ts';
import { frozenCopy } from './frozen-copy.ts';
import { toPromise } from './promise-of.ts';

export interface MemorySlices extends SliceStore, AccountStateReader {}

/** Slices in memory; records and providers are those of the state. */
export function createMemorySlices(
  state: Pick<StateStore, 'readConnections' | 'readProviders'>,
): MemorySlices {
  const stored = new Map<string, { readonly slice: AccountSlice; readonly head: SliceHead }>();
  const makeKey = (organization: OrganizationId, account: AccountId) => `${organization} ${account}`;
  return {
    readHeads: (organization, accounts) =>
      toPromise(
        () =>
          new Map(
            accounts.flatMap((account) => {
              const known = stored.get(makeKey(organization, account));
              return known ? [[account, known.head] as const] : [];
            }),
          ),
      ),
    write: (slice, before) =>
      toPromise(() => {
        const key = makeKey(slice.organizationId, slice.account);
        const version = before?.version ?? 0;
        if ((stored.get(key)?.head.version ?? 0) !== version)
          throw new ConflictError('slice.conflict', `${key} is not as it was when it was read.`);
        const head = { version: version + 1, digest: digestSlice(slice), parts: 1 };
        stored.set(key, { slice: frozenCopy(slice), head });
      }),
    async readAccount(account, organizations) {
      const [recorded, providers] = await Promise.all([
        Promise.all(organizations.map((id) => state.readConnections(id))),
        state.readProviders(account),
      ]);
      const slices = organizations.flatMap((id) => stored.get(makeKey(id, account))?.slice ?? []);
      return { slices, recorded: recorded.flat(), providers };
    },
  };
}
