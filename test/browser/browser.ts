import { existsSync } from 'node:fs';
import { EXECUTABLE } from './open-browser.ts';

const isBrowserThere = existsSync(EXECUTABLE);

/** CI installs one: there a test that finds none has to fail, and not to be skipped. */
const isWanted = process.env['AZFED_BROWSER'] === 'required';

if (!isBrowserThere && !isWanted)
  process.stderr.write(
    `There is no ${EXECUTABLE} (Debian: apt-get install chromium): tests in a browser are skipped.\n`,
  );

/** `describe`, skipped where there is no browser and none is asked for. */
export const describeInBrowser = isBrowserThere || isWanted ? describe : describe.skip;
