import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createS3ReportStore } from '../../../shared/adapters/s3/s3-report-store.ts';
import {
  createS3Configuration,
  createS3ConfigurationVersions,
} from '../../../shared/adapters/s3/s3-configuration-store.ts';
import { hashText } from '../../../shared/domain/kernel/digest.ts';
import { ConfigError, ConflictError, PermissionError } from '../../../shared/domain/kernel/errors.ts';
import { startLocalS3 } from '../../../infra/local/s3/local-s3.ts';
import type { LocalS3 } from '../../../infra/local/s3/local-s3.ts';
import { createVirtualClock } from '../../builders/virtual-clock.ts';

const NOW = Date.UTC(2026, 10, 22, 8);
const keys = { accessKeyId: 'AK', secretAccessKey: 'SK' };
const report = { page: '<p>Größe</p>', document: '{"a":"Größe"}' };

describe('the embedded S3', () => {
  let s3: LocalS3;
  beforeEach(async () => {
    s3 = await startLocalS3({ keys: [keys], now: () => NOW });
    s3.createBucket('reports');
  });
  afterEach(() => s3.close());

  const makeOptions = (credentials = keys, bucket = 'reports') => ({
    bucket,
    client: new DynamoDBClient({ region: 'eu-central-1', credentials }),
    clock: createVirtualClock(),
    endpoint: s3.url,
  });
  const store = (credentials = keys, bucket = 'reports') =>
    createS3ReportStore(makeOptions(credentials, bucket));
  const read = (key: string) => createS3Configuration({ ...makeOptions(), key }).read();

  it('gives what was put, with the headers that were put with it', async () => {
    await store().put(report);
    expect(await read('report.html')).toBe(report.page);
    expect(await read('report.json')).toBe(report.document);
    expect(s3.object('reports', 'report.html')?.headers).toEqual({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
    });
  });

  it('puts a report in place of the last one', async () => {
    await store().put(report);
    await store().put({ ...report, page: 'new' });
    expect(await read('report.html')).toBe('new');
  });

  it.each([
    ['by a key that it does not know', { accessKeyId: 'XX', secretAccessKey: 'SK' }],
    ['with another secret', { accessKeyId: 'AK', secretAccessKey: 'XX' }],
  ])('refuses what is signed %s, and keeps nothing of it', async (_what, credentials) => {
    await expect(store(credentials).put(report)).rejects.toBeInstanceOf(PermissionError);
    expect(s3.object('reports', 'report.json')).toBeUndefined();
  });

  it('is private: without a signature it neither gives nor takes', async () => {
    await store().put(report);
    const got = await fetch(`${s3.url}/reports/report.html`);
    const put = await fetch(`${s3.url}/reports/report.html`, { method: 'PUT', body: 'mine' });
    expect([got.status, put.status]).toEqual([403, 403]);
    expect(await got.text()).toContain('<Code>AccessDenied</Code>');
    expect(s3.object('reports', 'report.html')?.text).toBe(report.page);
  });

  it.each([
    ['another body', { body: 'mine' }, 'XAmzContentSHA256Mismatch'],
    ['another type', { contentType: 'text/plain' }, 'SignatureDoesNotMatch'],
    ['another object', { path: '/reports/other.html' }, 'SignatureDoesNotMatch'],
    ['a header more', { more: { 'x-amz-acl': 'public-read' } }, 'AccessDenied'],
  ])('takes no signature for %s', async (_what, { body, contentType, path, more }: Altered, code) => {
    await store().put(report);
    const { host: _, ...headers } = Object.fromEntries(
      Object.entries(s3.requests.at(-1)?.headers ?? {}).map(([name, value]) => [name, String(value)]),
    );
    const answer = await fetch(`${s3.url}${path ?? '/reports/report.html'}`, {
      method: 'PUT',
      headers: { ...signHeaders(headers), ...more, ...(contentType && { 'content-type': contentType }) },
      body: body ?? report.page,
    });
    expect(await answer.text()).toContain(`<Code>${code}</Code>`);
    expect(s3.object('reports', 'report.html')?.text).toBe(report.page);
  });

  describe('for published configurations', () => {
    const versions = () => createS3ConfigurationVersions(makeOptions());
    const published = (version: number, by = 'ana') => {
      const text = JSON.stringify({ version: 1, n: version });
      return { version, text, sha256: hashText(text), by, at: '2026-11-22T08:00:00.000Z' };
    };

    it('lists the numbers above one in their order, over pages', async () => {
      for (let version = 1; version <= 1_003; version += 1)
        s3.put('reports', `configurations/${String(version).padStart(10, '0')}.json`, '');
      s3.put('reports', 'configurations/notes.txt', '');
      expect(await versions().list(0)).toEqual(Array.from({ length: 1_003 }, (_, index) => index + 1));
      expect(await versions().list(1_001)).toEqual([1_002, 1_003]);
      expect(await versions().list(1_003)).toEqual([]);
    });

    it('keeps the first of two that publish the same number', async () => {
      await versions().publish(published(1));
      await expect(versions().publish(published(1, 'ben'))).rejects.toBeInstanceOf(ConflictError);
      expect(await versions().read(1)).toEqual(published(1));
    });

    it('publishes no number that no list would show', async () => {
      await versions().publish(published(9_999_999_999));
      await expect(versions().publish(published(10_000_000_000))).rejects.toBeInstanceOf(ConfigError);
      expect(await versions().list(0)).toEqual([9_999_999_999]);
    });

    it('takes a version for its own that it wrote before the answer was lost', async () => {
      await versions().publish(published(1));
      await expect(versions().publish(published(1))).resolves.toBeUndefined();
    });

    it.each([
      ['is no version', '{}'],
      ['is cut short', JSON.stringify({ format: 1, ...published(1) }).slice(0, 40)],
      ['has another text', JSON.stringify({ format: 1, ...published(1), text: '{}' })],
    ])('gives nothing of an object that %s', async (_what, text) => {
      s3.put('reports', 'configurations/0000000001.json', text);
      await expect(versions().read(1)).rejects.toBeInstanceOf(ConfigError);
    });
  });

  it('misses a bucket', async () => {
    const putting = store(keys, 'elsewhere').put(report);
    await expect(putting).rejects.toBeInstanceOf(ConfigError);
    await expect(putting).rejects.toThrow('There is no such bucket.');
  });

  it('has its objects again after a restart', async () => {
    await store().put(report);
    const state = s3.snapshot();
    await s3.close();
    s3 = await startLocalS3({ keys: [keys], state });
    expect(await read('report.html')).toBe(report.page);
  });
});

interface Altered {
  readonly body?: string;
  readonly contentType?: string;
  readonly path?: string;
  readonly more?: Readonly<Record<string, string>>;
}

/** What was signed of a request that came, and the signature; fetch makes the rest anew. */
function signHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const wanted = ['authorization', 'content-type', 'cache-control'];
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => wanted.includes(name) || name.startsWith('x-amz-')),
  );
}
