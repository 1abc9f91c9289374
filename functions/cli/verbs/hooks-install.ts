import { openHooks, receiverOf } from '../hook-desk.ts';
import { carryOutHooks } from '../hook-changes.ts';
import type { Verb } from '../verb.ts';

export const hooksInstallVerb: Verb = (command, run) => {
  command.action(() =>
    run(async (invocation) => {
      const opened = await openHooks(invocation);
      return carryOutHooks(invocation, opened, receiverOf(opened.configuration), 'install');
    }),
  );
};
