import type { FindingKind } from './finding-kind.ts';

/** What is found about a service connection. */
export const connectionFindings = {
  'connection.unsettled': {
    severity: 'low',
    meaning:
      'Two projects told different things about one connection: it was changed while it was being read.',
    fix: 'Nothing to do; the next run reads it again.',
  },
  'connection.not-shown': {
    severity: 'high',
    meaning:
      'The connection is listed, but Azure DevOps does not show what would decide what it asks for. Not shown is not empty: its role is left as it is recorded.',
    fix: 'Give the identity the role User on the connection (it holds ViewAuthorization, which Reader lacks), or save the connection again if a member of it is really missing.',
  },
  'connection.without-grant': {
    severity: 'medium',
    meaning: 'The connection asks for OIDC, but no grant covers it. It is not acted on.',
    fix: 'Add a grant that covers its project and name, or turn OIDC off in the connection.',
  },
  'connection.without-role': {
    severity: 'medium',
    meaning: 'The connection asks for OIDC but names no role; the toolkit then does not even try OIDC.',
    fix: 'Type the ARN of the role into the connection (Role to assume).',
  },
  'connection.role-malformed': {
    severity: 'medium',
    meaning: 'What stands in the connection as its role is not the ARN of an IAM role.',
    fix: 'Type the full ARN, without blanks around it: arn:aws:iam::<account>:role/<path>/<name>.',
  },
  'connection.reference-not-granted': {
    severity: 'info',
    meaning:
      'The connection is shared with a project that its grant does not cover; pipelines there are not let in.',
    fix: 'Widen `connections.project` of the grant if they should be.',
  },
  'connection.sharing-refused': {
    severity: 'medium',
    meaning:
      'The connection is shared between projects, and its grant says `sharedConnections: refuse`. It is not acted on.',
    fix: 'Give each project a connection of its own, or set `sharedConnections: covered` on the grant.',
  },
  'connection.static-keys': {
    severity: 'medium',
    meaning: 'The connection holds a static access key instead of using OIDC.',
    fix: 'Run `azfed migrate keys`, and delete the access key in IAM when a pipeline has used OIDC.',
  },
  'connection.leftover-key': {
    severity: 'high',
    meaning:
      'The connection asks for OIDC but still holds an access key id: the toolkit silently uses the key.',
    fix: 'Run `azfed migrate keys`, which clears the access key id and the secret, or clear both in the connection.',
  },
  'connection.external-id': {
    severity: 'low',
    meaning: 'The connection has an external id, which OIDC has no place for; some tasks fail on it.',
    fix: 'Clear the external id in the connection.',
  },
  'connection.oidc-unclear': {
    severity: 'medium',
    meaning: 'The "Use OIDC" field holds neither true nor false; tasks disagree on what that means.',
    fix: 'Open the connection, set "Use OIDC" again and save it.',
  },
  'connection.session-name': {
    severity: 'high',
    meaning:
      'The role session name of the connection is not one that STS takes (2 to 64 of letters, digits and `_+=,.@-`): every sign-in fails.',
    fix: 'Clear the role session name in the connection, or type one that STS takes.',
  },
  'connection.tasks-disagree': {
    severity: 'low',
    meaning:
      'The AWS PowerShell task takes OIDC whenever a role and any text in `useOIDC` are set, `false` included, stored keys or not; the other tasks take it for exactly `true` without keys. The two sign in differently with this connection.',
    fix: 'Empty `useOIDC`, or the role, where OIDC is not meant; clear the stored keys where it is. Spell parameters that were set over REST as the toolkit does.',
  },
  'connection.name-refused': {
    severity: 'high',
    meaning:
      'A name in the subject holds what IAM reads as a pattern or a variable, what nobody can see, or what no document of IAM can hold.',
    fix: 'Rename the connection or project; or use `issuer: entra`, where no name stands in the trust.',
  },
  'connection.subject-too-long': {
    severity: 'medium',
    meaning: 'The subject would be longer than 255 characters, which STS does not promise to handle.',
    fix: 'Shorten the name of the connection or project.',
  },
  'connection.case-clash': {
    severity: 'low',
    meaning:
      'Two connections have names that differ in upper and lower case alone. Subjects are compared exactly.',
    fix: 'Rename one of them, so that people do not mistake one for the other.',
  },
  'connection.not-ready': {
    severity: 'low',
    meaning: 'Azure DevOps says that the connection is not ready. No role is created for it yet.',
    fix: 'Finish or repeat the creation of the connection.',
  },
  'connection.disabled-open': {
    severity: 'low',
    meaning: 'The connection is disabled, but its role still trusts it.',
    fix: 'Delete the connection if it is not to come back, or enable it.',
  },
  'connection.missing': {
    severity: 'medium',
    meaning:
      'A federated connection is no longer listed. Its role is left as it is: absence is no evidence of deletion.',
    fix: 'Check that the credential may still read the connection. If it was deleted, say so: azfed retire <connection>.',
  },
  'connection.unaccounted': {
    severity: 'high',
    meaning:
      'A federated connection has been missing for `missingWaitDays`, and nothing says that it was deleted. A connection of the same name that azfed is not shown has the same subject and could use its role.',
    fix: 'Let the credential of azfed see the connection. If it was deleted, say so: azfed retire <connection>. `missing: close` on the grant closes such roles until the connection is seen again.',
  },
  'connection.returned': {
    severity: 'low',
    meaning:
      'A connection that a person had said to be gone for good is listed again. That word counts no more.',
    fix: 'Nothing; if it goes missing again and is gone for good, say so again: azfed retire <connection>.',
  },
  'connection.recreated': {
    severity: 'critical',
    meaning:
      'Another connection now holds the name, and so the subject, of a federated one: possibly a takeover.',
    fix: 'Ask who made the new connection. If it is the rightful one: azfed adopt <its id>. If not, delete it; the role stays closed.',
  },
} as const satisfies Record<string, FindingKind>;
