import { inert } from '../../../shared/domain/kernel/sanitize.ts';
import { toList, type Statement } from '../../../shared/domain/policy/policy-document.ts';
import { describeAdmitted, formatStatement } from '../../../shared/domain/policy/statement-text.ts';
import { listIf } from '../../../shared/domain/kernel/group-by.ts';
import { shortenArns, type Layout } from './layout.ts';
import { fitTable, whole, type Column } from './table.ts';

/** A statement that goes (`-`), comes (`+`) or stays. */
export interface ChangedStatement {
  readonly mark: '+' | '-' | ' ';
  readonly statement: Statement;
}

/** Statements of a trust or of a policy as a table: nothing in it is cut. Lines without indent. */
export function statementLines(
  title: string,
  statements: readonly ChangedStatement[],
  layout: Layout,
): readonly string[] {
  const isTrust = title === 'trust';
  const cells = statements.map(({ mark, statement }) => {
    const { effect, principals, actions, resources, conditions } = formatStatement(statement);
    const who = isTrust && effect === 'Allow' ? describeAdmitted(statement) : principals.join(', ');
    const does = isTrust && isPlainTrust(statement) ? '' : actions.join(', ');
    return [mark, effect, who, does, resources.join(', '), conditions.join('; ')].map((cell) =>
      inert(shortenArns(cell, layout)),
    );
  });
  const shown = allColumns.flatMap((column, at) =>
    cells.some((row) => (row[at] ?? '') !== '') ? [{ column, at }] : [],
  );
  const { headings, lines } = fitTable(
    shown.map(({ column }) => column),
    cells.map((row) => shown.map(({ at }) => row[at] ?? '')),
    layout.columns === undefined ? undefined : layout.columns - INDENT,
  );
  const colours = { '+': layout.style.green, '-': layout.style.red, ' ': String };
  return [
    ...listIf(headings !== '', layout.style.dim(headings)),
    ...lines.map((line, at) => colours[statements[at]?.mark ?? ' '](line)),
  ];
}

/** Below a line that says what they are. */
export const indentLines = (lines: readonly string[]): readonly string[] =>
  lines.map((line) => line.replaceAll(/^/gm, '    '));

/** False where the table would not show all of it: an element that azfed does not know, or a condition that IAM would refuse. */
export function isTabular(statement: Statement): boolean {
  const { conditions } = formatStatement(statement);
  return (
    Object.keys(statement).every((key) => shownElements.includes(key)) &&
    conditions.every((condition) => !condition.endsWith('= ?'))
  );
}

const shownElements = [
  ...['Sid', 'Effect', 'Principal', 'NotPrincipal', 'Action', 'NotAction', 'Resource', 'NotResource'],
  'Condition',
];

/** What stands before each line of a block. */
const INDENT = 6;

const isPlainTrust = ({ Action: action }: Statement): boolean =>
  toList(action).every((one) => one === 'sts:AssumeRoleWithWebIdentity');

const allColumns: readonly Column[] = [
  whole(''),
  whole('EFFECT'),
  { heading: 'WHO', wraps: true },
  { heading: 'ACTION', wraps: true },
  { heading: 'RESOURCE', wraps: true },
  { heading: 'CONDITION', wraps: true },
];
