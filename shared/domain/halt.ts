import type { Configuration, Organization } from './configuration.ts';
import type { Finding } from './finding.ts';
import { finding } from './finding.ts';
import type { OrganizationInventory } from './inventory.ts';
import { viewConnections } from './inventory.ts';
import { vstokenProfile } from './issuer.ts';
import type { OrganizationView } from './usurpers.ts';

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
  const { name, id } = organization;
  const incomplete = (what: string, code: string): Finding =>
    finding('read.incomplete', `${name}: ${what}`, { evidence: { organization: id, reason: code } });
  if (!inventory)
    return { organization, view: unseen, findings: [incomplete('it was not read.', 'not-read')] };
  const { identity, projects } = inventory;
  if (identity.state === 'unknown')
    return { organization, view: unseen, findings: [incomplete(identity.message, identity.code)] };
  if (identity.value.id !== id) {
    const evidence = { pinned: id, answered: identity.value.id };
    const message = `${name} is pinned to ${id}, but ${identity.value.id} answers under that name.`;
    return {
      organization,
      view: unseen,
      findings: [finding('organization.identity-mismatch', message, { evidence })],
    };
  }
  const unread = projects.state === 'unknown' ? [{ name, connections: projects }] : projects.value;
  const findings = unread.flatMap((project) =>
    project.connections.state === 'unknown'
      ? [incomplete(`${project.name}: ${project.connections.message}`, project.connections.code)]
      : [],
  );
  return {
    organization,
    view: viewConnections(inventory),
    findings: [
      ...findings,
      ...renamed(organization, identity.value.name),
      ...retiring(configuration, organization),
    ],
  };
}

function renamed({ name, id }: Organization, answered: string): readonly Finding[] {
  if (answered === name) return [];
  return [
    finding('organization.renamed', `${name} calls itself ${answered}.`, {
      evidence: { organization: id, configured: name, answered },
    }),
  ];
}

function retiring({ grants }: Configuration, { id, name }: Organization): readonly Finding[] {
  const { issuer, retiredOn } = vstokenProfile(id);
  if (retiredOn === undefined || grants.length === 0) return [];
  return [
    finding('issuer.retiring', `The issuer of ${name} is to be retired on ${retiredOn}.`, {
      evidence: { issuer, retiredOn },
    }),
  ];
}
