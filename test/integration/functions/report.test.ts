import type { ReportDocument } from '../../../shared/application/reporting/report-document.ts';
import { metrics } from '../../../shared/contract/metrics.ts';
import { reportFiles } from '../../../shared/contract/report-files.ts';
import { buildPageAssets } from '../../../shared/report-page/build-assets.ts';
import type { ServiceStage } from '../../builders/service-stage.ts';
import { setServiceStage } from '../../builders/service-stage.ts';
import { MINUTE_MS } from '../../builders/stage.ts';
import { ADMINISTRATOR, createTampering } from '../../builders/tampering.ts';

let stage: ServiceStage;
beforeEach(async () => {
  stage = await setServiceStage({ connections: { 'Shop/a': 'role-a', 'Pay/b': 'role-b' } });
});
afterEach(() => stage.close());

const object = (key: string) => stage.cloud.s3.object(stage.service.reportBucket, key);
const document = () => JSON.parse(object(reportFiles.document)?.text ?? '{}') as ReportDocument;
const puts = () => stage.cloud.s3.requests.filter(({ method }) => method === 'PUT').length;

/** What was asked for a minute ago is worked off. */
async function reported(): Promise<void> {
  stage.clock.advance(MINUTE_MS);
  await stage.drain();
}

/** Everything was made, long enough ago to be converged, and is in the report. */
async function federated(): Promise<void> {
  await stage.letWrite();
  await stage.tick();
  await reported();
  stage.clock.advance(15 * MINUTE_MS);
}

const repaired = (events: ReportDocument['events']) =>
  events.filter(({ type }) => type === 'connection.repaired.v1');

describe('the report function', () => {
  it('writes the page and the document after a run that put a drift right, and both show it', async () => {
    await federated();
    expect(repaired(document().events)).toEqual([]);
    await createTampering(stage.console).attach('role-a', ADMINISTRATOR);
    await stage.drain();
    await reported();
    expect(document().connections).toMatchObject([
      { connection: 'Pay / b', state: 'converged' },
      { connection: 'Shop / a', state: 'converged' },
    ]);
    expect(repaired(document().events)).toMatchObject([
      { connectionId: stage.id('Shop/a'), by: 'arn:aws:iam::123456789012:user/admin', done: 'done' },
    ]);
    const page = object(reportFiles.page);
    expect(page?.headers).toEqual({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
    });
    expect(page?.text).toContain(JSON.stringify(document()).replaceAll('<', '\\u003c'));
    expect(page?.text).toContain(`<script>${buildPageAssets().script}</script>`);
  });

  it('writes one report for all that a schedule has changed, and nothing else', async () => {
    await stage.letWrite();
    await stage.tick();
    const [table, trail] = [await stage.tableItems(), stage.cloud.aws.events.length];
    await reported();
    expect(puts()).toBe(2);
    expect(await stage.tableItems()).toEqual(table);
    expect(stage.cloud.aws.events).toHaveLength(trail);
  });

  it('writes none after runs that found nothing to do', async () => {
    await federated();
    const before = puts();
    await stage.tick();
    await reported();
    expect(stage.counted(metrics.runs, 'outcome')).toMatchObject({ converged: 1 });
    expect(puts()).toBe(before);
  });

  it('writes what it has seen and says on the page what could not be read', async () => {
    await stage.letWrite();
    await stage.service.schedule();
    stage.clock.advance(31_000);
    await stage.service.processBatch();
    stage.cloud.aws.faults.next({ operation: 'ListRoles' }, 'accessDenied', Infinity);
    await reported();
    stage.cloud.aws.faults.clear();
    expect(document().unread).toEqual([expect.stringContaining('iam:ListRoles')]);
    expect(object(reportFiles.page)?.text).toContain('iam:ListRoles');
    expect(stage.telemetry.lines).toContainEqual(
      expect.objectContaining({ level: 'warn', message: expect.stringContaining('not complete') as string }),
    );
  });

  it('comes back by its queue when the bucket refuses the report, and leaves the last one there until then', async () => {
    await federated();
    await createTampering(stage.console).attach('role-a', ADMINISTRATOR);
    await stage.service.notify();
    stage.clock.advance(31_000);
    await stage.service.processBatch();
    // The look for a published configuration, and the report.
    const refused = { code: 'AccessDenied', status: 403 };
    stage.cloud.s3.failNext(refused, refused);
    stage.clock.advance(MINUTE_MS);
    await stage.service.processBatch();
    expect(repaired(document().events)).toEqual([]);
    expect(stage.service.queues.report.messages()).toHaveLength(1);
    expect(stage.telemetry.lines).toContainEqual(
      expect.objectContaining({ level: 'error', message: 'A message was not worked off.' }),
    );
    await reported();
    expect(repaired(document().events)).toHaveLength(1);
    expect(stage.service.queues.report.messages()).toEqual([]);
  });

  it('gives a message that is none of ours to the dead letters, and writes nothing', async () => {
    await stage.sendRaw('{"report":"everything"}', 'report', 'report');
    for (let round = 0; round < 6; round += 1) await reported();
    expect(stage.service.queues.reportDead.messages()).toHaveLength(1);
    expect(puts()).toBe(0);
  });
});
