import { canonicalJson, digest } from '../../../shared/domain/kernel/digest.ts';
import type { Severity } from '../../../shared/domain/kernel/severity.ts';
import { lintCatalogue, type LintCode, type LintRule } from '../../../shared/domain/lint/lint-catalogue.ts';
import type { ResultAcceptance, JudgedResult } from '../../../shared/domain/lint/lint-acceptance.ts';
import type { JudgedReport } from './lint-text.ts';

const levels = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  info: 'note',
} as const satisfies Record<Severity, string>;

// Code scanning orders security results by this number (GitHub Docs, SARIF support for code scanning).
const scores = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '3.0',
  info: '0.0',
} as const satisfies Record<Severity, string>;

// What could not be read is no result of the analysis, but something that happened to the tool.
const { 'read.incomplete': _, ...rulesByCode } = lintCatalogue;
const rules = Object.entries(rulesByCode);

/** A SARIF 2.1.0 log (OASIS) with one run. A result has no file: its place is the ARN, as a logical location. */
export function lintSarif({ results, accountList, isPartial }: JudgedReport): object {
  const unread = results.filter(({ code }) => code === 'read.incomplete');
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'azfed', rules: rules.map(toRule) } },
        invocations: [
          {
            executionSuccessful: !isPartial,
            toolExecutionNotifications: [...(accountList ? [accountList] : []), ...unread].map(
              ({ message }) => ({ level: 'error', message: { text: message } }),
            ),
          },
        ],
        results: results.filter(({ code }) => code !== 'read.incomplete').map(toResult),
      },
    ],
  };
}

const toRule = ([id, { severity, worse, title, meaning, fix }]: readonly [string, LintRule]): object => ({
  id,
  shortDescription: { text: `${title}.` },
  fullDescription: { text: meaning },
  help: { text: fix },
  defaultConfiguration: { level: levels[severity] },
  properties: { tags: ['security'], 'security-severity': scores[worse?.severity ?? severity] },
});

function toResult(result: JudgedResult): object {
  const { code, severity, account, roleArn, providerArn, statement, message, fix, accepted } = result;
  const arn = roleArn ?? providerArn ?? account;
  return {
    ruleId: code,
    ruleIndex: findRuleIndex(code),
    level: levels[severity],
    message: { text: `${message}. ${fix}` },
    locations: [
      {
        logicalLocations: [
          { name: arn.slice(arn.lastIndexOf('/') + 1), fullyQualifiedName: arn, kind: 'resource' },
        ],
      },
    ],
    // The place of a statement is left out: it is the same case when another one is put before it.
    partialFingerprints: { 'azfed/v1': digest(canonicalJson([code, arn, message])) },
    ...(accepted ? { suppressions: [suppression(accepted)] } : {}),
    properties: { severity, account, ...(statement === undefined ? {} : { statement }) },
  };
}

/** SARIF 2.1.0, suppression object: accepted outside of the code. */
function suppression(accepted: ResultAcceptance): object {
  const justification =
    accepted.by === 'configuration'
      ? `${accepted.reason} (until ${accepted.until})`
      : 'It is in the baseline.';
  return { kind: 'external', status: 'accepted', justification };
}

const findRuleIndex = (code: LintCode): number => rules.findIndex(([id]) => id === code);
