import type { ConfigurationText } from '../../../shared/config/configuration-text.ts';
import type { Settings } from '../settings.ts';

/** What is deployed: context and configuration, checked. */
export interface Service {
  readonly settings: Settings;
  readonly source: ConfigurationText;
  /** The example is shown, never deployed. */
  readonly isExample: boolean;
}
