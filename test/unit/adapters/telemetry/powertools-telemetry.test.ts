import { createPowertoolsTelemetry } from '../../../../shared/adapters/telemetry/powertools-telemetry.ts';
import { withoutSecrets } from '../../../../shared/config/url-rules.ts';
import { metrics } from '../../../../shared/contract/metrics.ts';
import { UpstreamError } from '../../../../shared/domain/kernel/errors.ts';
import { findActive, hostileTexts } from '../../../builders/hostile.ts';
import type { Telemetry } from '../../../../shared/ports/clock.ts';

/** The lines that reach the log. */
function captureLines(report: (telemetry: Telemetry) => void): readonly Readonly<Record<string, unknown>>[] {
  const written: string[] = [];
  const take = (chunk: string | Uint8Array) => {
    written.push(String(chunk));
    return true;
  };
  const spies = [process.stdout, process.stderr].map((stream) =>
    jest.spyOn(stream, 'write').mockImplementation(take),
  );
  try {
    report(createPowertoolsTelemetry({ service: 'hook', namespace: 'azfed', redact: withoutSecrets }));
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return written
    .join('')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('telemetry', () => {
  it('logs constant messages with fields, and no field that has no value', () => {
    const [line] = captureLines((telemetry) => {
      telemetry.info('A hook was queued.', { organizationId: 'o', projectId: undefined, count: 2 });
    });
    expect(line).toMatchObject({
      level: 'INFO',
      service: 'hook',
      message: 'A hook was queued.',
      organizationId: 'o',
      count: 2,
    });
    expect(line).not.toHaveProperty('projectId');
  });

  it('hides what looks like a secret, wherever it stands in a line', () => {
    const token = 'planted0'.repeat(10) + 'abcd';
    const key = 'AKIAPLANTED012345678';
    const lines = captureLines((telemetry) => {
      telemetry.warn(`Message ${token}`, { field: token, list: [`a ${key} b`] });
      telemetry.error(
        'It failed.',
        new UpstreamError('x', `with ${token}`, { cause: new UpstreamError('y', key) }),
      );
    });
    expect(lines).toHaveLength(2);
    expect(lines).toMatchObject([{ field: '(hidden)', list: ['a (hidden) b'] }, { failure: { code: 'x' } }]);
    expect(JSON.stringify(lines)).not.toMatch(/planted/i);
  });

  it.each(Object.entries(hostileTexts))(
    'keeps to one line, and shows what is in it, where a text %s',
    (_does, text) => {
      const [line] = captureLines((telemetry) => {
        telemetry.error('It failed.', new UpstreamError('x', text), { field: text });
      });
      expect(line).toMatchObject({ level: 'ERROR', message: 'It failed.', failure: { code: 'x' } });
      // It is read on screens; no pipeline takes its lines for commands.
      const unseen = findActive(JSON.stringify(line)).filter((one) => one.length <= 2);
      expect(unseen).toStrictEqual([]);
    },
  );

  it('hands over metrics once, by service, and apart where they have another dimension', () => {
    const lines = captureLines((telemetry) => {
      telemetry.add(metrics.hooksQueued);
      telemetry.add(metrics.hooksQueued, 2);
      telemetry.add(metrics.runs, 1, { outcome: 'partial' });
      telemetry.flush();
      telemetry.flush();
    });
    expect(lines).toHaveLength(2);
    expect(lines).toMatchObject([
      { service: 'hook', outcome: 'partial', Passes: 1 },
      { service: 'hook', HooksQueued: [1, 2] },
    ]);
  });
});
