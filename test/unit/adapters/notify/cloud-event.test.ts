import { fc } from '../../../builders/fast-check.ts';
import { cloudEventBody } from '../../../../shared/adapters/notify/cloud-event.ts';
import { pendingEvent } from '../../../builders/recorded-items.ts';

const LIMIT = 20_000;

describe('the body of an event', () => {
  it('is a CloudEvent of version 1.0', () => {
    const data = {
      organization: { name: 'contoso', id: '11111111-2222-3333-4444-555555555555' },
      reason: 'Because.',
    };
    const run = { id: 'run-1', trigger: 'schedule' } as const;
    const event = pendingEvent(7, { id: 'evt_x_7', subject: 'org/g/connection/c', run, data });
    expect(JSON.parse(cloudEventBody(event))).toEqual({
      specversion: '1.0',
      id: 'evt_x_7',
      source: '//azfed/contoso',
      type: 'connection.repaired.v1',
      time: '2026-11-22T09:00:00.000Z',
      subject: 'org/g/connection/c',
      datacontenttype: 'application/json',
      data: { ...data, severity: 'low', run },
    });
  });

  it.each([
    {
      subject: 'org/g/connection/c',
      data: { organization: { name: 'Contoso Süd/1' } },
      source: '//azfed/Contoso%20S%C3%BCd%2F1',
    },
    { subject: 'org/1111/connection/c', data: {}, source: '//azfed/1111' },
    { subject: 'org/1111/connection/c', data: { organization: { name: 7 } }, source: '//azfed/1111' },
    { subject: 'account/123456789012/provider/x', data: {}, source: '//azfed/123456789012' },
  ])('has the source $source', ({ subject, data, source }) => {
    expect(JSON.parse(cloudEventBody(pendingEvent(1, { subject, data })))).toMatchObject({ source });
  });

  it('says what was cut, and keeps the rest', () => {
    const small = { organization: { name: 'contoso' }, reason: 'Because.' };
    const drift = [{ kind: 'trust', expected: 'short', actual: 'x'.repeat(30_000) }];
    const body = cloudEventBody(pendingEvent(1, { data: { drift, ...small } }));
    expect(JSON.parse(body)).toMatchObject({
      data: { ...small, drift: [{ kind: 'trust', expected: 'short', actual: '(cut: 30002 bytes)' }] },
    });
  });

  it('is whole just under the limit and cut at it', () => {
    const buildBody = (length: number) =>
      cloudEventBody(pendingEvent(1, { data: { text: 'x'.repeat(length) } }));
    const longest = LIMIT - 1 - buildBody(0).length;
    expect(buildBody(longest)).toHaveLength(LIMIT - 1);
    expect(buildBody(longest + 1).length).toBeLessThan(300);
  });

  it('is valid JSON under 20 kB, whatever the data', () => {
    const large = fc.oneof(
      { depthSize: 'large' },
      fc.string({ unit: 'binary', maxLength: 40 }).map((text) => text.repeat(700)),
      fc.jsonValue({ maxDepth: 4 }),
      fc
        .array(fc.jsonValue({ maxDepth: 1 }), { maxLength: 40 })
        .map((some) => Array.from({ length: 200 }, () => some).flat()),
    );
    const data = fc.dictionary(
      fc.string({ unit: 'binary', maxLength: 10 }).chain((key) => fc.constantFrom(key, key.repeat(400))),
      large,
    );
    let cut = 0;
    fc.assert(
      fc.property(data, (some) => {
        const body = cloudEventBody(pendingEvent(1, { data: some }));
        expect(Buffer.byteLength(body)).toBeLessThan(LIMIT);
        expect(JSON.parse(body)).toMatchObject({ id: 'evt_test_1' });
        if (body.includes('(cut: ')) cut += 1;
      }),
    );
    expect(cut).toBeGreaterThan(0);
  });
});
