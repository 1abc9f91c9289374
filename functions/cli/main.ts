import { Command } from 'commander';
import { readEnvironment } from '../../shared/config/environment.ts';
import { describeError } from './render/error-text.ts';
import { createTerminal } from './terminal.ts';
import type { Terminal } from './terminal.ts';
import type { GlobalOptions, Run } from './verb.ts';
import { applyVerb } from './verbs/apply.ts';
import { explainVerb } from './verbs/explain.ts';
import { historyVerb } from './verbs/history.ts';
import { initVerb } from './verbs/init.ts';
import { lintVerb } from './verbs/lint.ts';
import { localVerb } from './verbs/local.ts';
import { planVerb } from './verbs/plan.ts';
import { schemaVerb } from './verbs/schema.ts';
import { statusVerb } from './verbs/status.ts';
import { validateVerb } from './verbs/validate.ts';

const verbs = [
  initVerb,
  validateVerb,
  schemaVerb,
  planVerb,
  applyVerb,
  statusVerb,
  explainVerb,
  historyVerb,
  lintVerb,
  localVerb,
];

/** The whole command: argv in, exit code out. Every error that a person can cause ends in a sentence, not in a stack. */
export async function main(argv: readonly string[]): Promise<void> {
  const environment = readEnvironment();
  const program = new Command('azfed')
    .description('Keeps the OIDC federation between Azure DevOps service connections and AWS IAM roles true.')
    .option('--config <file>', 'configuration file', environment.configuration)
    .option('--json', 'one JSON document on stdout, everything else on stderr', false)
    .option('--yes', 'do not ask before writing', false)
    .option('--quiet', 'no progress and no notes', false)
    .option('--local', 'work on the embedded cloud that `azfed local up` keeps running', false)
    .addHelpText(
      'after',
      '\nExit codes: 0 clean or done, 1 error or found by lint, 2 differences (plan --detailed-exitcode), 3 partial.',
    )
    .showSuggestionAfterError()
    .exitOverride();
  const run: Run = async (work) => {
    const options = program.opts<GlobalOptions>();
    process.exitCode = await work({
      options,
      environment,
      terminal: terminalFor(options, environment.isPlain),
    });
  };
  for (const verb of verbs) verb(program, run);
  for (const command of program.commands) command.exitOverride();
  try {
    await program.parseAsync(argv);
  } catch (error) {
    process.exitCode = describeError(error, terminalFor(program.opts<GlobalOptions>(), true));
  }
}

function terminalFor({ quiet }: Pick<GlobalOptions, 'quiet'>, isPlain: boolean): Terminal {
  const { stdin, stdout, stderr } = process;
  return createTerminal({ stdin, stdout, stderr, isPlain, isQuiet: quiet });
}
