import type { Page } from '@playwright/test';
import type { ReportDocument } from '../../shared/application/reporting/report-document.ts';
import { buildReportWorld } from '../builders/report-worlds.ts';
import { describeInBrowser, expect, expectAccessible, expectHash, listRows } from './browser.ts';

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

describeInBrowser('the views of the report page', ({ openReport }) => {
  it('says the worst first, and each clause leads to its connections', async () => {
    const { page } = await openReport(bad);
    const verdict = page.locator('.verdict');
    await expect(verdict).toHaveText(
      /^14 roles are open to the whole organization\. 25 drifted\. .* connections still use keys\. 214 days to the end of the old issuer\. $/,
    );
    await verdict.getByRole('link', { name: 'open to the whole organization' }).click();
    await expectHash(page, '#is=open');
    await expect(listRows(page)).toHaveCount(14);
  });

  it('leads from each tile to the connections that it counts, by an address of its own', async () => {
    const { page } = await openReport(small);
    const tiles = page.getByRole('list', { name: 'In numbers' }).getByRole('link');
    const filtering = ['Federated', 'Drifted', 'Critical', 'Waiting', 'Static keys', 'Unread'];
    await expect(tiles.locator('.says')).toHaveText([...filtering, 'Last complete run']);
    const addresses = new Set<string>();
    for (const [at, name] of filtering.entries()) {
      const tile = tiles.nth(at);
      const value = await tile.locator(name === 'Federated' ? '.more' : 'b').innerText();
      const href = (await tile.getAttribute('href')) ?? '';
      addresses.add(href);
      await tile.click();
      await expectHash(page, decodeURIComponent(href));
      await expect(listRows(page)).toHaveCount(Number.parseInt(value, 10));
      await expect(page.getByRole('status').first()).toHaveText(
        `${Number.parseInt(value, 10)} of ${small.connections.length} connections`,
      );
    }
    expect(addresses.size).toBe(filtering.length);
    await tiles.last().click();
    await expectHash(page, /^#run=run-/);
    const happened = page.getByRole('region', { name: 'What happened' });
    await expect(happened.getByRole('button', { name: 'Only one run' })).toBeVisible();
  });

  it('limits the list by a legend, a node of the map and a cell of the grid', async () => {
    const { page } = await openReport(small);
    await page.getByRole('list', { name: 'States' }).getByRole('link', { name: 'ok' }).click();
    await expect(listRows(page).filter({ hasNot: page.locator('.state.ok') })).toHaveCount(0);
    await expect(listRows(page)).not.toHaveCount(0);
    await page.getByRole('link', { name: /^shop \d+$/ }).click();
    await expectHash(page, '#project=shop');
    await expect(listRows(page)).toHaveCount(
      small.connections.filter(({ project }) => project === 'shop').length,
    );
    const { page: grid } = await openReport(bad);
    const cell = grid.getByRole('table', { name: 'The federation' }).locator('td a').first();
    const said = Number.parseInt((await cell.getAttribute('aria-label')) ?? '', 10);
    await cell.click();
    await expectHash(grid, /^#account=\d{12}&project=/);
    await expect(listRows(grid)).toHaveCount(said);
  });

  it('shows what its address says: filters, order and a connection over them', async () => {
    const ours = small.connections.filter(({ owner }) => owner === 'team-shop');
    const filters = '#owner=team-shop&sort=-connection';
    const { page } = await openReport(small, `${filters}&connection=${ours[0]?.connectionId ?? ''}`);
    await expect(page.getByRole('dialog').getByRole('heading', { level: 2 })).toHaveText(
      ours[0]?.connection ?? '',
    );
    await page.keyboard.press('Escape');
    await expectHash(page, filters);
    await expect(listRows(page).getByRole('link')).toHaveText(
      ours
        .map(({ connection }) => connection)
        .sort()
        .reverse(),
    );
    const account = page.getByRole('columnheader', { name: 'Account' });
    await account.getByRole('button').click();
    await expect(account).toHaveAttribute('aria-sort', 'ascending');
    await expectHash(page, '#owner=team-shop&sort=account');
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await expect(listRows(page)).toHaveCount(small.connections.length);
  });

  it.each([
    { way: 'Escape', close: (page: Page) => page.keyboard.press('Escape') },
    { way: 'its button', close: (page: Page) => page.getByRole('button', { name: 'Close' }).click() },
    { way: 'a click beside it', close: (page: Page) => page.mouse.click(5, 5) },
  ])('takes the connection out of the address in the task that closes it by $way', async ({ close }) => {
    const { page } = await openReport(small, `#connection=${small.connections[0]?.connectionId ?? ''}`);
    // A page that nobody has touched closes at once, without asking it: only then is there no `cancel`.
    await page.getByRole('dialog').getByRole('heading', { level: 2 }).click();
    await page.evaluate(`{
      const dialog = document.querySelector('dialog');
      new MutationObserver(() => (document.title = dialog.open + location.hash))
        .observe(dialog, { attributeFilter: ['open'] });
    }`);
    await close(page);
    await expect(page).toHaveTitle('false#connections');
  });

  it('says in words who was let in, draws it, and shows the statements that differ', async () => {
    const open1 = bad.connections.find(({ differences }) =>
      differences.some(({ path }) => path.startsWith('trust')),
    );
    const { page } = await openReport(bad, `#connection=${open1?.connectionId ?? ''}`);
    const dialog = page.getByRole('dialog');
    await expect(
      dialog.getByText('Added: anybody of the organization may assume it: StringLike sub = *'),
    ).toBeVisible();
    const chain = dialog.getByRole('group', { name: 'Who gets in' });
    await expect(chain.locator('.lane').first()).toHaveText(
      'Tokenanybody of the organizationProvidervstoken.dev.azure.com',
    );
    const rows = dialog.getByRole('group', { name: 'Statements of the trust' }).getByRole('row');
    await expect(rows.nth(1).getByRole('cell')).toHaveText([
      'added',
      'Allow',
      'vstoken.dev.azure.com',
      'StringEquals aud = api://AzureADTokenExchange\nStringLike sub = *',
    ]);
    await expect(dialog.getByRole('link', { name: 'The role in the AWS console' })).toHaveAttribute(
      'href',
      /\/iam\/home\?region=us-east-1#\/roles\/details\//,
    );
    await expect(dialog.getByRole('link', { name: 'The connection in Azure DevOps' })).toHaveAttribute(
      'href',
      /^https:\/\/dev\.azure\.com\/contoso\/[0-9a-f-]{36}\/_settings\/adminservices\?resourceId=/,
    );
    await expect(dialog.getByText(`azfed explain ${open1?.connectionId ?? ''}`)).toBeVisible();
    await expect(dialog.getByRole('button', { name: 'Copy azfed apply' })).toBeVisible();
  });

  it('folds what happened by day, and limits it by kind', async () => {
    const { page } = await openReport(small);
    const happened = page.getByRole('region', { name: 'What happened' });
    await happened.getByRole('combobox', { name: 'Kind of event' }).selectOption('repaired');
    await expectHash(page, '#event=repaired');
    await expect(happened.locator('li.drift')).toHaveCount(0);
    await expect(happened.locator('details[open] li.repaired')).not.toHaveCount(0);
    await expect(happened.locator('details:not([open])')).not.toHaveCount(0);
  });

  it.each([
    ['phone', 375, small],
    ['phone', 375, bad],
    ['tablet', 768, bad],
    ['desk', 1_440, bad],
  ] as const)('is accessible and fits a %s of %d', async (_name, width, report) => {
    const { page } = await openReport(report, '', { viewport: { width, height: 900 } });
    await expect.poll(() => page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    await expectAccessible(page);
  });
});
