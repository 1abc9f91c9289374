import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { LocalS3 } from '../../../infra/local/s3/local-s3.ts';
import { startLocalS3 } from '../../../infra/local/s3/local-s3.ts';
import { createS3ConfigurationVersions } from '../../../shared/adapters/s3/s3-configuration-store.ts';
import { metrics } from '../../../shared/contract/metrics.ts';
import type { Handle } from '../../../functions/runtime/start-function.ts';
import { followConfiguration } from '../../../functions/runtime/follow-configuration.ts';
import { followHandle } from '../../../functions/runtime/start-function.ts';
import { parseShippedConfiguration } from '../../../shared/config/shipped-configuration.ts';
import { hashText } from '../../../shared/domain/kernel/digest.ts';
import { PermissionError, TransientError } from '../../../shared/domain/kernel/errors.ts';
import { organizationId } from '../../builders/domain-ids.ts';
import { createMemoryTelemetry } from '../../doubles/memory-telemetry.ts';
import { createVirtualClock } from '../../builders/virtual-clock.ts';

const makeText = (name: string) =>
  JSON.stringify({
    version: 1,
    organizations: [{ name, id: organizationId(1), credential: { type: 'pat', env: 'AZFED_PAT' } }],
  });
const deployedText = makeText('deployed');
const deployed = {
  configuration: parseShippedConfiguration(deployedText),
  origin: { version: 0, sha256: hashText(deployedText) },
};
const context = { awsRequestId: 'r' } as never;

const BUCKET = 'azfed-configuration';
const keys = { accessKeyId: 'AK', secretAccessKey: 'SK' };
let s3: LocalS3;
beforeEach(async () => {
  s3 = await startLocalS3({ keys: [keys] });
  s3.createBucket(BUCKET);
});
afterEach(() => s3.close());

function put(version: number, text: string, fields: object = {}): void {
  const published = {
    format: 1,
    version,
    text,
    sha256: hashText(text),
    by: 'ana',
    at: '2026-11-22T08:00:00Z',
  };
  const key = `configurations/${String(version).padStart(10, '0')}.json`;
  s3.put(BUCKET, key, JSON.stringify({ ...published, ...fields }));
}

/** A function that answers with the name of its organization. */
function setScene(options: { readonly maxAgeMs?: number } = {}) {
  const telemetry = createMemoryTelemetry();
  const clock = createVirtualClock();
  const client = new DynamoDBClient({ region: 'us-east-1', credentials: keys });
  const versions = createS3ConfigurationVersions({ bucket: BUCKET, client, clock, endpoint: s3.url });
  const follow = followConfiguration({ deployed, versions, telemetry, clock, ...options });
  const builds: number[] = [];
  let handle: Handle<undefined, string | undefined> | undefined;
  const start = () =>
    followHandle<undefined, string | undefined>(
      follow,
      ({ configuration, origin }) => {
        builds.push(origin.version);
        return Promise.resolve(() => Promise.resolve(configuration.organizations[0]?.name));
      },
      telemetry,
    );
  return {
    telemetry,
    clock,
    builds,
    start,
    call: async () => {
      handle ??= await start();
      return handle(undefined, context);
    },
  };
}

const failTimes = (times: number) => {
  s3.failNext(...Array.from({ length: times }, () => 'drop' as const));
};

describe('a function that follows the published configuration', () => {
  it('works with the deployed one while nothing is published', async () => {
    const { call, builds } = setScene();
    expect([await call(), await call()]).toEqual(['deployed', 'deployed']);
    expect(builds).toEqual([0]);
  });

  it('takes a new version at its next invocation, and is built once for it', async () => {
    put(1, makeText('one'));
    const { call, builds } = setScene();
    expect(await call()).toBe('one');
    put(2, makeText('two'));
    expect([await call(), await call()]).toEqual(['two', 'two']);
    expect(builds).toEqual([1, 2]);
  });

  it.each([
    ['is no JSON', '{', {}],
    ['is invalid', '{"version":2}', {}],
    ['is another text than was published', makeText('two'), { sha256: 'f'.repeat(64) }],
  ])('goes on with the last good version where the newest %s, and counts it', async (_what, text, fields) => {
    put(1, makeText('one'));
    put(2, text, fields);
    const { call, telemetry } = setScene();
    expect(await call()).toBe('one');
    expect(telemetry.total(metrics.configurationsRefused)).toBeGreaterThan(0);
    put(3, makeText('three'));
    expect(await call()).toBe('three');
  });

  it('works with the deployed one where no version can be used', async () => {
    put(1, '{');
    expect(await setScene().call()).toBe('deployed');
  });

  it('does not start where it cannot know what is published', async () => {
    put(1, makeText('one'));
    failTimes(3);
    await expect(setScene().start()).rejects.toBeInstanceOf(TransientError);
    s3.failNext({ code: 'AccessDenied', status: 403 });
    await expect(setScene().start()).rejects.toBeInstanceOf(PermissionError);
  });

  it('neither starts on nor changes to an older version where S3 lists a newer one and does not give it', async () => {
    put(1, makeText('one'));
    put(2, makeText('two'));
    const { call, start } = setScene();
    s3.failNext('pass');
    failTimes(3);
    await expect(start()).rejects.toBeInstanceOf(TransientError);
    expect(await call()).toBe('two');
    put(3, makeText('three'));
    s3.failNext('pass');
    failTimes(3);
    expect([await call(), await call()]).toEqual(['two', 'three']);
  });

  it('keeps the one in force while S3 cannot be reached', async () => {
    put(1, makeText('one'));
    const { call } = setScene();
    await call();
    put(2, makeText('two'));
    failTimes(3);
    expect(await call()).toBe('one');
    expect(await call()).toBe('two');
  });

  it('looks no more often than it has to', async () => {
    put(1, makeText('one'));
    const { call, clock } = setScene({ maxAgeMs: 60_000 });
    await call();
    put(2, makeText('two'));
    clock.advance(59_999);
    expect(await call()).toBe('one');
    clock.advance(1);
    expect(await call()).toBe('two');
  });
});
