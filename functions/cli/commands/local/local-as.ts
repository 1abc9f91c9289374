import { InvalidArgumentError } from 'commander';
import { signInPerson } from '../../../../infra/local/other-person.ts';
import { writePerson } from '../../../../infra/local/coordinates.ts';
import { requireCoordinates, type Verb } from '../../command-line/command.ts';
import { printResult } from '../../output/sanitize.ts';

export const asVerb: Verb = (command, run) => {
  command.argument('<name>', 'the name of the session, such as bob', parseName).action(
    run(async ({ terminal, options }, name: string) => {
      const coordinates = requireCoordinates();
      const keys = await signInPerson(name, coordinates);
      writePerson(coordinates, name, keys);
      printResult(
        { terminal, options },
        { person: name, variable: VARIABLE },
        () => `export ${VARIABLE}=${name}`,
      );
      terminal.note(
        `Type it into the terminal of the other person; then: azfed approve PLAN_ID --local. It ends in an hour.`,
      );
      return 0;
    }),
  );
};

const VARIABLE = 'AZFED_LOCAL_AS';

/** What STS takes for the name of a session, IAM for the end of the name of a role, and a shell for a word. */
function parseName(text: string): string {
  if (/^[\w.-]{2,57}$/.test(text)) return text;
  throw new InvalidArgumentError('Give 2 to 57 letters, digits, dots, hyphens or underscores.');
}
