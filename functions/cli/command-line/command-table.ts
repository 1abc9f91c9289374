import type { Command } from 'commander';
import { nearestWord } from '../../../shared/domain/kernel/nearest-word.ts';
import { USUAL_COLUMNS } from '../output/text.ts';
import { examplesText } from './examples.ts';
import type { RunVerb, Verb } from './command.ts';

/** Verbs by name. Of those that are not typed, the line in the help is all that is ever needed. */
export type VerbTable = Readonly<
  Record<string, { readonly does: string; readonly load: () => Promise<Verb> }>
>;

/** How the verbs that are not loaded yet are loaded. */
const loaders = new WeakMap<Command, () => Promise<void>>();

/** A verb that only holds others. */
export const verbGroup =
  (table: VerbTable): Verb =>
  (command, run) => {
    addVerbs(command, run, table);
    addHelpVerb(command);
  };

/** Lists every verb of the table below `parent`, and loads the one that is typed. */
export function addVerbs(parent: Command, run: RunVerb, table: VerbTable): void {
  for (const [name, { does, load }] of Object.entries(table)) {
    const command = parent.command(name).description(does);
    command.addHelpText('after', () => {
      const columns = command.configureOutput().getOutHelpWidth?.() ?? USUAL_COLUMNS;
      return examplesText(formatCommandPath(command), columns);
    });
    loaders.set(command, async () => {
      loaders.delete(command);
      (await load())(command, run);
    });
  }
}

/** Loads the verb that is typed, and describes it for `help`; commander's own `help` would describe it before it is loaded. */
export function addHelpVerb(parent: Command): void {
  parent.hook('preSubcommand', (_parent, command) => loaders.get(command)?.());
  parent
    .command('help')
    .description('display help for command')
    .argument('[command...]')
    .action(async (names: readonly string[]) => {
      let command = parent;
      for (const name of names) command = await below(command, name);
      command.help();
    });
}

/** The verb of that name, loaded; ends as a mistyped verb does where there is none. */
async function below(parent: Command, name: string): Promise<Command> {
  const names = parent.commands.map((one) => one.name());
  const command = parent.commands.find((one) => one.name() === name);
  if (!command) {
    const near = nearestWord(name, names);
    return parent.error(
      `error: unknown command '${name}'${near === undefined ? '' : `\n(Did you mean ${near}?)`}`,
    );
  }
  await loaders.get(command)?.();
  return command;
}

/** Loads all verbs below `parent`, and theirs. */
export async function loadVerbs(parent: Command): Promise<void> {
  for (const command of parent.commands) {
    await loaders.get(command)?.();
    await loadVerbs(command);
  }
}

/** The words after `azfed`. */
export function formatCommandPath(command: Command): string {
  const { parent } = command;
  return parent?.parent ? `${formatCommandPath(parent)} ${command.name()}` : command.name();
}
