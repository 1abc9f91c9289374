import type { Account, Organization } from '../domain/configuration/configuration.ts';
import type { ConnectionId, ProjectId } from '../domain/kernel/ids.ts';
import type { Reading } from '../domain/kernel/result.ts';
import type { Execution, TrailUses } from '../domain/verify/uses.ts';

/** What AWS remembers of a role being assumed with tokens. Never modifies anything. */
export interface TrailUseSource {
  /**
   * Uses of the role in these Regions; none given: where the partition logs its global STS endpoint. An STS endpoint logs
   * in its own Region alone. Throws TransientError, PermissionError, UpstreamError.
   */
  find(
    account: Account,
    role: { readonly arn: string; readonly subjects: readonly string[] },
    regions: readonly string[],
  ): Promise<TrailUses>;
}

/** What Azure DevOps remembers of a connection being used by jobs. Never modifies anything. */
export interface ExecutionHistory {
  /** The newest fifty. Throws PermissionError, ConfigError without a credential. */
  read(
    organization: Organization,
    project: ProjectId,
    connection: ConnectionId,
  ): Promise<Reading<readonly Execution[]>>;
}
