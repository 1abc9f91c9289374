import { existsSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { chromium } from 'playwright-core';

/** Where Debian's package `chromium` puts it. */
const EXECUTABLE = '/usr/bin/chromium';

const isBrowserThere = existsSync(EXECUTABLE);

/** CI installs one: there a test that finds none has to fail, and not to be skipped. */
const isWanted = process.env['AZFED_BROWSER'] === 'required';

if (!isBrowserThere && !isWanted)
  process.stderr.write(
    `There is no ${EXECUTABLE} (Debian: apt-get install chromium): tests in a browser are skipped.\n`,
  );

/** `describe`, skipped where there is no browser and none is asked for. */
export const describeInBrowser = isBrowserThere || isWanted ? describe : describe.skip;

/** Headless, and asking nobody for anything by itself. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: EXECUTABLE,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
