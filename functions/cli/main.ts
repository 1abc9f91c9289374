import { setImmediate } from 'node:timers/promises';
import { Command, Help, Option } from 'commander';
import { readEnvironment, type Environment } from '../../shared/config/environment.ts';
import { ConfigError } from '../../shared/domain/kernel/errors.ts';
import { nearestWord } from '../../shared/domain/kernel/nearest-word.ts';
import { reportError, usageErrorText } from './output/error-text.ts';
import { withYamlOutput } from './output/table.ts';
import { USUAL_COLUMNS, wrapText } from './output/text.ts';
import { countColumns } from './console/screen.ts';
import { createTerminal, type Streams, type Terminal } from './console/terminal.ts';
import { addHelpVerb, addVerbs, loadVerbs, formatCommandPath } from './command-line/command-table.ts';
import { ignoreHangup } from './console/interruption.ts';
import type { VerbTable } from './command-line/command-table.ts';
import type { ExitCode, GlobalOptions, RunVerb } from './command-line/command.ts';

/**
 * To add a verb: write `commands/NAME.ts` with one export, `nameVerb: Verb`, that gives the command its options, its
 * arguments and its action, and add its entry here, in its group of the help. Only the verb that is typed is loaded: a
 * verb imports at its top whatever it needs, and nothing of it belongs at the top of this file.
 */
const verbGroups = {
  'Every day:': {
    status: {
      does: 'show one line for each AWS connection, trouble first; writes nothing',
      load: async () => (await import('./commands/status/status.ts')).statusVerb,
    },
    plan: {
      does: 'compare the desired roles with the roles in IAM and show the changes that azfed would make; writes nothing',
      load: async () => (await import('./commands/plan/plan.ts')).planVerb,
    },
    apply: {
      does: 'carry out a saved plan, or make a new plan and carry it out after a confirmation',
      load: async () => (await import('./commands/apply/apply.ts')).applyVerb,
    },
    explain: {
      does: 'show the expected trust, the live trust, and who may assume the role of a connection, with the reasons; or what a code means',
      load: async () => (await import('./commands/explain/explain.ts')).explainVerb,
    },
    verify: {
      does: 'check that pipelines can assume the role of a connection and that nobody else can; --run proves it with a pipeline run',
      load: async () => (await import('./commands/verify/verify.ts')).verifyVerb,
    },
    history: {
      does: 'list every event of a connection, oldest first',
      load: async () => (await import('./commands/history.ts')).historyVerb,
    },
    report: {
      does: 'write one HTML page with the state, the drift and the changes of the whole federation; writes nothing else',
      load: async () => (await import('./commands/report.ts')).reportVerb,
    },
    validate: {
      does: 'check the configuration and list every problem with its line and column; reads nothing else',
      load: async () => (await import('./commands/validate.ts')).validateVerb,
    },
    doctor: {
      does: 'check the whole deployment, from the credentials to the clock, and say how to fix each problem; writes nothing',
      load: async () => (await import('./commands/doctor.ts')).doctorVerb,
    },
    lint: {
      does: 'list every role with a loose trust in Azure DevOps or Entra, whoever created it; writes nothing',
      load: async () => (await import('./commands/lint/lint.ts')).lintVerb,
    },
  },
  'Roles and connections:': {
    adopt: {
      does: 'give a connection a role that somebody else created, or that azfed manages for a connection that is gone; shows the whole difference first',
      load: async () => (await import('./commands/adopt/adopt.ts')).adoptVerb,
    },
    accept: {
      does: 'take the live state of a role as intended: edit its grant in federation.yaml so that the next plan is clean; writes nothing in AWS',
      load: async () => (await import('./commands/accept.ts')).acceptVerb,
    },
    release: {
      does: 'stop managing a role and leave it exactly as it is; removes the tags of azfed and ends its record',
      load: async () => (await import('./commands/release.ts')).releaseVerb,
    },
    retire: {
      does: 'confirm that a missing connection is deleted; the next run closes its role',
      load: async () => (await import('./commands/retire.ts')).retireVerb,
    },
    restore: {
      does: 'recreate a deleted role from its snapshot, with a closed trust',
      load: async () => (await import('./commands/restore.ts')).restoreVerb,
    },
    migrate: {
      does: 'migrate connections from access keys to OIDC, or from one token issuer to another',
      load: async () => (await import('./commands/migrate/migrate.ts')).migrateVerb,
    },
    doors: {
      does: 'list every way into every role through Azure DevOps: role, subject, the connection behind it or nobody, last use; writes nothing',
      load: async () => (await import('./commands/doors.ts')).doorsVerb,
    },
  },
  'Decisions:': {
    approve: {
      does: 'approve, as a second person, the changes of a plan that need an approval',
      load: async () => (await import('./commands/approve.ts')).approveVerb,
    },
    suspend: {
      does: 'stop writes to everything, or to one organization, account, grant or connection; azfed still observes',
      load: async () => (await import('./commands/suspend.ts')).suspendVerb,
    },
    resume: {
      does: 'end a suspension, and let automatic runs continue after a circuit breaker has tripped',
      load: async () => (await import('./commands/resume.ts')).resumeVerb,
    },
    'accept-finding': {
      does: 'accept a finding for a while: add it to federation.yaml with a reason and an end; it stays in every report',
      load: async () => (await import('./commands/accept-finding.ts')).acceptFindingVerb,
    },
    bootstrap: {
      does: 'show what automatic runs would do, and allow them to write from now on',
      load: async () => (await import('./commands/bootstrap.ts')).bootstrapVerb,
    },
  },
  'Setting up:': {
    init: {
      does: 'list the service connections of Azure DevOps and write a commented federation.yaml with every grant in mode observe',
      load: async () => (await import('./commands/init.ts')).initVerb,
    },
    import: {
      does: 'read the connections of Azure DevOps and their roles in IAM, and write the grants that say what they have; changes nothing else',
      load: async () => (await import('./commands/import/import.ts')).importVerb,
    },
    schema: {
      does: 'print the JSON Schema of federation.yaml, for editors',
      load: async () => (await import('./commands/schema.ts')).schemaVerb,
    },
    template: {
      does: 'write CloudFormation templates that are ready to launch: of the hub, of an account, or of agents',
      load: async () => (await import('./commands/template/template.ts')).templateVerb,
    },
    publish: {
      does: 'publish the configuration for the functions, which take it at their next run; shows the differences first',
      load: async () => (await import('./commands/publish/publish.ts')).publishVerb,
    },
    access: {
      does: 'give, show and take away what the identity of the service may read in Azure DevOps',
      load: async () => (await import('./commands/access/access.ts')).accessVerb,
    },
    hooks: {
      does: 'create, repair, list and remove the service hook subscriptions in Azure DevOps',
      load: async () => (await import('./commands/hooks/hooks.ts')).hooksVerb,
    },
    notify: {
      does: 'test whether webhooks and chats accept the events of azfed',
      load: async () => (await import('./commands/notify/notify.ts')).notifyVerb,
    },
    secrets: {
      does: 'create and rotate the secrets of webhooks and the tokens of organizations in Secrets Manager',
      load: async () => (await import('./commands/secrets/secrets.ts')).secretsVerb,
    },
    sign: {
      does: 'show the records that have no signature, and sign them after a confirmation; for a stack that signs records',
      load: async () => (await import('./commands/sign.ts')).signVerb,
    },
    version: {
      does: 'print the release of the command; --check says which part of the deployment lags',
      load: async () => (await import('./commands/version.ts')).versionVerb,
    },
    uninstall: {
      does: 'with --plan: list everything that azfed has made, what goes and what stays, and the commands in order; changes nothing',
      load: async () => (await import('./commands/uninstall.ts')).uninstallVerb,
    },
    completion: {
      does: 'print a script that lets a shell complete verbs and flags',
      load: async () => (await import('./commands/completion/completion.ts')).completionVerb,
    },
  },
  'Running and trying:': {
    reconcile: {
      does: 'make one automatic run over every account, or over one, as the scheduled service does; asks for no confirmation',
      load: async () => (await import('./commands/reconcile/reconcile.ts')).reconcileVerb,
    },
    replay: {
      does: 'send the events that webhooks have missed, with the same ids; enables a disabled webhook again',
      load: async () => (await import('./commands/replay.ts')).replayVerb,
    },
    local: {
      does: 'the embedded cloud: Azure DevOps, IAM, STS and DynamoDB on this machine',
      load: async () => (await import('./commands/local/local.ts')).localVerb,
    },
  },
} satisfies Readonly<Record<string, VerbTable>>;

function addGroups(program: Command, run: RunVerb): void {
  for (const [heading, verbs] of Object.entries(verbGroups)) {
    program.commandsGroup(heading);
    addVerbs(program, run, verbs);
  }
  addHelpVerb(program);
}

/** Every verb with all that can be typed after it, for the reference. It runs nothing. */
export async function loadCommand(environment: Environment, streams: Streams): Promise<Command> {
  const program = createProgram(environment, '', streams);
  addGroups(program, () => () => Promise.resolve());
  await loadVerbs(program);
  return program;
}

/** The whole command: argv in, exit code out. Every error that a person can cause ends in a sentence, not in a stack. */
export async function main(argv: readonly string[], version: string, streams: Streams): Promise<ExitCode> {
  ignoreHangup();
  const findLostOutput = watchOutput(streams);
  const exitCode = await runCommand(argv, version, streams);
  // Streams say in a later task that the last write has failed.
  await setImmediate();
  const lost = findLostOutput();
  return lost ? reportError(lost, openPlainTerminal(streams)) : exitCode;
}

async function runCommand(argv: readonly string[], version: string, streams: Streams): Promise<ExitCode> {
  let exitCode: ExitCode = 0;
  try {
    const environment = readEnvironment();
    const program = createProgram(environment, version, streams, argv.slice(2));
    const run: RunVerb =
      (work) =>
      async (...args) => {
        const { output, ...typed } = program.opts<TypedOptions>();
        const isDocument = output === 'json' || output === 'yaml';
        if (output === 'markdown') requireMarkdownVerb(understood(program, argv.slice(2)));
        const options: GlobalOptions = {
          ...switchedOff,
          ...typed,
          ...(isDocument ? { json: true } : {}),
          markdown: output === 'markdown',
        };
        const terminal = openTerminal(streams, options, environment, output === 'wide');
        const shown = output === 'yaml' ? withYamlOutput(terminal) : terminal;
        exitCode = await work({ version, options, environment, terminal: shown }, ...args);
      };
    addGroups(program, run);
    await program.parseAsync(argv);
    return exitCode;
  } catch (error) {
    return reportError(error, openPlainTerminal(streams));
  }
}

const openPlainTerminal = (streams: Streams) => openTerminal(streams, { quiet: false }, { isPlain: true });

/**
 * An output that fails ends no run halfway: what is being written in AWS is finished, and the exit code says the rest. Who
 * reads only the beginning (`azfed schema | head -1`) closes the pipe; that is no error.
 */
function watchOutput({ stdout, stderr }: Streams): () => ConfigError | undefined {
  let lost: ConfigError | undefined;
  for (const [where, stream] of Object.entries({ stdout, stderr }))
    stream.on('error', ({ code, message }: NodeJS.ErrnoException) => {
      if (code === 'EPIPE') return;
      lost ??= new ConfigError({
        where,
        what: `It cannot be written: ${message}.`,
        fix: 'A part of the output is missing: make room or write it elsewhere, and run the command again.',
      });
    });
  return () => lost;
}

function createProgram(
  { configuration }: Environment,
  version: string,
  { stdout, stderr }: Streams,
  typed: readonly string[] = [],
): Command {
  const program = new Command('azfed');
  return program
    .description('Reconciles the OIDC federation between Azure DevOps service connections and AWS IAM roles.')
    .option('--config <file>', 'configuration file', configuration)
    .option('--json', 'print one JSON document to stdout, and everything else to stderr')
    .addOption(
      new Option(
        '-o, --output <form>',
        'wide: do not shorten tables; json: same as --json; yaml: one YAML document; markdown: a comment for a pull request (plan)',
      ).choices(forms),
    )
    .option('--yes', 'write without a confirmation')
    .option('--quiet', 'print no progress and no notes')
    .option('--local', 'use the embedded cloud that `azfed local up` runs')
    .version(version)
    .configureHelp({ showGlobalOptions: true, formatItem: formatHelpItem })
    .configureOutput({
      getOutHelpWidth: () => countColumns(stdout) ?? USUAL_COLUMNS,
      getErrHelpWidth: () => countColumns(stderr) ?? USUAL_COLUMNS,
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      // A script types names from outside.
      outputError: (text, write) => {
        const said = explainAssignment(text, findCommand(program, typed));
        write(usageErrorText(said, typed, understood(program, typed), countColumns(stderr)));
      },
    })
    .addHelpText('after', () => formatEpilogue(countColumns(stdout) ?? USUAL_COLUMNS))
    .showSuggestionAfterError()
    .exitOverride();
}

/** As commander has it; where a screen is too narrow for two columns, what an item means stands below it. */
function formatHelpItem(term: string, termWidth: number, description: string, helper: Help): string {
  const { helpWidth = USUAL_COLUMNS, minWidthToWrap } = helper;
  if (description === '' || helpWidth - termWidth - 4 >= minWidthToWrap)
    return Help.prototype.formatItem.call(helper, term, termWidth, description, helper);
  return `  ${term}\n${wrapText(description, helpWidth, '      ')}`;
}

const exitCodes = [
  'clean or done',
  'an error, or a finding of lint or doctor',
  'differences (plan --detailed-exitcode), failing changes (status), blocked changes (reconcile)',
  'partial: azfed could not read something',
];

const formatEpilogue = (columns: number): string =>
  [
    '',
    'Exit codes:',
    ...exitCodes.map((meaning, code) => wrapText(meaning, columns, `  ${code}  `)),
    '',
    wrapText(
      '`azfed help VERB` shows the options of a verb; `azfed explain CODE` says what a code or a word on a screen means.',
      columns,
    ),
  ].join('\n');

/** Throws ConfigError for a verb that has no such form. */
function requireMarkdownVerb(verb: string): void {
  if (verb === 'plan') return;
  throw new ConfigError({
    where: '-o markdown',
    what: `azfed ${verb} prints no Markdown.`,
    fix: 'azfed plan does.',
  });
}

/** The verbs among what was typed, as far as there are such. */
function understood(program: Command, typed: readonly string[]): string {
  const command = findCommand(program, typed);
  return command === program ? '' : formatCommandPath(command);
}

function findCommand(program: Command, typed: readonly string[]): Command {
  let command = program;
  for (const word of typed.filter((one) => one !== 'help'))
    command = command.commands.find((one) => one.name() === word) ?? command;
  return command;
}

/** Commander looks for `--jsn=1` as a whole: nothing is near it, and of a flag without a value it says that it is unknown. */
function explainAssignment(said: string, command: Command): string {
  const [, flag] = /unknown option '(--[^'=]+)=/.exec(said) ?? [];
  if (flag === undefined) return said;
  const flags = command
    .createHelp()
    .visibleOptions(command)
    .concat(command.createHelp().visibleGlobalOptions(command));
  const names = flags.flatMap(({ long }) => long ?? []);
  if (names.includes(flag)) return `error: option '${flag}' takes no value\n(Did you mean ${flag}?)`;
  const near = nearestWord(flag, names);
  return near === undefined ? said : `error: unknown option '${flag}'\n(Did you mean ${near}?)`;
}

const forms = ['wide', 'json', 'yaml', 'markdown'] as const;
const switchedOff = { json: false, yes: false, quiet: false, local: false };
/** A switch that was not typed is not there. */
type TypedOptions = Pick<GlobalOptions, 'config'> &
  Partial<GlobalOptions & { readonly output: (typeof forms)[number] }>;

function openTerminal(
  { stdin, stdout, stderr }: Streams,
  { quiet }: Pick<GlobalOptions, 'quiet'>,
  { isPlain = false, isDumb = false, isUnattended = false }: Partial<Environment>,
  isWide = false,
): Terminal {
  const given = { isPlain, isDumb, isUnattended, isQuiet: quiet, isWide };
  return createTerminal({ stdin, stdout, stderr, ...given });
}
