import type { Organization } from './configuration.ts';
import type { ConnectionView } from './inventory.ts';

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
