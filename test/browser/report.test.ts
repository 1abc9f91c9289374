import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { ReportDocument } from '../../shared/application/reporting/report-document.ts';
import { buildPageAssets } from '../../shared/report-page/build-assets.ts';
import { reportPage } from '../../shared/report-page/page.ts';
import { startReportServer } from '../../functions/cli/commands/local/local-serve.ts';
import { setStage } from '../builders/stage.ts';
import { runRecord } from '../builders/run-record.ts';
import { buildReport, reportedConnection } from '../builders/report.ts';
import { buildReportWorld, reportWorlds } from '../builders/report-worlds.ts';
import { describeInBrowser } from './browser.ts';
import { openBrowser } from './open-browser.ts';

const HOSTILE = `</script><script>document.title='hacked'</script><img src=x onerror="document.title='hacked'"> <!channel> \u202e`;

const nothing = { repaired: 0, created: 0, changed: 0, closed: 0, held: 0, failed: 0 };

const drifted = reportedConnection(7, {
  state: 'repair',
  cause: 'drift',
  severity: 'critical',
  reason: 'Somebody changed the role of Project 0 / aws-7 in IAM (trust); it is put back.',
  by: 'arn:aws:iam::123456789012:user/admin',
  differences: [{ path: 'boundary', expected: 'arn:aws:iam::123456789012:policy/azfed-boundary' }],
  liveTrust: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: '*' }] },
});

/** A little of everything that a report may hold. */
const sample = buildReport(
  [
    reportedConnection(1),
    drifted,
    reportedConnection(8, {
      state: 'left alone',
      project: HOSTILE,
      connection: HOSTILE,
      organization: HOSTILE,
      grant: HOSTILE,
    }),
    reportedConnection(9, {
      state: 'closed',
      retirement: {
        closedAt: '2026-11-01T10:00:00.000Z',
        dueAt: '2026-12-01T00:00:00.000Z',
        deletedAt: null,
        isRestorable: false,
      },
    }),
  ],
  {
    unread: ['Account 210987654321: AccessDenied.'],
    notices: ['Writes are suspended: everything.'],
    findings: [
      {
        code: 'trust.loose',
        severity: 'critical',
        message: `It lets ${HOSTILE} in.`,
        fix: 'Look.',
        connectionId: drifted.connectionId as never,
      },
    ],
    issuers: [
      { connectionId: drifted.connectionId, chosen: ['vstoken'], trusted: ['vstoken'] },
      { connectionId: 'k', chosen: ['vstoken', 'entra'], trusted: ['vstoken', 'entra'] },
      { connectionId: 'l', chosen: ['vstoken'], trusted: null },
    ],
    doorScopes: [{ account: HOSTILE, paths: [HOSTILE], isUnread: true }],
    doors: [
      {
        account: drifted.account as never,
        roleArn: drifted.roleArn as never,
        subject: HOSTILE,
        state: 'nobody',
        holder: HOSTILE,
      },
    ],
    adoption: {
      unreadAccounts: ['210987654321' as never],
      roles: [
        {
          group: 'trust',
          account: drifted.account as never,
          roleArn: drifted.roleArn as never,
          grant: HOSTILE,
          connections: [{ connectionId: drifted.connectionId, name: HOSTILE }],
          effect: 'trust',
          opens: false,
          what: HOSTILE,
          shutsOut: [{ kind: 'pattern', value: HOSTILE }],
          isUseUnknown: true,
        },
      ],
    },
    staticKeys: [
      {
        connectionId: 'k',
        organization: 'contoso',
        connection: HOSTILE,
        credentials: 'keys',
        roleArn: '',
        isDisabled: false,
        next: `azfed migrate keys ${HOSTILE}`,
      },
    ],
    runs: [
      runRecord({
        run: { id: 'c', trigger: 'person' },
        time: '2026-11-23T08:45:00.000Z',
        drifted: 3,
        deeds: { ...nothing, repaired: 2, failed: 1 },
      }),
      runRecord({
        time: '2026-11-22T10:00:00.000Z',
        deeds: { ...nothing, repaired: 1, created: 9, held: 2 },
      }),
      runRecord({ time: '2026-11-20T10:00:00.000Z', accounts: [], deeds: nothing }),
    ],
    events: [
      {
        time: '2026-11-22T10:00:00.000Z',
        type: 'connection.repaired.v1',
        meaning: 'It was put back.',
        connectionId: drifted.connectionId,
        reason: HOSTILE,
        done: 'done',
        by: HOSTILE,
      },
    ],
  },
);

describeInBrowser('the report page', () => {
  const assets = buildPageAssets();
  const folder = mkdtempSync(join(tmpdir(), 'azfed-report-'));
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  /** The report from a file, and whatever the browser asked for or complained of. */
  async function open(report: ReportDocument, options: BrowserContextOptions = {}, hash = '') {
    const file = join(folder, 'report.html');
    writeFileSync(file, reportPage(report, assets));
    const page = await browser.newPage(options);
    const requests: string[] = [];
    const complaints: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`file://${file}${hash}`);
    return { page, requests, complaints };
  }

  const listRows = (page: Page) => page.getByRole('table', { name: 'Connections' }).getByRole('row');

  const violations = async (page: Page) => {
    await page.evaluate(axe.source);
    const { violations: all } = await page.evaluate<{
      violations: readonly { id: string; nodes: readonly { html: string }[] }[];
    }>('axe.run()');
    return all.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  };

  it('asks for nothing but itself, and its policy stops nothing of its own', async () => {
    const { page, requests, complaints } = await open(sample);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toMatch(
      /^contoso, .*: 4 connections, /,
    );
    expect(await page.title()).toMatch(/^contoso, .*: 4 connections, 1 account, 23 Nov 2026 09:00 UTC$/);
    expect(await listRows(page).count()).toBe(1 + sample.connections.length);
    expect(requests).toHaveLength(1);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('is the same where `azfed local serve` shows it, under the policy of its headers too', async () => {
    const stage = await setStage({ connections: { 'Shop/a': 'role-a' } });
    await stage.runOnce();
    const server = await startReportServer(stage.ports, stage.configuration());
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    await page.goto(server.url);
    expect(await listRows(page).nth(1).textContent()).toContain('ok');
    expect(complaints).toEqual([]);
    await page.close();
    await server.close();
    await stage.close();
  });

  it('shows what the latest runs did, as a drawing and as a table', async () => {
    const { page } = await open(sample);
    const chart = page.getByRole('region', { name: 'Changes by day' });
    const drawing = chart.getByRole('group', { name: '30 days, at most 12 connections in one' });
    expect(
      await drawing.getByRole('link', { name: '22 Nov 2026: 1 repaired, 9 created, 2 held' }).isVisible(),
    ).toBe(true);
    expect(await drawing.getByText('23 Nov', { exact: true }).isVisible()).toBe(true);
    const list = chart.getByRole('list', { name: 'Connections by what was done, in 3 runs' });
    expect(await list.getByRole('listitem').allTextContents()).toEqual([
      '3 repaired',
      '9 created',
      '2 held',
      '1 failed',
    ]);
    await chart.getByText('Run by run, as a table').click();
    const rows = chart.getByRole('table').getByRole('row');
    expect(await rows.first().getByRole('columnheader').allTextContents()).toEqual(
      expect.arrayContaining(['When (UTC)', 'In order', 'Drifted', 'Repaired', 'Failed']),
    );
    expect(await rows.nth(1).getByRole('cell').allTextContents()).toEqual([
      '2026-11-23 08:45',
      '123456789012',
      'a person',
      '9',
      '3',
      '2',
      '',
      '',
      '',
      '',
      '1',
    ]);
    await page.close();
  });

  it('says so in words when no run has done anything', async () => {
    const { page } = await open(buildReport([reportedConnection(1)]));
    const part = page.getByRole('region', { name: 'Changes by day' });
    expect(await part.textContent()).toContain('No run has done anything yet');
    expect(await part.getByRole('figure').count()).toBe(0);
    await page.close();
  });

  it('lets in no script but its own', async () => {
    const { page, complaints } = await open(sample);
    await page.evaluate(
      `document.body.append(Object.assign(document.createElement('script'), { textContent: "document.title = 'hacked'" }))`,
    );
    expect(await page.title()).not.toBe('hacked');
    expect(complaints.join()).toContain('Content Security Policy');
    await page.close();
  });

  it('shows hostile names as text', async () => {
    const { page, complaints } = await open(sample);
    expect(await page.title()).not.toBe('hacked');
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.getByText(HOSTILE, { exact: true }).count()).toBeGreaterThan(0);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it.each([
    ['light', { colorScheme: 'light' }],
    ['dark', { colorScheme: 'dark' }],
    ['narrow', { viewport: { width: 320, height: 640 } }],
  ] as const)('is accessible: %s', async (_name, options) => {
    const { page } = await open(sample, options);
    expect(await violations(page)).toEqual([]);
    await page.goto(`${page.url()}#connection=${drifted.connectionId}`);
    await page.getByRole('dialog').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.close();
  });

  it('fits a narrow screen', async () => {
    const { page } = await open(sample, { viewport: { width: 320, height: 640 } });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(320);
    await page.close();
  });

  it('opens a connection by its address, with expected and live trust, and by the keyboard', async () => {
    const { page } = await open(sample, {}, `#connection=${drifted.connectionId}`);
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByRole('heading', { level: 2 }).textContent()).toBe('Project 0 / aws-7');
    expect(await dialog.getByRole('region', { name: 'Live trust' }).textContent()).toContain(
      '"Principal": "*"',
    );
    expect(await dialog.getByRole('region', { name: 'Expected trust' }).textContent()).toContain('aws-7');
    expect(await dialog.textContent()).toContain('arn:aws:iam::123456789012:user/admin');
    await page.keyboard.press('Escape');
    expect(await dialog.count()).toBe(0);
    await page.getByRole('link', { name: 'Project 0 / aws-1' }).focus();
    await page.keyboard.press('Enter');
    expect(await dialog.getByRole('heading', { level: 2 }).textContent()).toBe('Project 0 / aws-1');
    await page.close();
  });

  it('finds connections by words, and by state', async () => {
    const { page } = await open(sample);
    const rows = listRows(page);
    await page.getByRole('searchbox').fill('AWS-7 contoso');
    expect(await rows.count()).toBe(2);
    expect(await page.getByRole('status').first().textContent()).toBe('1 of 4 connections');
    await page.getByRole('searchbox').fill('');
    await page.getByRole('combobox', { name: 'State', exact: true }).selectOption('closed');
    expect(await rows.nth(1).textContent()).toContain('aws-9');
    expect(await rows.count()).toBe(2);
    await page.close();
  });

  it('says first what somebody has changed, and what could not be read', async () => {
    const { page } = await open(sample);
    expect(await listRows(page).nth(1).textContent()).toContain('drifted');
    expect(await page.getByRole('alert').textContent()).toContain('Account 210987654321: AccessDenied.');
    await page.close();
  });

  it('lists roles that azfed does not manage yet, and what is not known of them', async () => {
    const { page } = await open(sample);
    const text = await page
      .getByRole('region', { name: 'Roles that azfed does not manage yet' })
      .textContent();
    expect(text).toContain('The trust narrows (1)');
    expect(text).toContain('azfed adopt --all asks CloudTrail');
    expect(text).toContain('Not known of 1 account, whose roles could not be read: 210987654321');
    await page.close();
  });

  it('says of every connection whose tokens get in, and what is left to do', async () => {
    const { page } = await open(sample);
    const issuers = page.getByRole('region', { name: 'Whose tokens get in' });
    const groups = await issuers.locator('summary').allTextContents();
    expect(groups).toEqual([
      'vstoken alone 1 connection',
      'both issuers 1 connection',
      'not known 1 connection',
    ]);
    await issuers.getByText('vstoken alone').click();
    expect(await issuers.getByText('on 2027-07-01').isVisible()).toBe(true);
    expect(await issuers.getByRole('link').first().isVisible()).toBe(true);
    await page.close();
  });

  it('is whole when it is printed', async () => {
    const many = Array.from({ length: 150 }, (_, number) => reportedConnection(number));
    const { page } = await open(buildReport(many, { runs: [runRecord()] }));
    await page.emulateMedia({ media: 'print' });
    expect(await page.getByRole('searchbox').isVisible()).toBe(false);
    expect(await page.getByRole('cell', { name: 'the service' }).first().isVisible()).toBe(true);
    expect(await page.getByRole('link', { name: 'Project 1 / aws-149' }).isVisible()).toBe(true);
    await page.close();
  });

  it('holds twenty thousand connections in at most 6 MB, of which those near the screen are drawn', async () => {
    const report = buildReportWorld(reportWorlds.huge);
    expect(reportPage(report, assets).length).toBeLessThan(6_000_000);
    const { page, complaints } = await open(report);
    expect(await page.getByRole('status').first().textContent()).toBe('20,000 connections');
    expect(await listRows(page).count()).toBeLessThan(200);
    const list = page.getByRole('table', { name: 'Connections' });
    expect(await list.getAttribute('aria-rowcount')).toBe('20001');
    await page.evaluate(
      "document.getElementById('findings').scrollIntoView({ behavior: 'instant', block: 'end' })",
    );
    const last = list.locator('[aria-rowindex="20001"]');
    await last.waitFor();
    expect(await last.textContent()).toContain('ok');
    await page.getByRole('searchbox').fill('aws-sandbox-19999');
    expect(await listRows(page).count()).toBe(2);
    await listRows(page).nth(1).getByRole('link').click();
    expect(await page.getByRole('dialog').getByRole('heading', { level: 2 }).textContent()).toContain(
      '19999',
    );
    expect(complaints).toEqual([]);
    await page.close();
  });
});
