import { Option } from 'commander';
import type { LintReport } from '../../../shared/application/lint.ts';
import { lint } from '../../../shared/application/lint.ts';
import type { Account, Configuration } from '../../../shared/domain/configuration.ts';
import { ConfigError } from '../../../shared/domain/errors.ts';
import type { Severity } from '../../../shared/domain/finding.ts';
import { severities } from '../../../shared/domain/finding.ts';
import { isAtLeast } from '../../../shared/domain/lint-result.ts';
import { openAccounts } from '../deployment.ts';
import { mendOfName } from '../name-choice.ts';
import { jsonText } from '../render/inert.ts';
import { lintSarif } from '../render/lint-sarif.ts';
import { lintText } from '../render/lint-text.ts';
import type { ExitCode, Verb } from '../verb.ts';

interface LintOptions {
  readonly account?: string;
  readonly format?: 'text' | 'json' | 'sarif';
  readonly failOn: Severity;
}

export const lintVerb: Verb = (command, run) => {
  command
    .option('--account <id>', 'this account alone; it must be configured')
    .addOption(new Option('--format <format>', 'of the output').choices(['text', 'json', 'sarif']))
    .addOption(
      new Option('--fail-on <severity>', 'exit with 1 when something is that bad, or worse')
        .choices(severities)
        .default('high'),
    )
    .action((options: LintOptions) =>
      run(async (invocation) => {
        const { configuration, accounts } = await openAccounts(invocation);
        const chosen = chosenAccounts(configuration, options.account);
        const report = await lint(accounts, chosen, configuration).finally(() => {
          accounts.close();
        });
        const { terminal, options: global } = invocation;
        const format = options.format ?? (global.json ? 'json' : 'text');
        terminal.result(format === 'text' ? lintText(report, terminal.style) : documentText(report, format));
        return exitCodeOf(report, options.failOn);
      }),
    );
};

function chosenAccounts({ accounts }: Configuration, id: string | undefined): readonly Account[] {
  const chosen = id === undefined ? accounts : accounts.filter((account) => account.id === id);
  if (chosen.length > 0) return chosen;
  throw new ConfigError([
    {
      where: id === undefined ? 'accounts' : `--account ${id}`,
      what: 'No such account is configured.',
      mend: mendOfName(
        id ?? '',
        accounts.map((account) => account.id),
        'federation.yaml',
      ),
    },
  ]);
}

function documentText(report: LintReport, format: 'json' | 'sarif'): string {
  return jsonText(format === 'sarif' ? lintSarif(report) : { schemaVersion: 1, ...report });
}

/** What could not be read may be worse than everything that was found: the answer is partial first of all. */
function exitCodeOf({ results, isPartial }: LintReport, failOn: Severity): ExitCode {
  if (isPartial) return 3;
  return results.some(({ severity }) => isAtLeast(severity, failOn)) ? 1 : 0;
}
