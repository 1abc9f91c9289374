import type { Organization } from '../domain/configuration/configuration.ts';
import type { ConnectionId, ProjectId } from '../domain/kernel/ids.ts';
import type { Reading } from '../domain/kernel/result.ts';
import type { ServiceConnection } from '../domain/azure-devops/service-connection.ts';

/** A connection as Azure DevOps shows it to somebody who is about to change what it signs in with. */
export interface EditableConnection {
  readonly connection: ServiceConnection;
  /** The last four characters of the access key id; empty where none is stored. The secrets never come. */
  readonly accessKeyEnding: string;
  /** This identity may change it. */
  readonly isManageable: boolean;
  /** Equal for equal documents, whatever of them azfed knows. */
  readonly revision: string;
}

/** A key of an IAM user. */
interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** What a connection is to sign in with. */
export type CredentialOrder =
  /** OIDC into this role. Key id, secret and session token are emptied. */
  | { readonly use: 'oidc'; readonly roleArn: string }
  /** The key, and the role that it then assumes; empty: none. `stored`: whatever Azure DevOps still has of it. */
  | { readonly use: 'keys'; readonly roleArn: string; readonly key: AccessKey | 'stored' };

export interface ConnectionEditor {
  /** Never modifies anything. `unknown` for a connection that is not plainly shown, once, in this project. */
  read(project: ProjectId, id: ConnectionId): Promise<Reading<EditableConnection>>;
  /**
   * Changes nothing but what the order is about: the rest of the document, its id and its references go back as they came.
   * `unknown`: code `moved`, it is no more as `before` and nothing was sent; `forbidden`, `refused`, it was sent and not
   * done; any other, nobody knows. References that the document does not show are taken from `before`. A complete answer says that it was taken, not what stands there now: read again.
   */
  write(project: ProjectId, before: EditableConnection, order: CredentialOrder): Promise<Reading<undefined>>;
}

/** Signs in to an organization, does the work, and closes. Throws PermissionError, ConfigError without a credential. */
export type ConnectionSession = <Result>(
  organization: Organization,
  work: (editor: ConnectionEditor) => Promise<Result>,
) => Promise<Result>;
