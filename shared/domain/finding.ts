import type { ConnectionId, RoleArn } from './ids.ts';

export type Severity = 'critical' | 'high' | 'medium' | 'low' | 'info';

interface FindingKind {
  readonly severity: Severity;
  /** What it means, in a sentence. */
  readonly meaning: string;
  /** What to do about it. */
  readonly mend: string;
}

/**
 * Everything that azfed finds and does not decide by itself. Codes are stable: people filter and alarm on them.
 * The reference page is made from this catalogue.
 */
export const findingCatalogue = {
  'read.incomplete': {
    severity: 'high',
    meaning:
      'Something could not be read, or the answer was not plainly complete. Nothing that rests on it is done.',
    mend: 'Mend what the message names (a token, a permission, a throttled service) and run again.',
  },
  'connection.unsettled': {
    severity: 'low',
    meaning:
      'Two projects told different things about one connection: it was changed while it was being read.',
    mend: 'Nothing to do; the next pass reads it again.',
  },
  'organization.identity-mismatch': {
    severity: 'critical',
    meaning: 'Another organization GUID answers under the configured name. The organization is halted.',
    mend: 'Find out who owns the name now. Change `organizations[].id` only if the organization really is the new one.',
  },
  'organization.renamed': {
    severity: 'medium',
    meaning:
      'The organization answers with another spelling of its name than the configuration has. Subjects hold names.',
    mend: 'Set `organizations[].name` to the name that Azure DevOps gives.',
  },
  'connection.without-grant': {
    severity: 'medium',
    meaning: 'The connection asks for OIDC, but no grant covers it. It is not acted on.',
    mend: 'Add a grant that covers its project and name, or turn OIDC off in the connection.',
  },
  'connection.without-role': {
    severity: 'medium',
    meaning: 'The connection asks for OIDC but names no role; the toolkit then does not even try OIDC.',
    mend: 'Type the ARN of the role into the connection (Role to assume).',
  },
  'connection.role-malformed': {
    severity: 'medium',
    meaning: 'What stands in the connection as its role is not the ARN of an IAM role.',
    mend: 'Type the full ARN: arn:aws:iam::<account>:role/<path>/<name>.',
  },
  'account.not-configured': {
    severity: 'medium',
    meaning: 'The role of the connection lies in an account that the configuration does not name.',
    mend: 'Add the account under `accounts`, or correct the ARN in the connection.',
  },
  'role.outside-grant': {
    severity: 'high',
    meaning:
      'The connection names a role outside the account, path or name that its grant allows. It is not acted on.',
    mend: 'Correct the ARN in the connection; widen the grant only if the role really belongs to that team.',
  },
  'grant.ambiguous': {
    severity: 'medium',
    meaning:
      'More than one grant covers the connection and its role, so it is not clear which permissions are meant.',
    mend: 'Narrow the patterns so that exactly one grant covers it.',
  },
  'connection.reference-not-granted': {
    severity: 'info',
    meaning:
      'The connection is shared with a project that its grant does not cover; pipelines there are not let in.',
    mend: 'Widen `connections.project` of the grant if they should be.',
  },
  'connection.static-keys': {
    severity: 'medium',
    meaning: 'The connection holds a static access key instead of using OIDC.',
    mend: 'Turn on "Use OIDC" in the connection, clear its keys, and delete the access key in IAM.',
  },
  'connection.leftover-key': {
    severity: 'high',
    meaning:
      'The connection asks for OIDC but still holds an access key id: the toolkit silently uses the key.',
    mend: 'Clear the access key id and the secret in the connection.',
  },
  'connection.external-id': {
    severity: 'low',
    meaning: 'The connection has an external id, which OIDC has no place for; some tasks fail on it.',
    mend: 'Clear the external id in the connection.',
  },
  'connection.oidc-unclear': {
    severity: 'medium',
    meaning: 'The "Use OIDC" field holds neither true nor false; tasks disagree on what that means.',
    mend: 'Open the connection, set "Use OIDC" again and save it.',
  },
  'connection.name-refused': {
    severity: 'high',
    meaning:
      'A name in the subject holds characters that IAM could read as a pattern or variable, or cannot hold.',
    mend: 'Rename the connection or project: Latin letters, digits, single spaces and plain punctuation.',
  },
  'connection.subject-too-long': {
    severity: 'medium',
    meaning: 'The subject would be longer than 255 characters, which STS does not promise to handle.',
    mend: 'Shorten the name of the connection or project.',
  },
  'connection.case-clash': {
    severity: 'low',
    meaning:
      'Two connections have names that differ in upper and lower case alone. Subjects are compared exactly.',
    mend: 'Rename one of them, so that people do not mistake one for the other.',
  },
  'connection.not-ready': {
    severity: 'low',
    meaning: 'Azure DevOps says that the connection is not ready. No role is created for it yet.',
    mend: 'Finish or repeat the creation of the connection.',
  },
  'connection.disabled-open': {
    severity: 'low',
    meaning: 'The connection is disabled, but its role still trusts it.',
    mend: 'Delete the connection if it is not to come back, or enable it.',
  },
  'connection.missing': {
    severity: 'medium',
    meaning:
      'A federated connection is no longer listed. Its role is left as it is: absence is no evidence of deletion.',
    mend: 'Check that the credential may still read the connection. If it was deleted, say so by hand.',
  },
  'connection.recreated': {
    severity: 'critical',
    meaning:
      'Another connection now holds the name, and so the subject, of a federated one: possibly a takeover.',
    mend: 'Ask who made the new connection. Until a person decides, the old role stays closed and the new one gets none.',
  },
  'role.claimed': {
    severity: 'high',
    meaning: 'The role that the connection names belongs to another connection, or two ask for it at once.',
    mend: 'Give each connection its own role, or set `shareRole: true` on the grant that covers both.',
  },
  'role.not-owned': {
    severity: 'high',
    meaning: 'A role with this name exists that azfed did not make. It is never touched.',
    mend: 'Name another role in the connection, or delete the existing one if nobody needs it.',
  },
  'role.case-clash': {
    severity: 'medium',
    meaning: 'A role exists whose name differs in case alone; IAM takes both for one.',
    mend: 'Spell the ARN in the connection exactly as IAM does.',
  },
  'role.from-template': {
    severity: 'info',
    meaning: 'The role comes from an AWS role template and is managed there.',
    mend: 'Name another role in the connection.',
  },
  'role.kept': {
    severity: 'medium',
    meaning:
      'The connection no longer asks for this role, and its grant says to keep it. Its trust is still open.',
    mend: 'Set `retire: close` on the grant, or close the role by hand.',
  },
  'role.incident': {
    severity: 'high',
    meaning:
      'Somebody has put a Deny on the role. It may be an answer to an incident: it is not removed, nothing is widened.',
    mend: 'Ask who did it. Remove the Deny by hand when it has served its purpose.',
  },
  'role.conflict': {
    severity: 'high',
    meaning:
      'The role was changed in IAM while its desired state changed too. Narrowing goes on; widening is held.',
    mend: 'Look at the difference and run `azfed apply` by hand.',
  },
  'trust.over-quota': {
    severity: 'high',
    meaning: 'The trust policy would be longer than the account allows.',
    mend: 'Ask for a higher quota (L-C07B4B0D), or let fewer connections share the role.',
  },
  'trust.loose': {
    severity: 'critical',
    meaning: 'The live trust lets in more than the one connection it is for.',
    mend: 'Let azfed repair it, and find out who changed it.',
  },
  'account.drift-breaker': {
    severity: 'critical',
    meaning:
      'More roles drifted at once than the limits allow. Hands-off passes change nothing until a person looks.',
    mend: 'Find the cause, then run `azfed apply` by hand.',
  },
  'organization.absence-breaker': {
    severity: 'critical',
    meaning:
      'More connections are missing at once than the limits allow; rather a permission was lost than all were deleted.',
    mend: 'Check what the credential may read, then run `azfed apply` by hand.',
  },
  'account.quota-near': {
    severity: 'medium',
    meaning: 'The account has used more than 80 % of a quota that azfed needs.',
    mend: 'Ask AWS for a higher quota before it is reached.',
  },
  'provider.foreign-audience': {
    severity: 'medium',
    meaning: 'The OIDC provider accepts audiences that azfed did not put there.',
    mend: 'Remove them in IAM if no other role of the account needs them.',
  },
  'provider.near-duplicate': {
    severity: 'medium',
    meaning:
      'Another OIDC provider differs from ours in case or a slash at the end alone; IAM takes them for two.',
    mend: 'Delete it if no role names it.',
  },
  'issuer.retiring': {
    severity: 'info',
    meaning: 'The issuer of these tokens is deprecated and will be retired.',
    mend: 'Plan the move to the successor before the date in the evidence.',
  },
} as const satisfies Record<string, FindingKind>;

export type FindingCode = keyof typeof findingCatalogue;

export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** A sentence about this very case. */
  readonly message: string;
  readonly connectionId?: ConnectionId;
  readonly roleArn?: RoleArn;
  readonly evidence: Readonly<Record<string, unknown>>;
}

/** With one of these, something was not seen: what is not found may be there all the same. */
export const leavesUnknown: readonly FindingCode[] = ['read.incomplete', 'organization.identity-mismatch'];

interface Subject {
  readonly connectionId?: ConnectionId;
  readonly roleArn?: RoleArn;
  readonly evidence?: Readonly<Record<string, unknown>>;
}

/** A finding with the severity of its code. */
export function finding(code: FindingCode, message: string, about: Subject = {}): Finding {
  const { severity } = findingCatalogue[code];
  return { code, severity, message, ...about, evidence: about.evidence ?? {} };
}

/** Worst first. */
export const severities: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'info'];

/** Worst first, then by code and place, so that the order of input does not show. */
export function sortFindings(findings: readonly Finding[]): readonly Finding[] {
  const key = (item: Finding) =>
    `${severities.indexOf(item.severity)} ${item.code} ${item.connectionId ?? ''} ${item.roleArn ?? ''} ${item.message}`;
  return [...findings].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
