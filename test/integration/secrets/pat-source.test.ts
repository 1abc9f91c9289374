import { inspect } from 'node:util';
import type { LocalSecrets } from '../../../infra/local/secrets/local-secrets.ts';
import { startLocalSecrets } from '../../../infra/local/secrets/local-secrets.ts';
import { createPatSource } from '../../../shared/adapters/secrets/pat-source.ts';
import { secretFromEnvironment } from '../../../shared/config/environment.ts';
import { ConfigError } from '../../../shared/domain/kernel/errors.ts';
import { createVirtualClock } from '../../builders/virtual-clock.ts';

const VALUE = 'value-that-nobody-may-see';

describe('the source of personal access tokens', () => {
  let secrets: LocalSecrets;
  const clock = createVirtualClock();

  beforeAll(async () => {
    secrets = await startLocalSecrets();
  });
  afterAll(() => secrets.close());

  function open(local?: Readonly<Record<string, string>>) {
    return createPatSource({
      fromEnvironment: (name) => secretFromEnvironment(name, { AZURE_DEVOPS_PAT: 'of the environment' }),
      clientOptions: {
        endpoint: secrets.url,
        credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
        maxAttempts: 1,
      },
      clock,
      ...(local ? { local } : {}),
    });
  }
  const readToken = (text: string) => open().getToken({ type: 'pat', secret: secrets.put('pat', text) });

  it.each([
    ['alone', VALUE, { token: VALUE }],
    ['alone, with the line end of a file', `${VALUE}\n`, { token: VALUE }],
    ['in a document', `{ "token": "${VALUE}" }`, { token: VALUE }],
    [
      'with its last day, which it does not live to see',
      `{"token":"${VALUE}","expires":"2027-01-31"}`,
      { token: VALUE, expiresAt: Date.parse('2027-01-31T00:00:00Z') },
    ],
    [
      'with its last moment',
      `{"token":"${VALUE}\\n","expires":"2027-01-31T18:30:00+02:00"}`,
      { token: VALUE, expiresAt: Date.parse('2027-01-31T16:30:00Z') },
    ],
  ])('takes a token that is stored %s', async (_how, text, expected) => {
    expect(await readToken(text)).toEqual({ ...expected, usableUntil: clock.now() + 300_000 });
  });

  it.each([
    ['of other keys', `{"username":"me","password":"${VALUE}"}`],
    ['of one key too many', `{"token":"${VALUE}","expired":"2027-01-31"}`],
    ['without a token', '{"token":"","expires":"2027-01-31"}'],
    ['with a date as people write it', `{"token":"${VALUE}","expires":"31.01.2027"}`],
    ['with a day that there is not', `{"token":"${VALUE}","expires":"2027-02-30"}`],
    ['with a time of no zone', `{"token":"${VALUE}","expires":"2027-01-31T12:00:00"}`],
    ['that is cut short', `{"token":"${VALUE}"`],
  ])('refuses a document %s, and does not show it', async (_what, text) => {
    const error = await readToken(text).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toMatchObject({ message: expect.stringContaining('"expires": "<date>"') as string });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(VALUE);
  });

  it('knows no end of a token in a variable, and reads it each time', async () => {
    expect(await open().getToken({ type: 'pat', env: 'AZURE_DEVOPS_PAT' })).toEqual({
      token: 'of the environment',
      usableUntil: clock.now(),
    });
  });

  it('prefers what the embedded cloud gave', async () => {
    const source = open({ AZURE_DEVOPS_PAT: 'local' });
    expect(await source.getToken({ type: 'pat', env: 'AZURE_DEVOPS_PAT' })).toMatchObject({ token: 'local' });
  });

  it('names the variable that is missing', async () => {
    await expect(open().getToken({ type: 'pat', env: 'OTHER' })).rejects.toThrow(
      'environment variable OTHER: It is not set.',
    );
  });
});
