import type { ServiceConnection } from './service-connection.ts';

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
export function credentialKindOf({
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
