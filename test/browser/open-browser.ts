import type { Browser } from '@playwright/test';
import { chromium } from '@playwright/test';

/** Where Debian's package `chromium` puts it. */
export const EXECUTABLE = '/usr/bin/chromium';

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
