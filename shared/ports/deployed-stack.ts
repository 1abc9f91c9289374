import type { DeployedStack } from '../domain/records/deployed-stack.ts';

/** All methods throw TransientError, PermissionError, UpstreamError. */
export interface DeployedStackStore {
  /** `undefined` where no function of this release has run yet. */
  read(): Promise<DeployedStack | undefined>;
  /** Whether exactly this is written. Costs the same for any number of accounts. */
  hasNoted(stack: DeployedStack): Promise<boolean>;
  write(stack: DeployedStack): Promise<void>;
}
