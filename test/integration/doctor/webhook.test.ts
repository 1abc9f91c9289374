import { recordWebhookDisabled } from '../../../shared/domain/guard/controls-recording.ts';
import type { Check } from '../../../shared/domain/doctor/check.ts';
import type { SignedWebhook } from '../../../shared/domain/configuration/configuration.ts';
import type { Patient } from './patient.ts';
import { admit, notified, toFix } from './patient.ts';

describe('azfed doctor, on a webhook', () => {
  let patient: Patient;
  beforeEach(async () => {
    patient = await admit();
  });
  afterEach(() => patient.stage.close());
  const ofWebhook = async (sendsTest = false) =>
    (await patient.examine({ sendsTest })).filter(({ subject }) => subject === 'webhook ops');
  const receiver = () => patient.stage.cloud.receiver;
  const change = (fields: Partial<SignedWebhook>) => {
    const webhooks = patient.stage
      .configuration()
      .webhooks.map((one) => ({ ...(one as SignedWebhook), ...fields }));
    patient.otherwise = { webhooks };
  };

  it('finds nothing to fix where all is well, and sends nothing unasked', async () => {
    const before = receiver().received.length;
    expect((await ofWebhook()).map(notified)).toEqual([
      'ok webhook.address',
      'ok webhook.secret',
      'ok webhook.enabled',
    ]);
    expect(receiver().received).toHaveLength(before);
  });

  it('sends one signed event that tells of nothing when it is asked to', async () => {
    const before = receiver().received.length;
    const answered = (await ofWebhook(true)).at(-1);
    expect(answered).toMatchObject({ code: 'webhook.answers', verdict: 'ok' });
    const [arrived, ...more] = receiver().received.slice(before);
    expect(more).toEqual([]);
    expect(arrived).toMatchObject({ type: 'webhook.test.v1', verified: true });
    expect(JSON.parse(arrived?.body ?? '')).toMatchObject({
      subject: 'deployment',
      data: { webhook: 'ops' },
    });
  });

  it.each([
    [401, /HTTP 401/],
    [302, /redirects are not followed/],
    [410, /wants no more/],
    [503, /HTTP 503/],
    ['drop', /without an answer|request failed/],
  ] as const)('says what the endpoint answers: %s', async (answer, says) => {
    receiver().failNext(answer);
    const ill = toFix(await ofWebhook(true));
    expect(ill.map(notified)).toEqual(['failed webhook.answers']);
    expect(ill[0]?.says).toMatch(says);
    expect(ill[0]?.fix).toContain('another secret');
    expect(toFix(await ofWebhook(true))).toEqual([]);
  });

  const broken: readonly (readonly [string, () => void, string, RegExp])[] = [
    [
      'the secret is not set',
      () => delete patient.secrets['AZFED_WEBHOOK_SECRET'],
      'failed webhook.secret',
      /AZFED_WEBHOOK_SECRET/,
    ],
    [
      'the secret is no signing secret',
      () => (patient.secrets['AZFED_WEBHOOK_SECRET'] = 'guessable'),
      'failed webhook.secret',
      /is not a signing secret/,
    ],
    [
      'the address is inside',
      () => {
        change({ url: 'https://169.254.169.254/latest' });
      },
      'failed webhook.address',
      /names an address/,
    ],
    [
      'the address is not https',
      () => {
        change({ url: 'http://hooks.example.com/azfed' });
      },
      'failed webhook.address',
      /not https/,
    ],
  ];
  it.each(broken)('says so, and nothing else, when %s', async (_what, breaks, turns, says) => {
    expect(toFix(await ofWebhook())).toEqual([]);
    breaks();
    const ill: readonly Check[] = toFix(await ofWebhook());
    expect(ill.map(notified)).toEqual([turns]);
    expect(ill[0]?.says).toMatch(says);
    expect(ill.map(({ says: said, fix = '' }) => said + fix).join()).not.toContain('guessable');
  });

  it('does not blame the receiver where the event could not be signed', async () => {
    delete patient.secrets['AZFED_WEBHOOK_SECRET'];
    expect((await ofWebhook(true)).map(notified)).toEqual([
      'ok webhook.address',
      'failed webhook.secret',
      'ok webhook.enabled',
      'unknown webhook.answers',
    ]);
  });

  it('says that a webhook is left alone, and since when', async () => {
    const { state, clock } = patient.stage.ports;
    const controls = await state.readControls();
    await state.write(recordWebhookDisabled(controls, { name: 'ops', reason: 'HTTP 410' }, clock.now()));
    const ill = toFix(await ofWebhook());
    expect(ill.map(notified)).toEqual(['failed webhook.enabled']);
    expect(ill[0]).toMatchObject({
      says: 'azfed disabled it on 2026-11-22: HTTP 410',
      fix: expect.stringContaining('azfed replay') as string,
    });
  });
});
