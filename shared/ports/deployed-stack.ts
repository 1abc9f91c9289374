import type { DeployedStack } from '../domain/records/deployed-stack.ts';

/** Both methods throw TransientError, PermissionError, UpstreamError. */
export interface DeployedStackStore {
  /** `undefined` where no function of this release has run yet. */
  read(): Promise<DeployedStack | undefined>;
  write(stack: DeployedStack): Promise<void>;
}
