import type { LintReport } from '../../../shared/application/checks/lint.ts';
import { severities, type Severity } from '../../../shared/domain/kernel/severity.ts';
import { groupItems } from '../../../shared/domain/kernel/group-by.ts';
import type { JudgedResult } from '../../../shared/domain/lint/lint-acceptance.ts';
import type { LintResult } from '../../../shared/domain/lint/lint-entries.ts';
import { summarizeHolders } from './doors-text.ts';
import { counted } from '../../../shared/domain/kernel/counted.ts';
import { severityColours } from './style.ts';
import { inert, inertJson } from './sanitize.ts';
import type { Statement } from '../../../shared/domain/policy/policy-document.ts';
import { shortenArns, shortenClaims, type Layout } from './layout.ts';
import { isTabular, statementLines } from './statement-text.ts';
import { wrapLines, wrapText } from './text.ts';

/** What was found, with what is accepted of it. */
export type JudgedReport = Omit<LintReport, 'results'> & { readonly results: readonly JudgedResult[] };

/**
 * What was found for people: a block for each role or provider, the one with the worst first, then the totals. What is
 * accepted is counted and not shown; `--json` shows it.
 */
export function lintText(report: JudgedReport, layout: Layout): string {
  const { accounts, results: all, doors, isPartial } = report;
  const { style, columns } = layout;
  const results = all.filter(({ accepted }) => !accepted);
  const blocks = [...groupItems(results, formatPlace)].map(([place, group]) =>
    blockText(place, group, layout),
  );
  const roles = accounts.reduce((sum, account) => sum + account.roles, 0);
  const snapshot = `${counted(roles, 'role')} in ${counted(accounts.length, 'account')}`;
  const accepted = acceptedText(all);
  const totals = `${style.bold('Lint:')} ${countsText(results)}${accepted}; ${snapshot}${isPartial ? ', not all of them' : ''}.`;
  const isJoined = doors.some(({ holder }) => holder.state === 'connection' || holder.state === 'nobody');
  const holders = isJoined
    ? [`${counted(doors.length, 'door')}${summarizeHolders(doors)}. See: azfed doors`]
    : [];
  return [...blocks, [totals, ...holders].map((line) => wrapLines(line, columns)).join('\n')].join('\n\n');
}

const formatPlace = ({ roleArn, providerArn, account }: LintResult): string =>
  roleArn ?? providerArn ?? `account ${account}`;

function blockText(place: string, group: readonly LintResult[], layout: Layout): string {
  const byStatement = [...groupItems(group, ({ statement }) => String(statement ?? ''))];
  const lines = byStatement.flatMap(([, same]) => resultLines(same, layout));
  const title = wrapText(formatText(place, layout), layout.columns);
  return [layout.style.bold(title), ...lines].join('\n');
}

/** On a screen ARNs and claims are short; elsewhere, and with `-o wide`, they are whole. */
const formatText = (text: string, layout: Layout) =>
  inert(layout.columns === undefined ? text : shortenClaims(shortenArns(text, layout), layout));

/** What is wrong with one statement, the statement itself, and what to do. */
function resultLines(results: readonly LintResult[], layout: Layout): readonly string[] {
  const { style, columns } = layout;
  const [first] = results;
  const fixes = [...new Set(results.map(({ fix }) => fix))];
  return [
    ...results.map(({ severity, code, message }) => {
      const text = `${formatText(message, layout)}  ${style.dim(code)}`;
      return wrapText(text, columns, `  ${severityColours(style)[severity](severity.padEnd(8))}  `);
    }),
    ...(first?.statement === undefined
      ? []
      : statementText(first.statement, first.evidence['statement'], layout)),
    ...fixes.map((fix) => style.dim(wrapText(fix, columns, '    -> '))),
  ];
}

/** As `azfed plan` shows one; on no screen, with `-o wide`, and where a table would not show all of it, as it stands in IAM. */
function statementText(place: number, value: unknown, layout: Layout): readonly string[] {
  const statement = value as Statement;
  if (layout.columns === undefined || !isTabular(statement))
    return [`    statement ${place + 1} ${inertJson(value)}`];
  const lines = statementLines('trust', [{ mark: ' ', statement }], layout);
  return [`    statement ${place + 1}`, ...lines.map((line) => line.replaceAll(/^/gm, '   '))];
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
