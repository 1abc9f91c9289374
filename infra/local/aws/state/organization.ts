import type { MemberRecord, OrganizationState } from './state.ts';
import type { World } from './world.ts';

/** What an administrator of the organization does: the player behind the tests. */
export interface OrganizationPlay {
  readonly rootId: string;
  /** Returns the id of the new unit. */
  addUnit(name: string, parent?: string): string;
  /** Into a unit or the root; `undefined`: out of the organization. */
  move(account: string, parent: string | undefined): void;
  rename(account: string, name: string): void;
  /** As AccountState spells it (Organizations service model). */
  setState(account: string, state: string): void;
  /** Who may read the organization: its management account and its delegated administrators. */
  govern(by: { readonly management?: string; readonly delegated?: readonly string[] }): void;
  /** How accounts are listed, where sources leave it open or have changed. */
  readonly shape: OrganizationShape;
}

interface OrganizationShape {
  /** `Status` is what accounts had until 2026-09 (Organizations API Reference, Account). Default: `State`. */
  stateIn: 'State' | 'Status';
  /** Pages may be empty although more follow (Organizations API Reference, ListAccounts). Default: none is. */
  beginsEmpty: boolean;
  /** Most items of a page, at most 20. */
  pageSize: number;
}

export const ROOT = 'r-azfd';

const newMember = (account: string): MemberRecord => ({
  account,
  name: `Account ${account}`,
  parent: ROOT,
  state: 'ACTIVE',
});

/** Every account of the partition of the management account that has not left. */
export function listMembers({ accounts, organization }: World): readonly MemberRecord[] {
  const partition = accounts.get(organization.management)?.partition ?? 'aws';
  const known = new Map(organization.members.map((one) => [one.account, one]));
  return [...accounts.values()]
    .filter((account) => account.partition === partition)
    .map(({ id }) => known.get(id) ?? newMember(id))
    .filter(({ parent }) => parent !== undefined);
}

export const isMember = (world: World, account: string): boolean =>
  listMembers(world).some((one) => one.account === account);

export function playOrganization(world: World, changed: () => void): OrganizationPlay {
  const change = (part: Partial<OrganizationState>) => {
    world.organization = { ...world.organization, ...part };
    changed();
  };
  const alter = (account: string, part: Partial<MemberRecord>, leaves = false) => {
    const { members } = world.organization;
    const others = members.filter((one) => one.account !== account);
    const before = members.find((one) => one.account === account) ?? newMember(account);
    const { parent, ...rest } = { ...before, ...part };
    change({ members: [...others, leaves || parent === undefined ? rest : { ...rest, parent }] });
  };
  return {
    rootId: ROOT,
    addUnit(name, parent = ROOT) {
      const { units } = world.organization;
      const id = `ou-azfd-${String(units.length + 1).padStart(8, '0')}`;
      change({ units: [...units, { id, name, parent }] });
      return id;
    },
    move: (account, parent) => {
      if (parent === undefined) alter(account, {}, true);
      else alter(account, { parent });
    },
    rename: (account, name) => {
      alter(account, { name });
    },
    setState: (account, state) => {
      alter(account, { state });
    },
    govern: (by) => {
      change(by);
    },
    shape: { stateIn: 'State', beginsEmpty: false, pageSize: 20 },
  };
}
