import { Argument } from 'commander';
import { listOutlines } from '../../command-line/command-outline.ts';
import { completionScript, shells, type Shell } from './completion-script.ts';
import { loadVerbs } from '../../command-line/command-table.ts';
import type { Verb } from '../../command-line/command.ts';

export const completionVerb: Verb = (command, run) => {
  command
    .addArgument(new Argument('<shell>', 'the shell to complete in').choices(shells))
    .action((shell: Shell) =>
      run(async ({ terminal }) => {
        const { parent: program } = command;
        if (!program) return 1;
        await loadVerbs(program);
        terminal.result(completionScript(shell, listOutlines(program)).trimEnd());
        return 0;
      }),
    );
};
