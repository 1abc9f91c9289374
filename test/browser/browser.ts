import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from '@playwright/test';
import { expect as expectOfPlaywright } from '@playwright/test';
import axe from 'axe-core';
import type { ReportDocument } from '../../shared/application/reporting/report-document.ts';
import { buildPageAssets } from '../../shared/report-page/build-assets.ts';
import { reportPage } from '../../shared/report-page/page.ts';
import { EXECUTABLE, openBrowser } from './open-browser.ts';

const isBrowserThere = existsSync(EXECUTABLE);

/** CI installs one: there a test that finds none has to fail, and not to be skipped. */
const isWanted = process.env['AZFED_BROWSER'] === 'required';

if (!isBrowserThere && !isWanted)
  process.stderr.write(
    `There is no ${EXECUTABLE} (Debian: apt-get install chromium): tests in a browser are skipped.\n`,
  );

/** Ends a test that waits in vain. A slow machine alone does not reach it. */
const PATIENCE_MS = 120_000;

/**
 * Of Playwright: what it says of a page or a part of one (`await expect(page).toHaveURL(...)`) it says again until it is
 * so. A page answers a key or a click in a later task, so that a value read at once may be the one before.
 */
export const expect = expectOfPlaywright.configure({ timeout: PATIENCE_MS });

export const assets = buildPageAssets();

interface Opened {
  readonly page: Page;
  /** The addresses that the browser asked for. */
  readonly requests: readonly string[];
  /** What it wrote to its console, errors too. */
  readonly complaints: readonly string[];
}

interface Opener {
  /** An empty page. */
  readonly openPage: (options?: BrowserContextOptions) => Promise<Opened>;
  /** The report from a file, drawn. */
  readonly openReport: (
    report: ReportDocument,
    hash?: string,
    options?: BrowserContextOptions,
  ) => Promise<Opened>;
}

/** `describe` with a browser of its own; skipped where there is none and none is asked for. */
export function describeInBrowser(title: string, tests: (opener: Opener) => void): void {
  (isBrowserThere || isWanted ? describe : describe.skip)(title, () => {
    let browser: Browser;
    let folder: string;
    let files = 0;
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'azfed-browser-'));
      browser = await openBrowser();
    });
    afterEach(async () => {
      for (const context of browser.contexts()) await context.close();
    });
    afterAll(async () => {
      await browser.close();
      rmSync(folder, { recursive: true });
    });

    async function openPage(options: BrowserContextOptions = {}): Promise<Opened> {
      const page = await browser.newPage(options);
      page.setDefaultTimeout(PATIENCE_MS);
      const requests: string[] = [];
      const complaints: string[] = [];
      page.on('request', (request) => requests.push(request.url()));
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      return { page, requests, complaints };
    }

    tests({
      openPage,
      async openReport(report, hash = '', options = {}) {
        const file = join(folder, `report-${(files += 1)}.html`);
        writeFileSync(file, reportPage(report, assets));
        const opened = await openPage(options);
        await opened.page.goto(`file://${file}${hash}`);
        await opened.page.getByRole('heading', { level: 1 }).waitFor();
        return opened;
      },
    });
  });
}

/** Waits until the address, without the file, is this. */
export const expectHash = (page: Page, hash: string | RegExp): Promise<void> =>
  expect(page).toHaveURL((url) => {
    const given = decodeURIComponent(url.hash);
    return typeof hash === 'string' ? given === hash : hash.test(given);
  });

export const listRows = (page: Page) =>
  page.getByRole('table', { name: 'Connections' }).locator('[role=rowgroup].rows > *');

/** By axe. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<{
    violations: readonly { id: string; nodes: readonly { html: string }[] }[];
  }>('axe.run()');
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
}
