import type { AccountListGap } from '../../../../shared/domain/configuration/account-list.ts';
import type { ImportDecision } from '../../../../shared/domain/import/decide-import.ts';
import type { ImportedGrant } from '../../../../shared/domain/import/group-grants.ts';
import type { ImportFinding } from '../../../../shared/domain/import/import-catalogue.ts';
import { groupItems } from '../../../../shared/domain/kernel/group-by.ts';
import { sayUnread, type Invocation } from '../../command-line/command.ts';
import { inert, printResult } from '../../output/sanitize.ts';
import { counted } from '../../../../shared/domain/kernel/counted.ts';
import { table, whole } from '../../output/table.ts';

interface ImportResult {
  /** Of the configuration. */
  readonly path: string;
  readonly written: readonly string[];
  readonly grants: readonly ImportedGrant[];
  /** Ids of accounts that the configuration names from now on. */
  readonly accounts: readonly string[];
  /** Names of grants that `azfed init` had proposed. */
  readonly replaced: readonly string[];
  readonly decision: ImportDecision;
  readonly accountList?: AccountListGap;
  /** Requests to IAM. */
  readonly calls: number;
  readonly flag: string;
}

/** What was imported, what was not and why, and what comes next. */
export function printImport({ terminal, options }: Invocation, result: ImportResult): void {
  printResult({ terminal, options }, buildDocument(result), () =>
    formatImport(result, terminal.columns ?? Infinity),
  );
  sayUnread(terminal, result.decision.unread);
  terminal.note(
    `Next: read ${inert(result.path)}, then azfed plan${result.flag}, then azfed adopt --all${result.flag}.`,
  );
}

const buildDocument = ({
  path,
  written,
  grants,
  accounts,
  replaced,
  decision,
  accountList,
  calls,
}: ImportResult) => ({
  schemaVersion: 1,
  configuration: path,
  written,
  grants: grants.map(({ name, permissions, roles, shareRole, pattern }) => ({
    name,
    permissions,
    shareRole,
    pattern: pattern ?? null,
    roles: roles.map(({ arn, pairs, notes, connections }) => ({
      roleArn: arn,
      connections,
      pairs,
      loose: notes,
    })),
  })),
  accounts,
  replaced,
  findings: decision.findings,
  covered: decision.covered,
  unread: decision.unread,
  ...(accountList && { accountList }),
  isPartial: decision.unread.length > 0 || accountList?.isOpen === true,
  calls,
});

function formatImport(
  { path, written, grants, accounts, replaced, decision }: ImportResult,
  columns: number,
): string {
  const roles = grants.flatMap((grant) => grant.roles);
  const connections = new Set(roles.flatMap((role) => role.connections)).size;
  const loose = roles.filter(({ notes }) => notes.length > 0).length;
  const { findings, covered } = decision;
  const lead = written.includes(path) ? `Wrote ${inert(path)}` : `${inert(path)} stays as it is`;
  const others = written.length - (written.includes(path) ? 1 : 0);
  const lines: readonly (readonly [count: number, text: string])[] = [
    [
      connections,
      `${counted(connections, 'connection')} granted ${counted(roles.length, 'role')}, by ${counted(grants.length, 'grant')}`,
    ],
    [accounts.length, `${counted(accounts.length, 'account')} added: ${shortenList(accounts)}`],
    [covered.length, `${counted(covered.length, 'connection')} granted before`],
    [replaced.length, `${counted(replaced.length, 'grant')} that azfed init had proposed taken out`],
    [loose, `${counted(loose, 'role')} loose: the comments in the file say how`],
    [findings.length, `${counted(findings.length, 'connection')} not granted:`],
  ];
  const beside = others > 0 ? `, and ${counted(others, 'file')} of policies and trusts beside it` : '';
  return [
    `${lead}${beside}.`,
    '',
    ...lines.flatMap(([count, text]) => (count > 0 ? [`  ${text}`] : [])),
    ...(findings.length === 0
      ? []
      : ['', formatFindings(findings, columns), '', 'azfed explain CODE says what to do about each.']),
  ].join('\n');
}

const SHOWN = 3;

function shortenList(names: readonly string[]): string {
  const rest = names.length - SHOWN;
  return `${names.slice(0, SHOWN).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function formatFindings(findings: readonly ImportFinding[], columns: number): string {
  const rows = [...groupItems(findings, ({ code }) => code)].map(([code, same]) => {
    return [code, String(same.length), shortenList(same.map(({ connection }) => inert(connection)))];
  });
  return table(
    [whole('WHY'), whole('NUMBER'), 'CONNECTIONS'],
    rows.sort(([a = ''], [b = '']) => (a < b ? -1 : 1)),
    columns,
  );
}
