import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { fc } from '../builders/fast-check.ts';
import { buildExample } from '../../docs/event-examples.ts';
import { cloudEventBody } from '../../shared/adapters/notify/cloud-event.ts';
import type { EventType } from '../../shared/domain/records/event-catalogue.ts';
import { eventCatalogue } from '../../shared/domain/records/event-catalogue.ts';
import { hostileText } from '../builders/hostile.ts';
import { pendingEvent } from '../builders/recorded-items.ts';
import { checkReceivedEvents, problemOfEvent } from '../builders/told-events.ts';

const types = Object.keys(eventCatalogue) as EventType[];
const ajv = addFormats(new Ajv2020({ strict: true, strictTypes: false, allErrors: true }));

/** As somebody validates who has nothing but the files under docs/. */
function published(type: EventType) {
  const file = join(import.meta.dirname, `../../docs/reference/events/${type}.schema.json`);
  const text = readFileSync(file, 'utf8');
  const { $id } = JSON.parse(text) as { $id: string };
  return ajv.getSchema($id) ?? ajv.compile(JSON.parse(text) as object);
}

type Body = Record<string, unknown> & { data: Record<string, unknown> };
const copyExample = (type: EventType) => structuredClone(buildExample(type)) as Body;

describe.each(types)('the published schema of %s', (type) => {
  it('takes its example', () => {
    const validate = published(type);
    expect(validate(buildExample(type)) ? [] : validate.errors).toEqual([]);
    expect(problemOfEvent(buildExample(type))).toBeUndefined();
  });

  it('takes a field that a later release has added, which we do not', () => {
    const later = copyExample(type);
    later.data['fieldOfLater'] = 1;
    expect(published(type)(later)).toBe(true);
    expect(problemOfEvent(later)).toContain('fieldOfLater');
  });

  it.each(['specversion', 'id', 'source', 'type', 'time', 'subject', 'data'])('misses %s', (field) => {
    const { [field]: _, ...rest } = copyExample(type);
    expect(published(type)(rest)).toBe(false);
  });

  it('misses what is always in its data', () => {
    const { data, ...rest } = copyExample(type);
    const { severity: _, ...others } = data;
    expect(published(type)({ ...rest, data: others })).toBe(false);
  });

  it('is not that of another type', () => {
    const other = types.find((one) => one !== type);
    expect(published(type)({ ...copyExample(type), type: other })).toBe(false);
  });
});

it('an event is as its schema says, however long and hostile what it tells of is', () => {
  const long = fc
    .oneof(fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }), fc.constant(hostileText))
    .map((text) => text.repeat(60));
  const { data } = copyExample('connection.drift-detected.v1');
  const { severity: _, links: __, ...notified } = data;
  fc.assert(
    fc.property(long, fc.integer({ min: 1, max: 10 }), (text, count) => {
      const drift = Array.from({ length: count }, (_one, index) => ({
        path: `${index}${text}`,
        expected: text,
        actual: { [text]: [text] },
      }));
      const run = { id: 'run-1', trigger: 'schedule' } as const;
      const body = cloudEventBody(
        pendingEvent(1, {
          type: 'connection.drift-detected.v1',
          run,
          data: {
            ...notified,
            reason: text,
            connection: { ...(notified['connection'] as object), name: text },
            drift,
          },
        }),
      );
      expect(Buffer.byteLength(body)).toBeLessThan(20_000);
      expect(problemOfEvent(JSON.parse(body))).toBeUndefined();
      const validate = published('connection.drift-detected.v1');
      expect(validate(JSON.parse(body)) ? [] : validate.errors).toEqual([]);
    }),
    { numRuns: 25 },
  );
});

describe('what every test of the whole looks at', () => {
  it('is whether all that was told is as the schemas have it', () => {
    const whole = { body: JSON.stringify(copyExample('connection.repaired.v1')) };
    expect(() => {
      checkReceivedEvents([whole]);
    }).not.toThrow();
    const wrong = copyExample('connection.repaired.v1');
    delete wrong.data['connection'];
    expect(() => {
      checkReceivedEvents([whole, { body: JSON.stringify(wrong) }]);
    }).toThrow('connection.repaired.v1');
    expect(() => {
      checkReceivedEvents([{ body: '{"type":"connection.unheard-of.v1"}' }]);
    }).toThrow('is no event');
  });
});
