import type { Configuration, Organization } from './configuration.ts';
import type { Finding } from './finding.ts';
import { finding } from './finding.ts';
import type { OrganizationInventory } from './inventory.ts';
import { viewConnections } from './inventory.ts';
import { isOrganizationName, profilesOf } from './issuer.ts';
import type { OrganizationView } from './organization-view.ts';

interface SeenOrganization extends OrganizationView {
  readonly findings: readonly Finding[];
}

/** Nothing is known of it: nothing may be called missing. */
const unseen = { connections: new Map(), unsettled: new Set<never>(), isComplete: false } as const;

/** What an organization showed; nothing at all when it could not be read or is not the one that is pinned. */
export function viewOrganization(
  configuration: Configuration,
  organization: Organization,
  inventory: OrganizationInventory | undefined,
): SeenOrganization {
  const { name } = organization;
  const stranger = strangeness(organization, inventory);
  if (stranger || inventory?.identity.state !== 'complete')
    return { organization, name, view: unseen, findings: stranger ? [stranger] : [] };
  const { identity, projects } = inventory;
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
  return {
    organization,
    name: identity.value.name,
    view: viewConnections(inventory),
    findings: [
      ...findings,
      ...renamed(organization, identity.value.name),
      ...retiring(configuration, organization),
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

function retiring({ grants }: Configuration, organization: Organization): readonly Finding[] {
  const choices = grants.map(({ issuer }) => issuer ?? organization.issuer);
  const [retired] = choices
    .flatMap((choice) => profilesOf(organization, choice))
    .flatMap((profile) => (profile.name === 'vstoken' ? [profile] : []));
  if (!retired) return [];
  const { issuer, retiredOn } = retired;
  return [
    finding('issuer.retiring', `The issuer of ${organization.name} is to be retired on ${retiredOn}.`, {
      evidence: { issuer, retiredOn },
    }),
  ];
}
