import { Command, Option } from 'commander';
import type { Environment } from '../../shared/config/environment.ts';
import { readEnvironment } from '../../shared/config/environment.ts';
import { describeError } from './output/error-text.ts';
import { usageErrorText } from './output/usage-error.ts';
import { withYamlOutput } from './output/yaml.ts';
import { createTerminal } from './console/terminal.ts';
import type { Streams, Terminal } from './console/terminal.ts';
import { addVerbs, loadVerbs, pathOf } from './command-line/command-table.ts';
import type { VerbTable } from './command-line/command-table.ts';
import type { ExitCode, GlobalOptions, Run } from './command-line/command.ts';

/**
 * To add a verb: write `verbs/NAME.ts` with one export, `nameVerb: Verb`, that gives the command its options, its
 * arguments and its action, and add its entry here, in the order of the help. Only the verb that is typed is loaded: a
 * verb imports at its top whatever it needs, and nothing of it belongs at the top of this file.
 */
const verbs = {
  init: {
    does: 'ask Azure DevOps what there is and write a commented federation.yaml, every grant in mode observe',
    load: async () => (await import('./commands/init.ts')).initVerb,
  },
  validate: {
    does: 'check the configuration: every problem at once, with line and column; reads nothing else',
    load: async () => (await import('./commands/validate.ts')).validateVerb,
  },
  schema: {
    does: 'print the JSON Schema of federation.yaml, for editors',
    load: async () => (await import('./commands/schema.ts')).schemaVerb,
  },
  plan: {
    does: 'show what is, what should be, and what would be done about it; writes nothing',
    load: async () => (await import('./commands/plan/plan.ts')).planVerb,
  },
  apply: {
    does: 'carry out the plan: a saved one, or a fresh one after asking',
    load: async () => (await import('./commands/apply/apply.ts')).applyVerb,
  },
  reconcile: {
    does: 'one automatic run over everything, or one account, as the scheduled service makes it; asks nobody',
    load: async () => (await import('./commands/reconcile.ts')).reconcileVerb,
  },
  status: {
    does: 'one line for each connection that azfed keeps or would keep; writes nothing',
    load: async () => (await import('./commands/status/status.ts')).statusVerb,
  },
  explain: {
    does: 'expected trust, live trust, who may assume the role of a connection, and why',
    load: async () => (await import('./commands/explain/explain.ts')).explainVerb,
  },
  verify: {
    does: 'show whether a pipeline gets into AWS with a connection, and that nobody else does; --run proves it',
    load: async () => (await import('./commands/verify/verify.ts')).verifyVerb,
  },
  history: {
    does: 'everything that was told about a connection, oldest first',
    load: async () => (await import('./commands/history.ts')).historyVerb,
  },
  report: {
    does: 'write one HTML page of the whole federation: what is, what drifted, what was done; writes nothing else',
    load: async () => (await import('./commands/report.ts')).reportVerb,
  },
  adopt: {
    does: 'let a connection have the role that somebody else made, or that azfed keeps for another one that is gone; shows the whole difference first',
    load: async () => (await import('./commands/adopt/adopt.ts')).adoptVerb,
  },
  retire: {
    does: 'say that a missing connection is gone for good; its role is closed',
    load: async () => (await import('./commands/retire.ts')).retireVerb,
  },
  restore: {
    does: 'make a deleted role again, closed, from the snapshot that was taken of it',
    load: async () => (await import('./commands/restore.ts')).restoreVerb,
  },
  suspend: {
    does: 'stop writes: of everything, or of one organization, account, grant or connection; looking goes on',
    load: async () => (await import('./commands/suspend.ts')).suspendVerb,
  },
  resume: {
    does: 'end a suspension, and let automatic runs go on where a breaker has tripped',
    load: async () => (await import('./commands/resume.ts')).resumeVerb,
  },
  approve: {
    does: 'say yes, as a second person, to the changes of a plan that wait for it',
    load: async () => (await import('./commands/approve.ts')).approveVerb,
  },
  replay: {
    does: 'send again what webhooks have missed, under the same ids; a disabled one is told again',
    load: async () => (await import('./commands/replay.ts')).replayVerb,
  },
  notify: {
    does: 'webhooks and chats: try whether they take what azfed tells',
    load: async () => (await import('./commands/notify/notify.ts')).notifyVerb,
  },
  bootstrap: {
    does: 'show what automatic runs would do, and let them write from now on',
    load: async () => (await import('./commands/bootstrap.ts')).bootstrapVerb,
  },
  sign: {
    does: 'sign records that are not signed yet, after a person has seen them; for a stack that signs records',
    load: async () => (await import('./commands/sign.ts')).signVerb,
  },
  doctor: {
    does: 'check everything that has to be true, from the credential to the clock, and say how to fix it; writes nothing',
    load: async () => (await import('./commands/doctor.ts')).doctorVerb,
  },
  hooks: {
    does: 'service hooks of Azure DevOps: make and heal their subscriptions, look at them, take them away',
    load: async () => (await import('./commands/hooks/hooks.ts')).hooksVerb,
  },
  migrate: {
    does: 'take connections from one way of signing in to AWS to the next',
    load: async () => (await import('./commands/migrate/migrate.ts')).migrateVerb,
  },
  lint: {
    does: 'every role that trusts Azure DevOps or Entra loosely, whoever made it; writes nothing',
    load: async () => (await import('./commands/lint/lint.ts')).lintVerb,
  },
  completion: {
    does: 'print what lets a shell complete verbs and flags',
    load: async () => (await import('./commands/completion/completion.ts')).completionVerb,
  },
  local: {
    does: 'the embedded cloud: Azure DevOps, IAM, STS and DynamoDB on this machine',
    load: async () => (await import('./commands/local/local.ts')).localVerb,
  },
} satisfies VerbTable;

/** Every verb with all that can be typed after it, for the reference. It runs nothing. */
export async function loadCommand(environment: Environment, streams: Streams): Promise<Command> {
  const program = createProgram(environment, '', streams);
  addVerbs(program, () => Promise.resolve(), verbs);
  await loadVerbs(program);
  return program;
}

/** The whole command: argv in, exit code out. Every error that a person can cause ends in a sentence, not in a stack. */
export async function main(argv: readonly string[], version: string, streams: Streams): Promise<ExitCode> {
  // Who reads only the beginning (`azfed schema | head -1`) closes the pipe; that is no error.
  streams.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  let exitCode: ExitCode = 0;
  try {
    const environment = readEnvironment();
    const program = createProgram(environment, version, streams, argv.slice(2));
    const run: Run = async (work) => {
      const { output, ...typed } = program.opts<TypedOptions>();
      const isDocument = output === 'json' || output === 'yaml';
      const options: GlobalOptions = { ...switchedOff, ...typed, ...(isDocument ? { json: true } : {}) };
      const terminal = terminalFor(streams, options, environment, output === 'wide');
      exitCode = await work({
        options,
        environment,
        terminal: output === 'yaml' ? withYamlOutput(terminal) : terminal,
      });
    };
    addVerbs(program, run, verbs);
    await program.parseAsync(argv);
    return exitCode;
  } catch (error) {
    return describeError(error, terminalFor(streams, { quiet: false }, { isPlain: true }));
  }
}

function createProgram(
  { configuration }: Environment,
  version: string,
  { stdout, stderr }: Streams,
  typed: readonly string[] = [],
): Command {
  const program = new Command('azfed');
  return program
    .description('Keeps the OIDC federation between Azure DevOps service connections and AWS IAM roles true.')
    .option('--config <file>', 'configuration file', configuration)
    .option('--json', 'one JSON document on stdout, everything else on stderr')
    .addOption(
      new Option('-o, --output <form>', 'wide: tables are not cut; json: as --json; yaml').choices(forms),
    )
    .option('--yes', 'do not ask before writing')
    .option('--quiet', 'no progress and no notes')
    .option('--local', 'work on the embedded cloud that `azfed local up` keeps running')
    .version(version)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      // A script types names from outside.
      outputError: (text, write) => {
        write(usageErrorText(text, typed, understood(program, typed)));
      },
    })
    .addHelpText(
      'after',
      '\nExit codes: 0 clean or done, 1 error or found by lint, 2 differences (plan --detailed-exitcode) or blocked changes (reconcile), 3 partial.',
    )
    .showSuggestionAfterError()
    .exitOverride();
}

/** The verbs among what was typed, as far as there are such. */
function understood(program: Command, typed: readonly string[]): string {
  let command = program;
  for (const word of typed) command = command.commands.find((one) => one.name() === word) ?? command;
  return command === program ? '' : pathOf(command);
}

const forms = ['wide', 'json', 'yaml'] as const;
const switchedOff = { json: false, yes: false, quiet: false, local: false };
/** A switch that was not typed is not there. */
type TypedOptions = Pick<GlobalOptions, 'config'> &
  Partial<GlobalOptions & { readonly output: (typeof forms)[number] }>;

function terminalFor(
  { stdin, stdout, stderr }: Streams,
  { quiet }: Pick<GlobalOptions, 'quiet'>,
  { isPlain, isUnattended = false }: Partial<Environment>,
  isWide = false,
): Terminal {
  const given = { isPlain: isPlain === true, isUnattended, isQuiet: quiet, isWide };
  return createTerminal({ stdin, stdout, stderr, ...given });
}
