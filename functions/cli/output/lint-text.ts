import type { LintReport } from '../../../shared/application/checks/lint.ts';
import type { Severity } from '../../../shared/domain/kernel/severity.ts';
import { severities } from '../../../shared/domain/findings/finding.ts';
import { groupItems } from '../../../shared/domain/kernel/group-by.ts';
import type { JudgedResult } from '../../../shared/domain/lint/lint-acceptance.ts';
import type { LintResult } from '../../../shared/domain/lint/lint-entries.ts';
import { summarizeHolders } from './doors-text.ts';
import { counted } from '../../../shared/domain/kernel/counted.ts';
import { severityColours } from './style.ts';
import { inert, inertJson } from './sanitize.ts';
import type { Style } from './style.ts';

/** What was found, with what is accepted of it. */
export type JudgedReport = Omit<LintReport, 'results'> & { readonly results: readonly JudgedResult[] };

/**
 * What was found for people: a block for each role or provider, the one with the worst first, then the totals. What is
 * accepted is counted and not shown; `--json` shows it.
 */
export function lintText({ accounts, results: all, doors, isPartial }: JudgedReport, style: Style): string {
  const results = all.filter(({ accepted }) => !accepted);
  const blocks = [...groupItems(results, formatPlace)].map(([place, group]) =>
    blockText(place, group, style),
  );
  const roles = accounts.reduce((sum, account) => sum + account.roles, 0);
  const snapshot = `${counted(roles, 'role')} in ${counted(accounts.length, 'account')}`;
  const accepted = acceptedText(all);
  const totals = `${style.bold('Lint:')} ${countsText(results)}${accepted}; ${snapshot}${isPartial ? ', not all of them' : ''}.`;
  const isJoined = doors.some(({ holder }) => holder.state === 'connection' || holder.state === 'nobody');
  const holders = isJoined
    ? [`${counted(doors.length, 'door')}${summarizeHolders(doors)}. See: azfed doors`]
    : [];
  return [...blocks, [totals, ...holders].join('\n')].join('\n\n');
}

const formatPlace = ({ roleArn, providerArn, account }: LintResult): string =>
  roleArn ?? providerArn ?? `account ${account}`;

function blockText(place: string, group: readonly LintResult[], style: Style): string {
  const byStatement = [...groupItems(group, ({ statement }) => String(statement ?? ''))];
  return [style.bold(inert(place)), ...byStatement.flatMap(([, same]) => statementLines(same, style))].join(
    '\n',
  );
}

/** What is wrong with one statement, the statement itself, and what to do. */
function statementLines(results: readonly LintResult[], style: Style): readonly string[] {
  const [first] = results;
  const fixes = [...new Set(results.map(({ fix }) => fix))];
  return [
    ...results.map(
      ({ severity, code, message }) =>
        `  ${severityColours(style)[severity](severity.padEnd(8))}  ${inert(message)}  ${style.dim(code)}`,
    ),
    ...(first?.statement === undefined
      ? []
      : [`    Statement[${first.statement}] ${inertJson(first.evidence['statement'])}`]),
    ...fixes.map((fix) => `    ${style.dim(`-> ${fix}`)}`),
  ];
}

function acceptedText(results: readonly JudgedResult[]): string {
  const count = (by: string) => results.filter(({ accepted }) => accepted?.by === by).length;
  const [configured, known] = [count('configuration'), count('baseline')];
  return [
    ...(configured > 0 ? [`, ${configured} accepted in the configuration`] : []),
    ...(known > 0 ? [`, ${known} in the baseline`] : []),
  ].join('');
}

function countsText(results: readonly LintResult[]): string {
  const count = (severity: Severity) => results.filter((result) => result.severity === severity).length;
  const parts = severities
    .filter((severity) => count(severity) > 0)
    .map((severity) => `${count(severity)} ${severity}`);
  return parts.join(', ') || 'nothing loose';
}
