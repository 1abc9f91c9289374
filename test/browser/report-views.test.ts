import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { ReportDocument } from '../../shared/application/reporting/report-document.ts';
import { buildPageAssets } from '../../shared/report-page/build-assets.ts';
import { reportPage } from '../../shared/report-page/page.ts';
import { buildReportWorld } from '../builders/report-worlds.ts';
import { describeInBrowser } from './browser.ts';
import { openBrowser } from './open-browser.ts';

const small = withKeys(buildReportWorld({ connections: 40, accounts: 4, projects: 5, sickPercent: 60 }));
/** Too large for the map, and as bad as can be. */
const bad = withKeys(buildReportWorld({ connections: 90, accounts: 12, projects: 14, sickPercent: 70 }));

/** The last two connections still have keys. */
function withKeys(report: ReportDocument): ReportDocument {
  const staticKeys = report.connections.slice(-2).map(({ connectionId, connection, roleArn }) => ({
    ...{ connectionId, connection, roleArn, organization: 'contoso', isDisabled: false },
    credentials: 'mixed' as const,
    next: `azfed migrate keys ${connectionId}`,
  }));
  return { ...report, staticKeys };
}

describeInBrowser('the views of the report page', () => {
  const assets = buildPageAssets();
  const folder = mkdtempSync(join(tmpdir(), 'azfed-views-'));
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  async function open(report: ReportDocument, hash = '', options: BrowserContextOptions = {}): Promise<Page> {
    const file = join(folder, 'report.html');
    writeFileSync(file, reportPage(report, assets));
    const page = await browser.newPage(options);
    await page.goto(`file://${file}${hash}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    return page;
  }

  const listRows = (page: Page) =>
    page.getByRole('table', { name: 'Connections' }).locator('[role=rowgroup].rows > *');
  const readHash = (page: Page) => decodeURIComponent(new URL(page.url()).hash);
  const count = async (page: Page) =>
    Number(/^[\d,]+/.exec((await page.getByRole('status').first().textContent()) ?? '')?.[0]);

  it('says the worst first, and each clause leads to its connections', async () => {
    const page = await open(bad);
    const verdict = page.locator('.verdict');
    expect(await verdict.textContent()).toMatch(
      /^14 roles are open to the whole organization\. 25 drifted\. .* connections still use keys\. 214 days to the end of the old issuer\. $/,
    );
    await verdict.getByRole('link', { name: 'open to the whole organization' }).click();
    expect(readHash(page)).toBe('#is=open');
    expect(await listRows(page).count()).toBe(14);
    await page.close();
  });

  it('leads from each tile to the connections that it counts, by an address of its own', async () => {
    const page = await open(small);
    const tiles = page.getByRole('list', { name: 'In numbers' }).getByRole('link');
    const names = await tiles.locator('.says').allTextContents();
    expect(names).toEqual([
      ...['Federated', 'Drifted', 'Critical', 'Waiting', 'Static keys', 'Unread', 'Last complete run'],
    ]);
    const addresses = new Set<string>();
    for (const [at, name] of names.slice(0, -1).entries()) {
      const tile = tiles.nth(at);
      const value =
        name === 'Federated'
          ? await tile.locator('.more').textContent()
          : await tile.locator('b').textContent();
      await tile.click();
      addresses.add(readHash(page));
      expect([name, await listRows(page).count()]).toEqual([name, Number.parseInt(value ?? '', 10)]);
      expect(await count(page)).toBe(await listRows(page).count());
    }
    expect(addresses.size).toBe(names.length - 1);
    await tiles.last().click();
    expect(readHash(page)).toMatch(/^#run=run-/);
    const happened = page.getByRole('region', { name: 'What happened' });
    expect(await happened.getByRole('button', { name: 'Only one run' }).isVisible()).toBe(true);
    await page.close();
  });

  it('limits the list by a legend, a node of the map and a cell of the grid', async () => {
    const page = await open(small);
    await page.getByRole('list', { name: 'States' }).getByRole('link', { name: 'ok' }).click();
    expect(await listRows(page).locator('.state.ok').count()).toBe(await listRows(page).count());
    await page.getByRole('link', { name: /^shop \d+$/ }).click();
    expect(readHash(page)).toBe('#project=shop');
    expect(await listRows(page).count()).toBe(
      small.connections.filter(({ project }) => project === 'shop').length,
    );
    const grid = await open(bad);
    const cell = grid.getByRole('table', { name: 'The federation' }).locator('td a').first();
    const said = Number.parseInt((await cell.getAttribute('aria-label')) ?? '', 10);
    await cell.click();
    expect(readHash(grid)).toMatch(/^#account=\d{12}&project=/);
    expect(await listRows(grid).count()).toBe(said);
    await Promise.all([page.close(), grid.close()]);
  });

  it('shows what its address says: filters, order and a connection over them', async () => {
    const [first] = small.connections.filter(({ owner }) => owner === 'team-shop');
    const page = await open(
      small,
      `#owner=team-shop&sort=-connection&connection=${first?.connectionId ?? ''}`,
    );
    expect(await page.getByRole('dialog').getByRole('heading', { level: 2 }).textContent()).toBe(
      first?.connection,
    );
    await page.keyboard.press('Escape');
    expect(readHash(page)).toBe('#owner=team-shop&sort=-connection');
    const names = await listRows(page).getByRole('link').allTextContents();
    expect(names).toEqual([...names].sort().reverse());
    expect(names).toHaveLength(small.connections.filter(({ owner }) => owner === 'team-shop').length);
    await page.getByRole('columnheader', { name: 'Account' }).getByRole('button').click();
    expect(await page.getByRole('columnheader', { name: 'Account' }).getAttribute('aria-sort')).toBe(
      'ascending',
    );
    expect(readHash(page)).toContain('sort=account');
    await page.getByRole('button', { name: 'Clear filters' }).click();
    expect(await listRows(page).count()).toBe(small.connections.length);
    await page.close();
  });

  it('says in words who was let in, draws it, and shows the statements that differ', async () => {
    const open1 = bad.connections.find(({ differences }) =>
      differences.some(({ path }) => path.startsWith('trust')),
    );
    const page = await open(bad, `#connection=${open1?.connectionId ?? ''}`);
    const dialog = page.getByRole('dialog');
    expect(
      await dialog
        .getByText('Added: anybody of the organization may assume it: StringLike sub = *')
        .isVisible(),
    ).toBe(true);
    const chain = dialog.getByRole('group', { name: 'Who gets in' });
    expect(await chain.locator('.lane').first().textContent()).toBe(
      'Tokenanybody of the organizationProvidervstoken.dev.azure.com',
    );
    const rows = dialog.getByRole('group', { name: 'Statements of the trust' }).getByRole('row');
    expect(await rows.nth(1).getByRole('cell').allTextContents()).toEqual([
      'added',
      'Allow',
      'vstoken.dev.azure.com',
      'StringEquals aud = api://AzureADTokenExchange\nStringLike sub = *',
    ]);
    expect(
      await dialog.getByRole('link', { name: 'The role in the AWS console' }).getAttribute('href'),
    ).toContain('/iam/home?region=us-east-1#/roles/details/');
    expect(
      await dialog.getByRole('link', { name: 'The connection in Azure DevOps' }).getAttribute('href'),
    ).toMatch(/^https:\/\/dev\.azure\.com\/contoso\/[0-9a-f-]{36}\/_settings\/adminservices\?resourceId=/);
    expect(await dialog.getByText(`azfed explain ${open1?.connectionId ?? ''}`).isVisible()).toBe(true);
    expect(await dialog.getByRole('button', { name: 'Copy azfed apply' }).isVisible()).toBe(true);
    await page.close();
  });

  it('folds what happened by day, and limits it by kind', async () => {
    const page = await open(small);
    const happened = page.getByRole('region', { name: 'What happened' });
    await happened.getByRole('combobox', { name: 'Kind of event' }).selectOption('repaired');
    expect(readHash(page)).toBe('#event=repaired');
    expect(await happened.locator('li.drift').count()).toBe(0);
    expect(await happened.locator('details[open] li.repaired').count()).toBeGreaterThan(0);
    expect(await happened.locator('details:not([open])').count()).toBeGreaterThan(0);
    await page.close();
  });

  it.each([
    ['phone', 375, small],
    ['phone', 375, bad],
    ['tablet', 768, bad],
    ['desk', 1_440, bad],
  ] as const)('is accessible and fits a %s of %d', async (_name, width, report) => {
    const page = await open(report, '', { viewport: { width, height: 900 } });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate<{
      violations: readonly { id: string; nodes: readonly object[] }[];
    }>('axe.run()');
    expect(violations.map(({ id, nodes }) => `${id} ${JSON.stringify(nodes[0])}`)).toEqual([]);
    await page.close();
  });
});
