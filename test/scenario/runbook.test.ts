import { CONFIGURATION_BUCKET } from '../../functions/cli/commands/local/service/local-functions.ts';
import { countTroubles } from '../../functions/reconcile/run-metrics.ts';
import { runbook } from '../../infra/aws/service/runbook.ts';
import type { RunReport } from '../../shared/application/run/reconcile.ts';
import { finding } from '../../shared/domain/findings/finding.ts';
import { createPowertoolsTelemetry } from '../../shared/adapters/telemetry/powertools-telemetry.ts';
import { withoutSecrets } from '../../shared/config/url-rules.ts';
import { contoso } from '../builders/configuration.ts';
import { parseInsightsQuery, readField } from '../builders/insights.ts';
import { setServiceStage } from '../builders/service-stage.ts';
import { ACCOUNT, required } from '../builders/stage.ts';
import { createTampering } from '../builders/tampering.ts';

type Line = Readonly<Record<string, unknown>>;

/** What a run says that met each of what is counted. */
const troubles = countTroubles({
  results: [],
  plan: {
    findings: [finding('role.disputed', ''), finding('record.unreadable', '')],
    trips: [{ organization: contoso.id, reason: 'drift' }],
  },
} as unknown as RunReport);

/** What the functions log while the work goes on. */
async function captureLog(work: () => Promise<void>): Promise<readonly Line[]> {
  const written: string[] = [];
  const take = (chunk: string | Uint8Array) => {
    written.push(String(chunk));
    return true;
  };
  const spies = [process.stdout, process.stderr].map((stream) =>
    jest.spyOn(stream, 'write').mockImplementation(take),
  );
  try {
    await work();
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return written
    .join('')
    .split('\n')
    .filter((line) => line.startsWith('{') && !line.startsWith('{"_aws"'))
    .map((line) => JSON.parse(line) as Line);
}

describe('the queries of the runbook, over the log of a service that meets', () => {
  let lines: readonly Line[];
  beforeAll(async () => {
    const log = createPowertoolsTelemetry({ service: 'all', namespace: 'azfed', redact: withoutSecrets });
    lines = await captureLog(async () => {
      const stage = await setServiceStage({ connections: { 'Shop/a': 'role-a', 'Pay/b': 'role-b' }, log });
      const { cloud } = stage;
      try {
        await stage.letWrite();
        await stage.tick();
        await createTampering(stage.console).attach('role-a', 'arn:aws:iam::aws:policy/AdministratorAccess');
        await stage.tick();
        cloud.azureDevOps.faults.next({ operation: 'endpoints', project: 'Pay' }, '403', Infinity);
        cloud.aws.faults.next({ operation: 'GetAccountAuthorizationDetails' }, 'accessDenied', Infinity);
        cloud.s3.put(CONFIGURATION_BUCKET, 'configurations/0000000001.json', 'no configuration');
        await stage.tick();
        await stage.sendRaw('no message of azfed', ACCOUNT);
        await stage.drain();
      } finally {
        await stage.close();
      }
    });
  });

  const find = (alarm: string) => {
    const { query = '' } = runbook[alarm] ?? {};
    return lines.filter((line) => parseInsightsQuery(query).matches(line));
  };

  it.each([
    ['accounts-unread', { account: ACCOUNT, reason: 'access-denied', level: 'WARN' }],
    ['account-reading-age', { account: ACCOUNT }],
    ['projects-unread', { reasons: ['forbidden'], reason: 'forbidden' }],
    ['severe-findings', { account: ACCOUNT }],
    ['configuration-refused', { version: 0, refused: '1' }],
    ['no-discovery', {}],
    ['credential', {}],
    ['reconcile-dead-letters', { reason: 'message.unreadable', group: ACCOUNT }],
    ['reconcile-errors', { failure: { name: 'UpstreamError' } }],
    ['oldest-event', {}],
  ])('what %s is about', (alarm, expected) => {
    expect(find(alarm)[0]).toMatchObject(expected);
  });

  it('lines that all have the ids by which they are followed', () => {
    expect(lines.length).toBeGreaterThan(10);
    expect(lines.filter(({ requestId }) => typeof requestId !== 'string')).toEqual([]);
    const ended = lines.filter(({ message }) => message === 'A run has ended.');
    expect(ended.filter(({ runId, account }) => typeof runId !== 'string' || account !== ACCOUNT)).toEqual(
      [],
    );
    // The runs that a discovery has asked for lead back to it.
    const discoveries = new Set(lines.map(({ discoveryId }) => discoveryId));
    expect(ended.some(({ discoveryId }) => discoveryId !== undefined)).toBe(true);
    expect(ended.filter(({ discoveryId }) => !discoveries.has(discoveryId))).toEqual([]);
    const discovered = lines.filter(({ message }) => String(message).startsWith('A discovery has ended'));
    expect(discovered.filter(({ discoveryId }) => typeof discoveryId !== 'string')).toEqual([]);
  });

  it.each(['unreadable-items', 'disputed-roles', 'breakers'])('the line of a run that %s counts', (alarm) => {
    const query = parseInsightsQuery(runbook[alarm]?.query ?? '');
    const ended = required(
      lines.find(({ message }) => message === 'A run has ended.'),
      'line',
    );
    expect([query.matches(ended), query.matches({ ...ended, outcome: 'changed', ...troubles })]).toEqual([
      false,
      true,
    ]);
  });

  it.each(Object.entries(runbook).filter(([alarm]) => alarm !== 'audit-entries-unread'))(
    'fields that lines have: %s',
    (_alarm, { query }) => {
      const isKnown = (field: string) =>
        [...lines, { ...troubles }].some((line) => readField(line, field) !== undefined);
      // The stack is logged of errors of azfed itself, and none happens here.
      const { fields } = parseInsightsQuery(query.replace('filter @type = "REPORT"', 'limit 1'));
      expect(fields.filter((field) => !isKnown(field) && field !== 'failure.stack.0')).toEqual([]);
    },
  );
});
