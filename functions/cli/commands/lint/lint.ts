import { Option } from 'commander';
import { readTextFile } from '../../../../shared/config/yaml-source.ts';
import * as z from 'zod';
import { systemClock } from '../../../../shared/adapters/system/system-clock.ts';
import { lint, type LintReport } from '../../../../shared/application/checks/lint.ts';
import { ConfigError } from '../../../../shared/domain/kernel/errors.ts';
import { severities, type Severity } from '../../../../shared/domain/kernel/severity.ts';
import type { JudgedResults, BaselineFinding } from '../../../../shared/domain/lint/lint-acceptance.ts';
import { acceptResults } from '../../../../shared/domain/lint/lint-acceptance.ts';
import { isAtLeast } from '../../../../shared/domain/lint/lint-entries.ts';
import { chooseKnownAccounts } from '../../arguments/account-choice.ts';
import { addPlaceOptions, type PlaceOptions } from '../../arguments/filter.ts';
import { openTrusts } from '../../composition/trusts.ts';
import { createLayout } from '../../output/layout.ts';
import { counted } from '../../../../shared/domain/kernel/counted.ts';
import { inert, jsonText, quoteWord } from '../../output/sanitize.ts';
import { lintSarif } from '../../output/lint-sarif.ts';
import { lintText, type JudgedReport } from '../../output/lint-text.ts';
import type { ExitCode, Verb } from '../../command-line/command.ts';
import { parseJson } from '../../../../shared/domain/kernel/json.ts';
import { listIf } from '../../../../shared/domain/kernel/group-by.ts';

interface LintOptions extends Pick<PlaceOptions, 'account'> {
  readonly format?: 'text' | 'json' | 'sarif';
  readonly failOn: Severity;
  readonly baseline?: string;
}

export const lintVerb: Verb = (command, run) => {
  addPlaceOptions(command, '', ['account'])
    .addOption(new Option('--format <format>', 'format of the output').choices(['text', 'json', 'sarif']))
    .addOption(
      new Option('--fail-on <severity>', 'exit with 1 when a finding has this severity or a higher one')
        .choices(severities)
        .default('high'),
    )
    .option(
      '--baseline <file>',
      'ignore the findings of this file, which an earlier `azfed lint --json` wrote, unless they are more severe now',
    )
    .action(
      run(async (invocation, options: LintOptions) => {
        const { configuration, ports } = await openTrusts(invocation);
        const chosen = chooseKnownAccounts(configuration, options.account);
        const baseline = options.baseline === undefined ? [] : readBaseline(options.baseline);
        const found = await lint(ports, chosen, configuration).finally(() => {
          ports.accounts.close();
        });
        const { acceptedFindings: accepted = [] } = configuration;
        const judged = acceptResults(found.results, { accepted, baseline, now: systemClock.now() });
        const report = { ...found, results: judged.results };
        const { terminal, options: global } = invocation;
        const format = options.format ?? (global.json ? 'json' : 'text');
        terminal.result(
          format === 'text'
            ? lintText(report, createLayout(terminal, configuration, systemClock.now()))
            : documentText(report, format),
        );
        for (const note of [...listNotes(judged, options), ...listUnjoined(found)]) terminal.note(note);
        return toExitCode(report, options.failOn);
      }),
    );
};

/** What is to be done about the standard itself. */
function listNotes({ ended, gone }: JudgedResults, { baseline, account }: LintOptions): readonly string[] {
  const isWhole = account === undefined;
  return [
    ...ended.map(
      ({ code, arn, until, reason }) =>
        `The acceptance of ${code} on ${inert(arn)} ended on ${until}: ${inert(reason)}`,
    ),
    ...listIf(
      baseline !== undefined && gone > 0 && isWhole,
      `${counted(gone, 'finding')} of the baseline: no longer there: write it anew with azfed lint --json > FILE`,
    ),
  ];
}

/** Azure DevOps was not asked: the trusts are judged all the same. */
function listUnjoined({ unjoined }: LintReport): readonly string[] {
  return unjoined.map(
    ({ organization, reason }) =>
      `Nobody was asked which connections of ${inert(organization)} hold the subjects: ${inert(reason)}`,
  );
}

function documentText(report: JudgedReport, format: 'json' | 'sarif'): string {
  return jsonText(format === 'sarif' ? lintSarif(report) : { schemaVersion: 2, ...report });
}

/** What could not be read may be worse than everything that was found: the answer is partial first of all. */
function toExitCode({ results, isPartial }: JudgedReport, failOn: Severity): ExitCode {
  if (isPartial) return 3;
  return results.some(({ severity, accepted }) => !accepted && isAtLeast(severity, failOn)) ? 1 : 0;
}

/** What `azfed lint --json` writes; more may stand in it. */
const BaselineFile = z.object({
  schemaVersion: z.literal([1, 2]),
  results: z.array(z.object({ fingerprint: z.string(), severity: z.enum(severities) })),
});

/** Throws ConfigError. */
function readBaseline(path: string): readonly BaselineFinding[] {
  const text = readText(path);
  const parsed = BaselineFile.safeParse(parseJson(text));
  if (parsed.success) return parsed.data.results;
  throw new ConfigError({
    where: `--baseline ${path}`,
    what: 'It is not what azfed lint --json writes.',
    fix: `Write it anew: azfed lint --json > ${quoteWord(path)}`,
  });
}

function readText(path: string): string {
  const reading = readTextFile(path);
  if ('text' in reading) return reading.text;
  const fix = reading.isMissing ? `Write it first: azfed lint --json > ${quoteWord(path)}` : reading.fix;
  throw new ConfigError({ where: `--baseline ${path}`, what: reading.what, fix });
}
