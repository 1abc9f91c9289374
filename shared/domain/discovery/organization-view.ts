import type { Configuration, Organization } from '../configuration/configuration.ts';
import { finding, type Finding } from '../findings/finding.ts';
import type {
  OrganizationIdentity,
  OrganizationInventory,
  ConnectionView,
} from '../azure-devops/inventory.ts';
import { viewConnections } from '../azure-devops/inventory.ts';
import { isOrganizationName, selectProfiles } from '../issuers/issuer.ts';
import type { Unknown } from '../kernel/result.ts';
import type { RecordedConnection } from '../records/connection-record.ts';

/**
 * Whether a name that was confirmed earlier stands in for one that is not confirmed now: it spells the same name, or the
 * service has told no name at all, so that `name` is only the configured one.
 */
export function maySpell(earlier: string, name: string, configured: string): boolean {
  return earlier.toLowerCase() === name.toLowerCase() || name === configured;
}

/** An organization that answered under its pinned GUID, with what it showed. */
export interface OrganizationView {
  readonly organization: Organization;
  /**
   * The name that it answers with, and so the one that stands in its tokens. Grants go by the name in the configuration;
   * the two differ from a rename until somebody changes the configuration. Of one that was not seen, the latter.
   */
  readonly name: string;
  readonly view: ConnectionView;
}

/** With what is to be said of it, whatever the configuration grants. */
export interface SeenOrganization extends OrganizationView {
  /** It answered, and is the one that is pinned. */
  readonly isRead: boolean;
  readonly findings: readonly Finding[];
}

/** Nothing is known of it: nothing may be called missing. */
const unseen = {
  connections: new Map(),
  unsettled: new Set<never>(),
  isComplete: false,
  wholeProjects: new Set<never>(),
} as const;

/** One of which nothing is known: the claims of its connections stay as they are recorded. */
export function unseenOrganization(organization: Organization, { code, message }: Unknown): SeenOrganization {
  return unseenBecause(organization, incomplete(organization, message, code));
}

function unseenBecause(organization: Organization, found: Finding | undefined): SeenOrganization {
  const { name } = organization;
  return { organization, name, view: unseen, isRead: false, findings: found ? [found] : [] };
}

/** What an organization showed; nothing at all when it could not be read or is not the one that is pinned. */
export function viewOrganization(
  organization: Organization,
  inventory: OrganizationInventory | undefined,
  recorded: readonly RecordedConnection[],
): SeenOrganization {
  const { name } = organization;
  const impostor = strangeness(organization, inventory);
  if (impostor || inventory?.identity.state !== 'complete') return unseenBecause(organization, impostor);
  const { identity, projects, unreadable = [] } = inventory;
  const unread = projects.state === 'unknown' ? [{ name, connections: projects }] : projects.value;
  const findings = unread.flatMap((project) =>
    project.connections.state === 'unknown'
      ? [
          incomplete(
            organization,
            `${project.name}: ${project.connections.message}`,
            project.connections.code,
          ),
        ]
      : [],
  );
  const named = chooseName(organization, identity.value, recorded);
  const listed = projects.state === 'unknown' ? [] : projects.value;
  const entries = listed.flatMap((project) =>
    (project.unreadable ?? []).map(({ code, message }) =>
      incomplete(organization, `${project.name}: ${message}`, code),
    ),
  );
  return {
    organization,
    name: named,
    isRead: true,
    view: viewConnections(inventory),
    findings: [
      ...unreadable.map(({ code, message }) => incomplete(organization, message, code)),
      ...findings,
      ...entries,
      ...renamed(organization, named),
      ...unconfirmed(organization, identity.value, named),
    ],
  };
}

/** Why what came is not taken for the organization that is pinned. */
function strangeness(
  organization: Organization,
  inventory: OrganizationInventory | undefined,
): Finding | undefined {
  const { name, id } = organization;
  if (!inventory) return incomplete(organization, 'it was not read.', 'not-read');
  const { identity } = inventory;
  if (identity.state === 'unknown') return incomplete(organization, identity.message, identity.code);
  if (identity.value.id !== id) {
    const evidence = { pinned: id, answered: identity.value.id };
    const message = `${name} is pinned to ${id}, but ${identity.value.id} answers under that name.`;
    return finding('organization.identity-mismatch', message, { evidence });
  }
  if (isOrganizationName(identity.value.name)) return undefined;
  return incomplete(organization, 'it answers with a name that no organization can have.', 'unexpected-name');
}

function incomplete({ name, id }: Organization, what: string, code: string): Finding {
  return finding('read.incomplete', `${name}: ${what}`, { evidence: { organization: id, reason: code } });
}

function renamed({ name, id }: Organization, answered: string): readonly Finding[] {
  if (answered === name) return [];
  return [
    finding('organization.renamed', `${name} calls itself ${answered}.`, {
      evidence: { organization: id, configured: name, answered },
    }),
  ];
}

/**
 * The name that the service gave. Where it is not confirmed, the name under which azfed has trusted the connections of the
 * organization, if that is one name: a service that does not answer must not rename everybody.
 */
function chooseName(
  { id, name: configured }: Organization,
  { name, nameProblem }: OrganizationIdentity,
  recorded: readonly RecordedConnection[],
): string {
  if (nameProblem === undefined) return name;
  const trusted = recorded
    .filter(({ organizationId }) => organizationId === id)
    .flatMap(({ role }) => role?.subjects ?? [])
    .flatMap(({ subject }) => /^sc:\/\/([^/]+)\//.exec(subject)?.[1] ?? []);
  const [known, ...others] = new Set(trusted);
  if (known === undefined || others.length > 0 || !isOrganizationName(known)) return name;
  return maySpell(known, name, configured) ? known : name;
}

function unconfirmed(
  { id, name }: Organization,
  { nameProblem }: OrganizationIdentity,
  assumed: string,
): readonly Finding[] {
  if (nameProblem === undefined) return [];
  // An address in small letters, and nothing that speaks against it.
  const isConfirmed = assumed === name && name === name.toLowerCase();
  if (nameProblem.code === 'no-capitals' && isConfirmed) return [];
  const message = `Whether ${name} is spelled ${assumed} is not known: ${nameProblem.message}`;
  return [
    finding('organization.spelling-unknown', message, {
      evidence: { organization: id, configured: name, assumed },
    }),
  ];
}
/** azure-devops-docs, convert-service-connections. */
const documented =
  'The issuer is deprecated since 2026-07-01. Conversion to the issuer of the Entra tenant is documented for single-tenant Entra applications and managed identities; multitenant applications and other clouds keep the old issuer.';
const undocumented =
  'Connections of type AWS stand in neither group: whether their tokens move, and when, Microsoft has not said.';

/** Of an organization that was read: that one of the issuers in use comes to its end. */
export function findRetiringIssuers(
  { grants }: Pick<Configuration, 'grants'>,
  { organization, isRead }: SeenOrganization,
): readonly Finding[] {
  if (!isRead) return [];
  const choices = grants.map(({ issuer }) => issuer ?? organization.issuer);
  const [retired] = choices
    .flatMap((choice) => selectProfiles(organization, choice))
    .flatMap((profile) => (profile.name === 'vstoken' ? [profile] : []));
  if (!retired) return [];
  const { issuer, retiredOn } = retired;
  return [
    finding(
      'issuer.retiring',
      `The issuer of ${organization.name} is deprecated, with ${retiredOn} as its announced end; for connections of type AWS nothing is documented.`,
      { evidence: { issuer, retiredOn, documented, undocumented } },
    ),
  ];
}
