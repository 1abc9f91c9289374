import type { HolderDirectory, HoldingConnection } from '../entries/holders.ts';
import { listEntries, type TrustEntry } from '../entries/trust-entries.ts';
import type { ObservedRole } from '../iam/role.ts';
import { groupItems } from '../kernel/group-by.ts';
import type { AccountId, RoleArn } from '../kernel/ids.ts';
import { judgedStatements } from '../policy/trust-evaluator.ts';
import { neverWorksReasons, type LivenessFacts } from '../policy/trust-liveness.ts';
import { lintResult, type LintResult } from './lint-entries.ts';

/**
 * What the connections behind the subjects of trusts say:
 *
 * | holder of an exact subject                    | finding                                        |
 * |-----------------------------------------------|------------------------------------------------|
 * | nobody                                        | trust.subject-orphan                           |
 * | connections of which one is surely not AWS    | trust.subject-other-type, unless a grant binds it |
 * | the organization of another name              | trust.never-works                              |
 * | not known                                     | none; the caller says that something is unread |
 */
export function lintEntries(
  account: AccountId,
  roles: readonly ObservedRole[],
  facts: LivenessFacts,
  holders: HolderDirectory,
  bindsAnyType: (roleArn: RoleArn, connection: HoldingConnection) => boolean = () => false,
): readonly LintResult[] {
  const entries = roles.flatMap((role) =>
    listEntries(role, facts, holders).map((entry) => ({ entry, role })),
  );
  return [
    ...entries.flatMap(({ entry, role }) => {
      const statement = judgedStatements(role.trust)[entry.statement];
      const evidence = { statement, subject: entry.subject };
      return judgeEntry(entry, evidence, (holder) => bindsAnyType(role.arn, holder));
    }),
    ...listUnread(
      account,
      entries.map(({ entry }) => entry),
    ),
  ];
}

/** One for each reason: an organization that could not be read stands behind many subjects. */
function listUnread(account: AccountId, entries: readonly TrustEntry[]): readonly LintResult[] {
  const unread = entries.flatMap(({ match, subject, holder }) =>
    match === 'exact' && holder.state === 'unknown' ? [{ subject, reason: holder.reason }] : [],
  );
  return [...groupItems(unread, ({ reason }) => reason)].map(([reason, same]) => {
    const subjects = same.map(({ subject }) => subject);
    const detail = `who holds ${subjects.length} subjects that trusts of ${account} accept: ${reason}`;
    return lintResult('read.incomplete', {
      account,
      detail,
      evidence: { what: 'service connections', subjects },
    });
  });
}

function judgeEntry(
  entry: TrustEntry,
  evidence: Readonly<Record<string, unknown>>,
  isBound: (connection: HoldingConnection) => boolean,
): readonly LintResult[] {
  const { account, roleArn, providerArn, statement, subject, match, holder } = entry;
  const place = { account, roleArn, providerArn, statement };
  if (holder.state === 'never-works' && holder.reason === 'subject-organization') {
    const detail = `${subject}: ${neverWorksReasons[holder.reason]}`;
    const proof = { ...evidence, reason: holder.reason, value: subject, isWhole: false };
    return [lintResult('trust.never-works', { ...place, detail, evidence: proof })];
  }
  if (match !== 'exact') return [];
  if (holder.state === 'nobody') {
    const { similar, isOfDeletedId } = holder;
    const hint = similar ? ` (${nameConnection(similar)} differs in case alone)` : '';
    const grade = isOfDeletedId ? 'milder' : 'usual';
    const proof = { ...evidence, similar: similar ?? null };
    return [
      lintResult('trust.subject-orphan', { ...place, detail: `${subject}${hint}`, grade, evidence: proof }),
    ];
  }
  if (holder.state !== 'connection' || entry.issuer === 'entra') return [];
  return holder.connections.filter(isOfOtherType).flatMap((connection) => {
    if (isBound(connection)) return [];
    const detail = `${subject} is of type ${connection.type ?? ''}${describeConversion(connection)}`;
    return [
      lintResult('trust.subject-other-type', { ...place, detail, evidence: { ...evidence, connection } }),
    ];
  });
}

const nameConnection = ({ project, name }: HoldingConnection): string => `${project} / ${name}`;

/** A type that is not shown may be AWS. */
function isOfOtherType({ type }: Pick<HoldingConnection, 'type'>): boolean {
  return type !== null && type.toLowerCase() !== 'aws';
}

/** Azure DevOps converts connections of Azure Resource Manager (azure-devops-docs, convert-service-connections). */
const describeConversion = ({ type }: HoldingConnection): string =>
  type?.toLowerCase() === 'azurerm' ? '; its conversion to the issuer of Entra would end its access' : '';
