import { checkOrganizationName } from './naming-rules.ts';
import { RefusedError } from '../state/refusal.ts';
import { newAddress } from '../state/state.ts';
import type {
  OrganizationAddress,
  OrganizationRecord,
  PatRecord,
  ReaderView,
  Rights,
  ServicePrincipalRecord,
  EntraTokens,
  StaleKeys,
  Toolkit,
} from '../state/state.ts';
import { changeOrganization, sameName, type World } from '../state/world.ts';

/** The token of an organization that was created without naming any. It may do everything. */
export const LOCAL_PAT = 'local-pat';

interface PatInput extends Omit<PatRecord, 'access'> {
  readonly access?: PatRecord['access'];
}

interface ServicePrincipalInput extends Omit<ServicePrincipalRecord, 'access'> {
  readonly access?: ServicePrincipalRecord['access'];
}

interface OrganizationInput {
  readonly name: string;
  readonly id?: string;
  /** Default: `LOCAL_PAT` alone. */
  readonly pats?: readonly PatInput[];
  /** GUID of the Entra tenant that it is connected to. Default: none. */
  readonly tenantId?: string;
}

export interface OrganizationPlay {
  create(input: OrganizationInput): OrganizationRecord;
  rename(organization: string, name: string): OrganizationRecord;
  /** How answers spell its address from now on. */
  setAddress(organization: string, address: Partial<OrganizationAddress>): OrganizationRecord;
  /** The name now answers with another GUID, as when somebody else has taken a freed name. */
  swapId(organization: string, id?: string): OrganizationRecord;
  /** Adds the token, or replaces what it may do. */
  setPat(organization: string, pat: PatInput): OrganizationRecord;
  revokePat(organization: string, token: string): OrganizationRecord;
  /** Lets it take tokens of this Entra tenant, and of no other. */
  connectTenant(organization: string, tenantId: string): OrganizationRecord;
  /** Organization settings, Auditing. */
  setAuditing(organization: string, isOn: boolean): OrganizationRecord;
  /** From now on tokens of these connections, or of all, are of the tenant's issuer; without a tenant of the organization's own. */
  moveIssuer(organization: string, tokens: EntraTokens | undefined): OrganizationRecord;
  /** Adds the service principal as a user, or replaces what it may do. */
  setServicePrincipal(organization: string, principal: ServicePrincipalInput): OrganizationRecord;
  removeServicePrincipal(organization: string, objectId: string): OrganizationRecord;
  /** Takes the AWS Toolkit away, or installs one. */
  setToolkit(organization: string, toolkit: Toolkit): OrganizationRecord;
  takeProjectNames(organization: string, rule: 'documented' | 'any'): OrganizationRecord;
  /** How what a Reader may not see of a connection is kept back. */
  keepFromReaders(organization: string, readers: ReaderView): OrganizationRecord;
  /** From now on an update does not empty these. */
  keepStaleKeys(organization: string, staleKeys: StaleKeys): OrganizationRecord;
}

export function organizationPlay(world: World): OrganizationPlay {
  const change = (organization: string, fields: Partial<OrganizationRecord>) =>
    changeOrganization(world, organization, (before) => ({ ...before, ...fields }));
  return {
    create: (input) => createOrganization(world, input),
    rename: (organization, name) =>
      changeOrganization(world, organization, (before) => {
        if (!sameName(before.name, name)) checkFreeName(world, name);
        return { ...before, name };
      }),
    setAddress: (organization, address) =>
      changeOrganization(world, organization, (before) => ({
        ...before,
        address: { ...newAddress, ...before.address, ...address },
      })),
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
    connectTenant: (organization, tenantId) => change(organization, { tenantId }),
    setAuditing: (organization, audits) => change(organization, { audits }),
    moveIssuer: (organization, tokens) =>
      changeOrganization(world, organization, ({ entraTokens: _, ...before }) => ({
        ...before,
        ...(tokens ? { entraTokens: tokens } : {}),
      })),
    setServicePrincipal: (organization, principal) =>
      changeOrganization(world, organization, (before) => ({
        ...before,
        servicePrincipals: [...others(before, principal.objectId), withAccess(principal)],
      })),
    removeServicePrincipal: (organization, objectId) =>
      changeOrganization(world, organization, (before) => ({
        ...before,
        servicePrincipals: others(before, objectId),
      })),
    setToolkit: (organization, toolkit) => change(organization, { toolkit }),
    takeProjectNames: (organization, projectNames) => change(organization, { projectNames }),
    keepFromReaders: (organization, readers) => change(organization, { readers }),
    keepStaleKeys: (organization, staleKeys) => change(organization, { staleKeys }),
  };
}

function createOrganization(
  world: World,
  { name, id, pats = [{ token: LOCAL_PAT }], tenantId }: OrganizationInput,
): OrganizationRecord {
  checkFreeName(world, name);
  const organization: OrganizationRecord = {
    id: id ?? world.nextId(),
    name,
    pats: pats.map(withAccess),
    ...(tenantId === undefined ? {} : { tenantId }),
    projects: [],
    connections: [],
  };
  world.replace([...world.state().organizations, organization]);
  return organization;
}

function others({ servicePrincipals = [] }: OrganizationRecord, objectId: string) {
  return servicePrincipals.filter((known) => known.objectId !== objectId);
}

function withAccess<Input extends Partial<Pick<Rights, 'access'>>>(input: Input) {
  return { ...input, access: input.access ?? 'manage' };
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
