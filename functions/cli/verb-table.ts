import type { Command } from 'commander';
import type { Run, Verb } from './verb.ts';

/** Verbs by name. Of those that are not typed, the line in the help is all that is ever needed. */
export type VerbTable = Readonly<
  Record<string, { readonly does: string; readonly load: () => Promise<Verb> }>
>;

/** Lists every verb of the table below `parent`, and loads the one that is typed. */
export function addVerbs(parent: Command, run: Run, table: VerbTable): void {
  const load = async (command: Command) => {
    const verb = await table[command.name()]?.load();
    verb?.(command, run);
  };
  for (const [name, { does }] of Object.entries(table)) parent.command(name).description(does);
  parent.hook('preSubcommand', (_parent, command) => load(command));
  // Commander's own `help` would describe the verb before it is loaded.
  parent
    .command('help')
    .description('display help for command')
    .argument('[command]')
    .action(async (name?: string) => {
      const command = parent.commands.find((one) => one.name() === name);
      if (command) await load(command);
      (command ?? parent).help({ error: name !== undefined && !command });
    });
}
