import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openBrowser } from './open-browser.ts';
import { buildPageAssets } from '../../shared/report-page/build-assets.ts';
import { reportPage } from '../../shared/report-page/page.ts';
import { makeSampleReport } from './sample-report.ts';

/** Takes the screenshots of the page that the README shows: `npm run docs:screenshots`. Needs Chromium. */
const browser = await openBrowser();
const page = reportPage(await makeSampleReport(), buildPageAssets());
for (const colorScheme of ['light', 'dark'] as const) {
  const tab = await browser.newPage({ viewport: { width: 1_280, height: 1_150 }, colorScheme });
  await tab.setContent(page);
  await tab.getByRole('heading', { level: 1 }).waitFor();
  writeFileSync(
    join(import.meta.dirname, '../../docs/images', `report-${colorScheme}.png`),
    await tab.screenshot(),
  );
}
await browser.close();
