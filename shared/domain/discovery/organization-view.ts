import type { Organization } from '../configuration/configuration.ts';
import type { ConnectionView } from '../azure-devops/inventory.ts';

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
