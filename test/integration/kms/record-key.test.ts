import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { LocalAws } from '../../../infra/local/aws/local-aws.ts';
import { startLocalAws } from '../../../infra/local/aws/local-aws.ts';
import { HUB_ACCOUNT } from '../../../infra/local/aws/state/accounts.ts';
import { recordKeyOption } from '../../../shared/adapters/kms/record-key.ts';
import { recordKeyArn } from '../../../shared/config/environment.ts';
import { createVirtualClock } from '../../builders/virtual-clock.ts';

const arn = (account = HUB_ACCOUNT, key = 'one') => `arn:aws:kms:us-east-1:${account}:key/${key}`;
const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x' };

function openKey(endpoint: string, keyArn: string, keys = credentials) {
  const client = new DynamoDBClient({ region: 'us-east-1', credentials: keys });
  const { recordKey } = recordKeyOption({ keyArn, client, clock: createVirtualClock(), endpoint });
  if (!recordKey) throw new Error('A key is expected.');
  return recordKey;
}

describe('the key that records are signed with', () => {
  let aws: LocalAws;
  beforeAll(async () => {
    aws = await startLocalAws();
  });
  afterAll(() => aws.close());
  const openOwnKey = (keyArn = arn()) => openKey(aws.url, keyArn, aws.hubCredentials);

  it('is asked for once in a process, and is the same in each', async () => {
    aws.resetCounts();
    const recordKey = openOwnKey();
    const [one, two] = await Promise.all([recordKey(), recordKey()]);
    expect(one).toHaveLength(32);
    expect(two).toEqual(one);
    expect(aws.counts()['GenerateMac']).toBe(1);
    expect(await openOwnKey()()).toEqual(one);
    expect(await openOwnKey(arn(HUB_ACCOUNT, 'two'))()).not.toEqual(one);
  });

  it.each<[string, string, typeof credentials | undefined, object]>([
    ['of another account', arn('999999999999'), undefined, { name: 'ConfigError' }],
    ['for who is nobody there', arn(), credentials, { name: 'PermissionError', action: 'kms:GenerateMac' }],
  ])('is not given out %s', async (_what, keyArn, keys, error) => {
    await expect(openKey(aws.url, keyArn, keys ?? aws.hubCredentials)()).rejects.toMatchObject(error);
  });

  it('is left out where none is named', () => {
    const client = new DynamoDBClient({ region: 'us-east-1', credentials });
    expect(recordKeyOption({ keyArn: undefined, client, clock: createVirtualClock() })).toEqual({});
  });
});

describe('where KMS answers oddly', () => {
  const answers: { status: number; text: string }[] = [];
  const server = createServer((_request, response) => {
    const { status, text } = answers.shift() ?? { status: 500, text: '' };
    response.writeHead(status).end(text);
  });
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => new Promise((resolve) => server.close(resolve)));
  const ask = (...next: readonly { status: number; text: string }[]) => {
    answers.splice(0, Infinity, ...next);
    return openKey(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, arn());
  };
  const mac = { status: 200, text: JSON.stringify({ Mac: Buffer.alloc(32, 7).toString('base64') }) };
  const refused = (type: string, status = 400) => ({ status, text: JSON.stringify({ __type: type }) });

  it.each([
    ['of 500', { status: 500, text: 'oops' }],
    ['of being busy', refused('ThrottlingException')],
    ['of a key that is not available', refused('KeyUnavailableException', 500)],
    ['that passes', refused('DependencyTimeoutException', 503)],
  ])('an error %s is tried again', async (_what, answer) => {
    expect(await ask(answer, mac)()).toEqual(Buffer.alloc(32, 7));
  });

  it.each<[string, { status: number; text: string }, object]>([
    ['a key that is no key', { status: 200, text: '{"Mac":"AAAA"}' }, { code: 'kms.unreadable' }],
    ['no JSON', { status: 200, text: '<html>' }, { code: 'kms.unreadable' }],
    ['a disabled key', refused('DisabledException'), { name: 'ConfigError' }],
    ['a key for something else', refused('InvalidKeyUsageException'), { name: 'ConfigError' }],
    ['a refusal', refused('AccessDeniedException'), { action: 'kms:GenerateMac' }],
    ['something unknown', refused('WhatException'), { code: 'kms.refused' }],
  ])('%s is an error, and the next read asks again', async (_what, answer, error) => {
    const recordKey = ask(answer, mac);
    await expect(recordKey()).rejects.toMatchObject(error);
    expect(await recordKey()).toHaveLength(32);
  });
});

it.each([
  ['', undefined],
  [arn(), arn()],
])('AZFED_RECORD_KEY=%s names the key %s', (value, expected) => {
  expect(recordKeyArn({ AZFED_RECORD_KEY: value })).toBe(expected);
});

it('AZFED_RECORD_KEY with an alias or an id is refused', () => {
  for (const value of ['alias/azfed-records', '1234abcd', 'arn:aws:kms:us-east-1:111122223333:alias/x'])
    expect(() => recordKeyArn({ AZFED_RECORD_KEY: value })).toThrow('AZFED_RECORD_KEY');
});
