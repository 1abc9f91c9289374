import type { FindingKind } from './finding-kind.ts';

/** What is found about a service connection. */
export const connectionFindings = {
  'connection.unsettled': {
    severity: 'low',
    meaning:
      'Two projects returned different values for one connection, or the connection gives a project another name than the list of projects does. Something changed during the read.',
    fix: 'Nothing; the next run reads it again. If the finding stays, save the connection in Azure DevOps, so that it takes the current name of the project.',
  },
  'connection.not-shown': {
    severity: 'high',
    meaning:
      'Azure DevOps lists the connection but does not show the fields that azfed needs. A field that is not shown is not an empty field, so azfed leaves the role as it is recorded.',
    fix: 'Give the identity the role User on the connection (it includes ViewAuthorization, which Reader lacks): azfed access grant. If a field of the connection is really missing, save the connection again.',
    leaves: 'unknown',
  },
  'connection.without-grant': {
    severity: 'medium',
    meaning: 'The connection uses OIDC, but no grant covers it. azfed makes no role for it.',
    fix: 'Add a grant that covers its project and name, or turn OIDC off in the connection.',
  },
  'connection.without-role': {
    severity: 'medium',
    meaning: 'The connection uses OIDC but names no role. The toolkit then does not try OIDC.',
    fix: 'Enter the ARN of the role in the connection (Role to assume).',
  },
  'connection.role-malformed': {
    severity: 'medium',
    meaning: 'The role of the connection is not a valid ARN of an IAM role.',
    fix: 'Enter the full ARN, without spaces around it: arn:aws:iam::<account>:role/<path>/<name>.',
  },
  'connection.reference-not-granted': {
    severity: 'info',
    meaning:
      'The connection is shared with a project that its grant does not cover. Pipelines of that project cannot assume the role.',
    fix: 'If they should, widen `connections.project` of the grant.',
  },
  'connection.sharing-refused': {
    severity: 'medium',
    meaning:
      'The connection is shared between projects, and its grant says `sharedConnections: refuse`. azfed makes no role for it.',
    fix: 'Give each project its own connection, or set `sharedConnections: covered` on the grant.',
  },
  'connection.static-keys': {
    severity: 'medium',
    meaning: 'The connection holds a static access key instead of using OIDC.',
    fix: 'Run `azfed migrate keys`. Delete the access key in IAM after a pipeline has used OIDC.',
  },
  'connection.leftover-key': {
    severity: 'high',
    meaning:
      'The connection uses OIDC but still holds an access key id. The toolkit uses the key, without a warning.',
    fix: 'Run `azfed migrate keys`, which clears the access key id and the secret, or clear both in the connection.',
  },
  'connection.external-id': {
    severity: 'low',
    meaning: 'The connection has an external id. OIDC does not use it, and some tasks fail because of it.',
    fix: 'Clear the external id in the connection.',
  },
  'connection.oidc-unclear': {
    severity: 'medium',
    meaning:
      'The field "Use OIDC" contains neither true nor false. The tasks disagree about the meaning of other values.',
    fix: 'Open the connection, set "Use OIDC" again, and save it.',
  },
  'connection.session-name': {
    severity: 'high',
    meaning:
      'STS does not accept the role session name of the connection (2 to 64 of letters, digits and `_+=,.@-`). Every sign-in fails.',
    fix: 'Clear the role session name in the connection, or enter a valid one.',
  },
  'connection.tasks-disagree': {
    severity: 'low',
    meaning:
      'The AWS PowerShell task uses OIDC whenever a role and any text in `useOIDC` are set, even `false`, with or without stored keys. The other tasks use OIDC only for exactly `true` and without keys. The tasks sign in differently with this connection.',
    fix: 'If OIDC is not intended, clear `useOIDC` or the role. If it is intended, clear the stored keys. For parameters that were set over REST, use the spelling of the toolkit.',
  },
  'connection.name-refused': {
    severity: 'high',
    meaning:
      'A name in the subject contains characters that IAM reads as a pattern or a variable, that are invisible, or that an IAM document cannot contain.',
    fix: 'Rename the connection or project; or use `issuer: entra`, with which the trust contains no name.',
  },
  'connection.subject-too-long': {
    severity: 'medium',
    meaning:
      'The subject would be longer than 255 characters. STS does not guarantee to accept longer subjects.',
    fix: 'Shorten the name of the connection or project.',
  },
  'connection.case-clash': {
    severity: 'low',
    meaning: 'The names of two connections differ only in case. IAM compares subjects exactly.',
    fix: 'Rename one of them, so that people do not confuse them.',
  },
  'connection.not-ready': {
    severity: 'low',
    meaning:
      'Azure DevOps reports that the connection is not ready. azfed does not create a role for it yet.',
    fix: 'Finish or repeat the creation of the connection.',
  },
  'connection.disabled-open': {
    severity: 'low',
    meaning: 'The connection is disabled, but its role still trusts it.',
    fix: 'Delete the connection if you no longer need it, or enable it.',
  },
  'connection.missing': {
    severity: 'medium',
    meaning:
      'Azure DevOps no longer lists a federated connection. azfed leaves its role as it is, because an absence does not prove a deletion.',
    fix: 'Check that the credential may still read the connection. If the connection was deleted, confirm it: azfed retire <connection>.',
    leaves: 'waiting',
  },
  'connection.unaccounted': {
    severity: 'high',
    meaning:
      'A federated connection has been missing for `missingWaitDays`, and nothing proves that it was deleted. A connection with the same name that azfed cannot see would have the same subject and could assume its role.',
    fix: 'Give the credential of azfed access to the connection. If the connection was deleted, confirm it: azfed retire <connection>. With `missing: close` on the grant, azfed closes such roles until it sees the connection again.',
    leaves: 'waiting',
  },
  'connection.returned': {
    severity: 'low',
    meaning:
      'A connection that a person had confirmed as deleted is listed again. azfed discards the confirmation.',
    fix: 'Nothing. If the connection goes missing again and is deleted, confirm it again: azfed retire <connection>.',
  },
  'connection.pair-renamed': {
    severity: 'medium',
    meaning:
      'A grant names the connection and its role as a pair, and the connection or its project has been renamed since. azfed knows the connection by its id and keeps the role for it, under its new name.',
    fix: 'Edit the pair as the message says.',
  },
  'connection.pair-of-another': {
    severity: 'medium',
    meaning:
      'A pair of a grant has the name of this connection and means another one, which had the name before it was renamed. This connection does not get the role by that pair.',
    fix: 'Edit the pair to the new name of the renamed connection (finding connection.pair-renamed). If this connection is to have the role too, add a pair for it and `shareRole: true`.',
  },
  'connection.recreated': {
    severity: 'critical',
    meaning:
      'Another connection now has the name, and so the subject, of a federated connection. This may be a takeover.',
    fix: 'Ask who created the new connection. If it is the right one: azfed adopt <its id>. If not, delete it; the role stays closed.',
  },
} as const satisfies Record<string, FindingKind>;
