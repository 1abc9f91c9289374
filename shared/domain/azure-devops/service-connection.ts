import { canonicalJson, digest } from '../kernel/digest.ts';
import type { ConnectionId, ProjectId } from '../kernel/ids.ts';

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
 *
 * `null` means: the answer did not show it. It is never the same as empty, off or false. An identity with the role Reader
 * on a connection is shown neither its type nor its authorization (terraform-provider-azuredevops pull request 1559).
 */
export interface ServiceConnection {
  readonly id: ConnectionId;
  /** As Azure DevOps spells it: `AWS` from the UI, `aws` from Terraform. */
  readonly type: string | null;
  /** Sorted by project id, so that equal connections are equal values. Those that were positively seen. */
  readonly references: readonly ConnectionReference[];
  /**
   * The answer did not show in which projects, or under which names, the connection is besides `references`. all: it had no
   * references, or is called shared and had none but its own, so that only the lists of projects show them. some: one of them could
   * not be read, or names a project twice.
   */
  readonly hidesReferences?: 'all' | 'some';
  /** The role ARN that was typed into the connection; empty when none. A request, not a permission. */
  readonly requestedRoleArn: string | null;
  /**
   * What `useOIDC` means to the tasks that are written in JavaScript: they ask for a token only when the field is a
   * non-empty string, and take exactly `true` to mean OIDC (aws-toolkit-azure-devops, src/lib/awsConnectionParameters.ts).
   * Any other spelling than `false` is unclear.
   */
  readonly oidc: 'on' | 'off' | 'unclear' | null;
  /**
   * Parameters that are not among those that are shown. To tasks they are empty: `useOIDC` came with toolkit 1.15.0, and
   * older connections have none. It does not say that somebody has emptied them, so no role is closed on it.
   */
  readonly unset?: readonly UnsetParameter[];
  /**
   * Whether the PowerShell task takes OIDC: whenever a role is set and `useOIDC` is any text, `false` included, stored keys
   * or not, in whatever case the keys are spelled (AWSPowerShellModuleScript). Left out: what was read does not tell.
   */
  readonly powerShellOidc?: boolean;
  /** An access key id is stored. With one, the toolkit silently prefers the key to OIDC. */
  readonly hasAccessKey: boolean | null;
  readonly hasExternalId: boolean | null;
  /** The name that sessions are to have. Left out: none is set, or it is not shown. */
  readonly sessionName?: string;
  readonly isDisabled: boolean | null;
  readonly isReady: boolean | null;
}

type UnsetParameter = 'assumeRoleArn' | 'useOIDC';

/** What STS takes for the name of a session (STS service model, RoleSessionName). Empty, the tasks use a name of their own. */
export const isSessionName = (name: string): boolean => /^[\w+=,.@-]{2,64}$/.test(name);

/** Types compare without regard to case: the UI makes `AWS`, Terraform makes `aws`. */
export function isAwsConnection({ type }: Pick<ServiceConnection, 'type'>): boolean {
  return type?.toLowerCase() === 'aws';
}

/** It is surely of another type than AWS; one whose type is not shown is not. */
export function isOtherType({ type }: Pick<ServiceConnection, 'type'>): boolean {
  return type !== null && !isAwsConnection({ type });
}

/** None of the parameters that say what an AWS connection asks for is shown. */
export function hidesParameters(connection: ServiceConnection): boolean {
  const { requestedRoleArn, oidc, hasAccessKey, hasExternalId } = connection;
  return [requestedRoleArn, oidc, hasAccessKey, hasExternalId].every((member) => member === null);
}

/** Sorted by project and name, each once. A project that is told under two names keeps both: either may be held. */
export function distinctReferences(
  references: readonly ConnectionReference[],
): readonly ConnectionReference[] {
  const makeReferenceKey = ({ projectId, projectName, name }: ConnectionReference) =>
    JSON.stringify([projectId, projectName, name]);
  const known = new Map(references.map((reference) => [makeReferenceKey(reference), reference]));
  return [...known].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, reference]) => reference);
}

/** Several projects list it. */
export const isShared = ({ references }: ServiceConnection): boolean => references.length > 1;

const digests = new WeakMap<ServiceConnection, string>();

/** Equal connections have equal digests. */
export function digestConnection(connection: ServiceConnection): string {
  const known = digests.get(connection) ?? digest(canonicalJson(connection));
  digests.set(connection, known);
  return known;
}

/** How people know a connection: project / name, with the number of further projects. */
export function displayName(references: readonly ConnectionReference[]): string {
  const [first, ...others] = references;
  if (!first) return 'A connection without a project';
  return `${first.projectName} / ${first.name}${others.length > 0 ? ` (+${others.length})` : ''}`;
}

/** What a shell takes for one plain word: the name where it is one, else the id. */
export function formatTypedName(id: ConnectionId, [first]: readonly ConnectionReference[]): string {
  const name = first ? `${first.projectName}/${first.name}` : '';
  return /^\w[\w./-]*$/.test(name) ? name : id;
}

/** What a pipeline signs in to AWS with when it uses a connection, from the most to the least that is left to do. */
export const credentialKinds = [
  'keys',
  'mixed',
  'unclear',
  'not-shown',
  'agent-role',
  'nothing',
  'federated',
] as const;
export type CredentialKind = (typeof credentialKinds)[number];

/**
 * Told from what Azure DevOps shows; a stored secret it never shows, so one without its key id goes unseen.
 *
 *     Use OIDC | access key id | role named | the tasks of the toolkit take (src/lib/awsConnectionParameters.ts)
 *     ---------+---------------+------------+------------------------------------------------------------------
 *     unclear  | any           | any        | unclear: they disagree about the field
 *     off      | yes           | any        | keys
 *     on       | yes           | any        | mixed: the keys, without a word
 *     on       | no            | yes        | federated
 *     off      | no            | yes        | agent-role: the agent's own credentials assume the role
 *     any      | no            | no         | nothing: variables of the pipeline, or the agent's own
 *     where one of these is not shown and would decide: not-shown
 */
export function classifyCredential({
  oidc,
  hasAccessKey,
  requestedRoleArn,
}: Pick<ServiceConnection, 'oidc' | 'hasAccessKey' | 'requestedRoleArn'>): CredentialKind {
  if (oidc === 'unclear') return 'unclear';
  if (oidc === null || hasAccessKey === null) return 'not-shown';
  if (hasAccessKey) return oidc === 'on' ? 'mixed' : 'keys';
  if (requestedRoleArn === null) return 'not-shown';
  if (requestedRoleArn === '') return 'nothing';
  return oidc === 'on' ? 'federated' : 'agent-role';
}
