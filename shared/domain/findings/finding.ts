import { accountFindings } from './account-findings.ts';
import { connectionFindings } from './connection-findings.ts';
import type { FindingKind } from './finding-kind.ts';
import { splitRoleArn } from '../kernel/arn.ts';
import type { AccountId, ConnectionId, OrganizationId, RoleArn } from '../kernel/ids.ts';
import { organizationFindings } from './organization-findings.ts';
import { roleFindings } from './role-findings.ts';
import { severityRank, type Severity } from '../kernel/severity.ts';

/**
 * Everything that azfed finds and does not decide by itself. Codes are stable: people filter and alarm on them.
 * The reference page is made from this catalogue.
 */
export const findingCatalogue = {
  ...organizationFindings,
  ...connectionFindings,
  ...roleFindings,
  ...accountFindings,
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
  /** People live with it until the end of that day: it is shown and counted, and keeps no run from being converged. */
  readonly accepted?: { readonly reason: string; readonly until: string };
}

/** The account that it is about, where it is about one. */
export function getFindingAccount({ roleArn, evidence: { account } }: Finding): string | undefined {
  if (roleArn !== undefined) return splitRoleArn(roleArn).account;
  return typeof account === 'string' ? account : undefined;
}

type Coded = Pick<Finding, 'code'>;

const leaves = ({ code }: Coded): FindingKind['leaves'] => {
  const kind: FindingKind = findingCatalogue[code];
  return kind.leaves;
};

/** Something was not seen: what is not found may be there all the same. */
export const leavesUnknown = (found: Coded): boolean => leaves(found) === 'unknown';

/** What is dangerous, whoever has to act on it. */
export const isSevere = ({ severity }: Pick<Finding, 'severity'>): boolean =>
  severity === 'high' || severity === 'critical';

/** The run is not converged, and everything was read. */
export const isAwaited = (found: Coded): boolean => leaves(found) === 'waiting';

/** Why a run without changes is not converged, or does not stand on all that there is. */
export const keepsOpen = (found: Coded & Pick<Finding, 'accepted'>): boolean =>
  leavesUnknown(found) || (isAwaited(found) && !found.accepted) || found.code === 'account.list-unread';

/** How many connections with a role could not be accounted for, and how many roles are not as they were written yet. */
export interface Coverage {
  /** Connections that are not listed. */
  readonly missing: number;
  /** Of these, how many have been missing for `missingWaitDays`, without evidence that they were deleted. */
  readonly unaccounted: number;
  /** Connections that are listed, and not shown. */
  readonly notShown: number;
  readonly settling: number;
}

export function countCoverage(findings: readonly Finding[]): Coverage {
  const count = (code: FindingCode, key: 'connectionId' | 'roleArn' = 'connectionId') =>
    new Set(findings.filter((found) => found.code === code).map((found) => found[key])).size;
  return {
    missing: count('connection.missing'),
    unaccounted: count('connection.unaccounted'),
    notShown: count('connection.not-shown'),
    settling: count('role.settling', 'roleArn'),
  };
}

/** Nothing is to be done, and nothing is waited for. */
export function isConverged(
  changes: readonly unknown[],
  findings: readonly Pick<Finding, 'code' | 'accepted'>[],
): boolean {
  return changes.length === 0 && !findings.some((found) => isAwaited(found) && !found.accepted);
}

/** What could not be read, in sentences. */
export function listUnread(findings: readonly Finding[]): readonly string[] {
  return findings.filter(leavesUnknown).map(({ message }) => message);
}

/** The same for one connection: what is not shown of another one says nothing of it. */
export function listConnectionUnread(id: ConnectionId, findings: readonly Finding[]): readonly string[] {
  return listUnread(findings.filter(({ connectionId }) => connectionId === undefined || connectionId === id));
}

/** What something is about, to tell which gaps of a look concern it. */
export interface Concern {
  readonly connections: readonly ConnectionId[];
  readonly organizations: readonly OrganizationId[];
  readonly accounts: readonly AccountId[];
}

/** The findings that leave something unknown of these: not of other connections, organizations and accounts. */
export function unreadConcerning(
  { connections, organizations, accounts }: Concern,
  findings: readonly Finding[],
): readonly Finding[] {
  const concerns = (known: readonly string[], value: unknown) =>
    typeof value !== 'string' || known.includes(value);
  return findings.filter(
    (found) =>
      leavesUnknown(found) &&
      (concerns(connections, found.connectionId) || isOfUnknownRoles(found)) &&
      concerns(organizations, found.evidence['organization']) &&
      concerns(accounts, found.evidence['account']),
  );
}

/** The record of another connection that cannot be read at all may hold any role. */
function isOfUnknownRoles({ code, evidence: { roles } }: Finding): boolean {
  return code === 'record.unreadable' && Array.isArray(roles) && roles.length === 0;
}

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

/** Worst first, then by code and place, so that the order of input does not show. */
export function sortFindings(findings: readonly Finding[]): readonly Finding[] {
  const key = (item: Finding) =>
    `${severityRank(item.severity)} ${item.code} ${item.connectionId ?? ''} ${item.roleArn ?? ''} ${item.message}`;
  return [...findings].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
