import { configurationJsonSchema } from '../../../shared/config/schema.ts';
import type { Verb } from '../command-line/command.ts';

export const schemaVerb: Verb = (command, run) => {
  command.action(
    run(({ terminal }) => {
      terminal.result(JSON.stringify(configurationJsonSchema(), null, 2));
      return Promise.resolve(0);
    }),
  );
};
