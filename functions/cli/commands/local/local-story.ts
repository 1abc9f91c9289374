import * as chapters from './story/chapters.ts';
import { setStage } from './story/stage.ts';
import { createTeller } from './story/teller.ts';
import type { Verb } from '../../command-line/command.ts';

export const storyVerb: Verb = (command, run) => {
  command.action(
    run(async ({ terminal }) => {
      const begun = Date.now();
      const teller = createTeller(terminal);
      const stage = await setStage();
      try {
        await chapters.observeStage(stage, teller);
        const federated = await chapters.federate(stage, teller);
        await chapters.prove(stage, teller, federated);
        await chapters.tamperAndRepair(stage, teller, federated);
        await chapters.renameProject(stage, teller, federated);
        await chapters.recreateConnection(stage, teller, federated);
        await chapters.rest(stage, teller);
      } finally {
        await stage.cloud.close();
      }
      terminal.result(
        [
          '',
          `${teller.checks()} claims checked in ${((Date.now() - begun) / 1000).toFixed(1)} s. Try it yourself:`,
          '  azfed local up                              keeps this cloud running',
          '  azfed plan --local                          in another terminal',
          '  azfed apply --local',
          '  azfed local tamper open-trust shop-prod     be the one at the console',
          '  azfed explain aws-network --local           who may assume a role, and why',
        ].join('\n'),
      );
      return 0;
    }),
  );
};
