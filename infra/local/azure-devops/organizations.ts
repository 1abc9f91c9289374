import { checkOrganizationName } from './naming-rules.ts';
import { RefusedError } from './refusal.ts';
import type { OrganizationRecord, PatRecord } from './state.ts';
import { changeOrganization, sameName } from './world.ts';
import type { World } from './world.ts';

/** The token of an organization that was created without naming any. It may do everything. */
export const LOCAL_PAT = 'local-pat';

interface PatInput extends Omit<PatRecord, 'access'> {
  readonly access?: PatRecord['access'];
}

interface OrganizationInput {
  readonly name: string;
  readonly id?: string;
  /** Default: `LOCAL_PAT` alone. */
  readonly pats?: readonly PatInput[];
}

export interface OrganizationPlay {
  create(input: OrganizationInput): OrganizationRecord;
  rename(organization: string, name: string): OrganizationRecord;
  /** The name now answers with another GUID, as when somebody else has taken a freed name. */
  swapId(organization: string, id?: string): OrganizationRecord;
  /** Adds the token, or replaces what it may do. */
  setPat(organization: string, pat: PatInput): OrganizationRecord;
  revokePat(organization: string, token: string): OrganizationRecord;
}

export function organizationPlay(world: World): OrganizationPlay {
  return {
    create({ name, id, pats = [{ token: LOCAL_PAT }] }) {
      checkFreeName(world, name);
      const organization: OrganizationRecord = {
        id: id ?? world.nextId(),
        name,
        pats: pats.map(withAccess),
        projects: [],
        connections: [],
      };
      world.replace([...world.state().organizations, organization]);
      return organization;
    },
    rename: (organization, name) =>
      changeOrganization(world, organization, (before) => {
        if (!sameName(before.name, name)) checkFreeName(world, name);
        return { ...before, name };
      }),
    swapId: (organization, id) =>
      changeOrganization(world, organization, (before) => ({ ...before, id: id ?? world.nextId() })),
    setPat: (organization, pat) =>
      changeOrganization(world, organization, (before) => ({
        ...before,
        pats: [...before.pats.filter((known) => known.token !== pat.token), withAccess(pat)],
      })),
    revokePat: (organization, token) =>
      changeOrganization(world, organization, (before) => ({
        ...before,
        pats: before.pats.filter((known) => known.token !== token),
      })),
  };
}

function withAccess(pat: PatInput): PatRecord {
  return { ...pat, access: pat.access ?? 'manage' };
}

function checkFreeName(world: World, name: string): void {
  checkOrganizationName(name);
  if (world.state().organizations.some((organization) => sameName(organization.name, name)))
    throw new RefusedError(
      409,
      'OrganizationAlreadyExistsException',
      `An organization is named ${name} already.`,
    );
}
