import { serveLocally } from './local-serve.ts';
import { interrupted } from '../../console/interruption.ts';
import { startPersistentEmulator } from '../../composition/persistent-emulator.ts';
import type { Invocation, Verb } from '../../command-line/command.ts';

export const upVerb: Verb = (command, run) => {
  command
    .option('--hooks', 'also run the functions, which changes in Azure DevOps reach by service hooks', false)
    .action(
      run((invocation, { hooks }: { readonly hooks: boolean }) =>
        hooks ? serveLocally(invocation, { on: 'hooks' }) : up(invocation),
      ),
    );
};

async function up({ terminal }: Invocation): Promise<0> {
  const cloud = await startPersistentEmulator();
  terminal.result(
    [
      ...cloud.addresses,
      '',
      'Running until Ctrl-C. In another terminal, from this folder:',
      '  azfed plan --local                        what is, what should be, what would be done',
      '  azfed apply --local                       asks first',
      '  azfed local tamper open-trust shop-prod   be the one at the console',
      '  azfed apply --local                       finds it, says by whom, puts it back',
      '  azfed report --local                      all of it on a page, to look at',
    ].join('\n'),
  );
  await interrupted();
  await cloud.close();
  return 0;
}
