import { displayName, type ServiceConnection } from '../azure-devops/service-connection.ts';
import type { FindingKind } from '../findings/finding-kind.ts';
import type { ConnectionId, RoleArn } from '../kernel/ids.ts';
import type { Severity } from '../kernel/severity.ts';

/** Why `azfed import` grants a connection nothing. */
export const importCatalogue = {
  'import.never-works': {
    severity: 'medium',
    meaning:
      'The connection names a role whose trust does not let it in. Its pipelines have never had the role. A grant, and the adoption of the role, would let it in for the first time.',
    fix: 'Correct the connection or the trust, or delete both. If the connection is to have the role: write a grant for it by hand, which is a decision to let it in.',
  },
  'import.not-expressible': {
    severity: 'medium',
    meaning:
      'The connection has the role today, and no grant can say so exactly: its trust, its name or its permissions are of a kind that the configuration refuses.',
    fix: 'Change what the message names, and import again. Until then azfed reports the role and never acts on it.',
  },
  'import.role-missing': {
    severity: 'medium',
    meaning: 'The connection names a role that is not in its account.',
    fix: 'Correct the ARN in the connection. If azfed is to create the role: write a grant with `permissions: managed` and `mode: enforce`.',
  },
  'import.role-case': {
    severity: 'medium',
    meaning:
      'The connection spells its role otherwise than IAM: names of roles are unique without regard to case, and ARNs compare with case.',
    fix: 'Spell the ARN in the connection as the message shows it, and import again.',
  },
  'import.role-refused': {
    severity: 'high',
    meaning:
      'The connection names a role that azfed never manages: a role of AWS, of Lambda functions, of a role template, of the CDK or of azfed itself.',
    fix: 'Give the connection a role of its own.',
  },
  'import.several-roles': {
    severity: 'medium',
    meaning:
      'The connection names no role, and the trusts of several roles let it in. azfed keeps one role for a connection.',
    fix: 'Decide which role it is to have, and write it into a grant: `roles: [{ project, connection, role, type: any }]`.',
  },
  'import.without-oidc': {
    severity: 'info',
    meaning: 'The connection does not use OIDC, so that it has no role to import.',
    fix: 'Run `azfed migrate keys` when it is to use OIDC.',
  },
  'import.without-role': {
    severity: 'info',
    meaning: 'The connection names no role that azfed can read, and no trust lets it in.',
    fix: 'Write the ARN of a role into the connection, or turn "Use OIDC" off.',
  },
  'import.not-read': {
    severity: 'high',
    meaning: 'What decides about the connection could not be read. azfed does not guess what it has.',
    fix: 'Fix the cause that the message names, and import again.',
  },
} as const satisfies Record<string, FindingKind>;

export type ImportCode = keyof typeof importCatalogue;

/** A connection that gets no grant, and why. */
export interface ImportFinding {
  readonly code: ImportCode;
  readonly severity: Severity;
  readonly connectionId: ConnectionId;
  /** Project / name. */
  readonly connection: string;
  readonly message: string;
  readonly fix: string;
  readonly roleArn?: RoleArn;
}

/** `what` follows the name of the connection in a sentence. */
export function nameConnection(
  code: ImportCode,
  { id, references }: Pick<ServiceConnection, 'id' | 'references'>,
  what: string,
  roleArn?: RoleArn,
): ImportFinding {
  const { severity, fix } = importCatalogue[code];
  const connection = describeConnection({ id, references });
  return {
    code,
    severity,
    connectionId: id,
    connection,
    message: `${connection} ${what}.`,
    fix,
    ...(roleArn === undefined ? {} : { roleArn }),
  };
}

export const describeConnection = ({
  id,
  references,
}: Pick<ServiceConnection, 'id' | 'references'>): string =>
  references.length === 0 ? `Connection ${id}` : displayName(references);
