import { reportPage } from '../../shared/report-page/page.ts';
import { startReportServer } from '../../functions/cli/commands/local/local-serve.ts';
import { setStage } from '../builders/stage.ts';
import { runRecord } from '../builders/run-record.ts';
import { buildReport, reportedConnection } from '../builders/report.ts';
import { buildReportWorld, reportWorlds } from '../builders/report-worlds.ts';
import { assets, describeInBrowser, expect, expectAccessible, listRows } from './browser.ts';

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

describeInBrowser('the report page', ({ openPage, openReport }) => {
  it('asks for nothing but itself, and its policy stops nothing of its own', async () => {
    const { page, requests, complaints } = await openReport(sample);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(/^contoso, .*: 4 connections, /);
    await expect(page).toHaveTitle(/^contoso, .*: 4 connections, 1 account, 23 Nov 2026 09:00 UTC$/);
    await expect(listRows(page)).toHaveCount(sample.connections.length);
    expect(requests).toHaveLength(1);
    expect(complaints).toEqual([]);
  });

  it('is the same where `azfed local serve` shows it, under the policy of its headers too', async () => {
    const stage = await setStage({ connections: { 'Shop/a': 'role-a' } });
    await stage.runOnce();
    const server = await startReportServer(stage.ports, stage.configuration());
    const { page, complaints } = await openPage();
    await page.goto(server.url);
    await expect(listRows(page).first()).toContainText('ok');
    expect(complaints).toEqual([]);
    await server.close();
    await stage.close();
  });

  it('shows what the latest runs did, as a drawing and as a table', async () => {
    const { page } = await openReport(sample);
    const chart = page.getByRole('region', { name: 'Changes by day' });
    const drawing = chart.getByRole('group', { name: '30 days, at most 12 connections in one' });
    await expect(
      drawing.getByRole('link', { name: '22 Nov 2026: 1 repaired, 9 created, 2 held' }),
    ).toBeVisible();
    await expect(drawing.getByText('23 Nov', { exact: true })).toBeVisible();
    const list = chart.getByRole('list', { name: 'Connections by what was done, in 3 runs' });
    await expect(list.getByRole('listitem')).toHaveText(['3 repaired', '9 created', '2 held', '1 failed']);
    await chart.getByText('Run by run, as a table').click();
    const rows = chart.getByRole('table').getByRole('row');
    await expect(rows.first().getByRole('columnheader')).toContainText([
      ...['When (UTC)', 'In order', 'Drifted', 'Repaired', 'Failed'],
    ]);
    await expect(rows.nth(1).getByRole('cell')).toHaveText([
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
  });

  it('says what there is to do when there is nothing yet', async () => {
    const { page } = await openReport(buildReport([]));
    await expect(page.locator('.verdict')).toHaveText('There is no AWS connection yet.');
    await expect(page.getByText('azfed init')).toBeVisible();
    await expect(page.getByRole('region', { name: 'The federation' })).toHaveCount(0);
    await expect(page.locator('.tiles b')).toHaveText(['-', '0', '0', '0', '0', '0', '-']);
    await expect(page.locator('.tiles').getByText('Last complete run')).toBeVisible();
    await expect(page.getByRole('link', { name: 'Last complete run' })).toHaveCount(0);
    await expect(page).toHaveTitle(/^azfed: 0 connections/);
  });

  it('says so in words when no run has done anything', async () => {
    const { page } = await openReport(buildReport([reportedConnection(1)]));
    const part = page.getByRole('region', { name: 'Changes by day' });
    await expect(part).toContainText('No run has done anything yet');
    await expect(part.getByRole('figure')).toHaveCount(0);
  });

  it('lets in no script but its own', async () => {
    const { page, complaints } = await openReport(sample);
    await page.evaluate(
      `document.body.append(Object.assign(document.createElement('script'), { textContent: "document.title = 'hacked'" }))`,
    );
    await expect(page).not.toHaveTitle('hacked');
    await expect.poll(() => complaints.join()).toContain('Content Security Policy');
  });

  it('shows hostile names as text', async () => {
    const { page, complaints } = await openReport(sample);
    await expect(page).not.toHaveTitle('hacked');
    await expect(page.locator('img')).toHaveCount(0);
    await expect(page.getByText(HOSTILE.replace('\u202e', '\\u{202e}'), { exact: true })).not.toHaveCount(0);
    expect(complaints).toEqual([]);
  });

  it.each([
    ['light', { colorScheme: 'light' }],
    ['dark', { colorScheme: 'dark' }],
    ['narrow', { viewport: { width: 320, height: 640 } }],
  ] as const)('is accessible: %s', async (_name, options) => {
    const { page } = await openReport(sample, '', options);
    await expectAccessible(page);
    await page.goto(`${page.url()}#connection=${drifted.connectionId}`);
    await page.getByRole('dialog').waitFor();
    await expectAccessible(page);
  });

  it('fits a narrow screen', async () => {
    const { page } = await openReport(sample, '', { viewport: { width: 320, height: 640 } });
    await expect.poll(() => page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(320);
  });

  it('opens a connection by its address, with expected and live trust, and by the keyboard', async () => {
    const { page } = await openReport(sample, `#connection=${drifted.connectionId}`);
    const dialog = page.getByRole('dialog');
    await expect(dialog.getByRole('heading', { level: 2 })).toHaveText('Project 0 / aws-7');
    await expect(dialog.getByRole('region', { name: 'Live trust' })).toContainText('"Principal": "*"');
    await expect(dialog.getByRole('region', { name: 'Expected trust' })).toContainText('aws-7');
    await expect(dialog).toContainText('arn:aws:iam::123456789012:user/admin');
    await page.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
    await page.getByRole('link', { name: 'Project 0 / aws-1' }).focus();
    await page.keyboard.press('Enter');
    await expect(dialog.getByRole('heading', { level: 2 })).toHaveText('Project 0 / aws-1');
  });

  it('finds connections by words, and by state', async () => {
    const { page } = await openReport(sample);
    const rows = listRows(page);
    await page.getByRole('searchbox').fill('AWS-7 contoso');
    await expect(rows).toHaveCount(1);
    await expect(page.getByRole('status').first()).toHaveText('1 of 4 connections');
    await page.getByRole('searchbox').fill('');
    await page.getByRole('combobox', { name: 'State', exact: true }).selectOption('closed');
    await expect(rows).toHaveCount(1);
    await expect(rows).toContainText('aws-9');
  });

  it('says first what somebody has changed, and what could not be read', async () => {
    const { page } = await openReport(sample);
    await expect(listRows(page).first()).toContainText('drifted');
    await expect(page.getByRole('alert')).toContainText('Account 210987654321: AccessDenied.');
  });

  it('lists roles that azfed does not manage yet, and what is not known of them', async () => {
    const { page } = await openReport(sample);
    const part = page.getByRole('region', { name: 'Roles that azfed does not manage yet' });
    await expect(part).toContainText('The trust narrows (1)');
    await expect(part).toContainText('azfed adopt --all asks CloudTrail');
    await expect(part).toContainText('Not known of 1 account, whose roles could not be read: 210987654321');
  });

  it('says of every connection whose tokens get in, and what is left to do', async () => {
    const { page } = await openReport(sample);
    const issuers = page.getByRole('region', { name: 'Whose tokens get in' });
    await expect(issuers.locator('summary')).toHaveText([
      'vstoken alone 1 connection',
      'both issuers 1 connection',
      'not known 1 connection',
    ]);
    await issuers.getByText('vstoken alone').click();
    await expect(issuers.getByText('on 2027-07-01')).toBeVisible();
    await expect(issuers.getByRole('link').first()).toBeVisible();
  });

  it('is whole when it is printed', async () => {
    const many = Array.from({ length: 150 }, (_, number) => reportedConnection(number));
    const { page } = await openReport(buildReport(many, { runs: [runRecord()] }));
    await page.emulateMedia({ media: 'print' });
    await expect(page.getByRole('searchbox')).toBeHidden();
    await expect(page.getByRole('cell', { name: 'the service' }).first()).toBeVisible();
    await expect(page.getByRole('link', { name: 'Project 1 / aws-149' })).toBeVisible();
  });

  it('holds twenty thousand connections in at most 6 MB, of which those near the screen are drawn', async () => {
    const report = buildReportWorld(reportWorlds.huge);
    expect(reportPage(report, assets).length).toBeLessThan(6_000_000);
    const { page, complaints } = await openReport(report);
    await expect(page.getByRole('status').first()).toHaveText('20,000 connections');
    await expect.poll(() => listRows(page).count()).toBeLessThan(200);
    const list = page.getByRole('table', { name: 'Connections' });
    await expect(list).toHaveAttribute('aria-rowcount', '20001');
    await page.evaluate(
      "document.getElementById('findings').scrollIntoView({ behavior: 'instant', block: 'end' })",
    );
    const last = list.locator('[aria-rowindex="20001"]');
    await expect(last).toContainText('ok');
    await page.getByRole('searchbox').fill('aws-sandbox-19999');
    await expect(listRows(page)).toHaveCount(1);
    await listRows(page).getByRole('link').click();
    await expect(page.getByRole('dialog').getByRole('heading', { level: 2 })).toContainText('19999');
    expect(complaints).toEqual([]);
  });
});
