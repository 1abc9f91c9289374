import { Command } from 'commander';
import type { Environment } from '../../shared/config/environment.ts';
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
export async function main(argv: readonly string[], version: string): Promise<void> {
  // Who reads only the beginning (`azfed schema | head -1`) closes the pipe; that is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  try {
    await createProgram(readEnvironment(), version).parseAsync(argv);
  } catch (error) {
    process.exitCode = describeError(error, terminalFor({ quiet: false }, { isPlain: true }));
  }
}

function createProgram(environment: Environment, version: string): Command {
  const program = new Command('azfed')
    .description('Keeps the OIDC federation between Azure DevOps service connections and AWS IAM roles true.')
    .option('--config <file>', 'configuration file', environment.configuration)
    .option('--json', 'one JSON document on stdout, everything else on stderr')
    .option('--yes', 'do not ask before writing')
    .option('--quiet', 'no progress and no notes')
    .option('--local', 'work on the embedded cloud that `azfed local up` keeps running')
    .version(version)
    .configureHelp({ showGlobalOptions: true })
    .addHelpText(
      'after',
      '\nExit codes: 0 clean or done, 1 error or found by lint, 2 differences (plan --detailed-exitcode), 3 partial.',
    )
    .showSuggestionAfterError()
    .exitOverride();
  const run: Run = async (work) => {
    const options: GlobalOptions = { ...switchedOff, ...program.opts<TypedOptions>() };
    process.exitCode = await work({ options, environment, terminal: terminalFor(options, environment) });
  };
  for (const verb of verbs) verb(program, run);
  return program;
}

const switchedOff = { json: false, yes: false, quiet: false, local: false };
/** A switch that was not typed is not there. */
type TypedOptions = Pick<GlobalOptions, 'config'> & Partial<GlobalOptions>;

function terminalFor(
  { quiet }: Pick<GlobalOptions, 'quiet'>,
  { isPlain, isUnattended = false }: Partial<Environment>,
): Terminal {
  const { stdin, stdout, stderr } = process;
  return createTerminal({ stdin, stdout, stderr, isPlain: isPlain === true, isUnattended, isQuiet: quiet });
}
