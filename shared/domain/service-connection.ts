import type { ConnectionId, ProjectId } from './ids.ts';

/** A project that may use the connection, and the name that the connection has there (names are per project). */
export interface ConnectionReference {
  readonly projectId: ProjectId;
  readonly projectName: string;
  readonly name: string;
}

/**
 * A service connection of any type, as Azure DevOps says it. Connections of other types are kept because their names
 * share one namespace with ours: one of them may take over the name, and so the subject, of a deleted AWS connection.
 * Secrets never enter: only whether a key id is stored.
 */
export interface ServiceConnection {
  readonly id: ConnectionId;
  /** As Azure DevOps spells it: `AWS` from the UI, `aws` from Terraform. */
  readonly type: string;
  /** Sorted by project id, so that equal connections are equal values. */
  readonly references: readonly ConnectionReference[];
  /** The role ARN that was typed into the connection; empty when none. A request, not a permission. */
  readonly requestedRoleArn: string;
  /**
   * The toolkit asks for a token only when the field is a non-empty string, and takes exactly `true` to mean OIDC
   * (aws-toolkit-azure-devops, src/lib/awsConnectionParameters.ts); any other spelling than `false` is unclear.
   */
  readonly oidc: 'on' | 'off' | 'unclear';
  /** An access key id is stored. With one, the toolkit silently prefers the key to OIDC. */
  readonly hasAccessKey: boolean;
  readonly hasExternalId: boolean;
  readonly isDisabled: boolean;
  readonly isReady: boolean;
}

/** Types compare without regard to case: the UI makes `AWS`, Terraform makes `aws`. */
export function isAwsConnection(connection: ServiceConnection): boolean {
  return connection.type.toLowerCase() === 'aws';
}
