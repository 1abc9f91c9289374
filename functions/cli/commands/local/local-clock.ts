import { dirname } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { moveClock, readMovedMs } from '../../../../infra/local/moved-clock.ts';
import { formatInstant, parseDuration } from '../../../../shared/domain/kernel/durations.ts';
import { requireCoordinates, type Verb } from '../../command-line/command.ts';
import { printResult } from '../../output/sanitize.ts';

export const clockVerb: Verb = (command, run) => {
  command
    .argument('[by]', 'how far, such as +31d, +2h or +45m; without it: what time it is there', parseAdvance)
    .action(
      run(async ({ terminal, options }, by: number | undefined) => {
        const folder = dirname(requireCoordinates().configuration);
        const movedMs = by === undefined ? readMovedMs(folder) : moveClock(folder, by);
        const now = formatInstant(Date.now() + movedMs);
        printResult({ terminal, options }, { now, movedMs }, () => `It is ${now} in the embedded cloud.`);
        return Promise.resolve(0);
      }),
    );
};

/** Time does not go back: what was written would lie in the future. */
function parseAdvance(text: string): number {
  const time = /^\+?\d{1,4}[smhd]$/.test(text) ? parseDuration(text.replace('+', '')) : 0;
  if (time > 0) return time;
  throw new InvalidArgumentError('Give a time to go on by, such as +31d, +2h or +45m; it does not go back.');
}
