import { interrupted } from '../interrupted.ts';
import { startKeptCloud } from '../kept-cloud.ts';
import type { Invocation, Verb } from '../verb.ts';

export const upVerb: Verb = (command, run) => {
  command.action(() => run(up));
};

async function up({ terminal }: Invocation): Promise<0> {
  const cloud = await startKeptCloud();
  terminal.result(
    [
      ...cloud.addresses,
      '',
      'Running until Ctrl-C. In another terminal, from this folder:',
      '  npx azfed plan --local',
      '  npx azfed apply --local',
      '  npx azfed local tamper open-trust shop-prod',
      '  npx azfed plan --local --detailed-exitcode',
    ].join('\n'),
  );
  await interrupted();
  await cloud.close();
  return 0;
}
