import { createWebhookExaminer } from '../../../../shared/adapters/notify/webhook-examiner.ts';
import type { ResolveHost } from '../../../../shared/adapters/notify/target.ts';
import type { Webhook } from '../../../../shared/domain/configuration/configuration.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const webhook: Webhook = {
  name: 'ops',
  url: 'https://hooks.example.com/azfed',
  secret: { env: 'SECRET' },
  events: ['*'],
};
const examineAddress = async (resolve: ResolveHost) =>
  (await createWebhookExaminer({ getSecrets: () => Promise.resolve([SECRET]), resolve }).examine(webhook))
    .address;
const resolving = (...addresses: readonly string[]): ResolveHost => {
  const all = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  return () => Promise.resolve(all);
};
const failing = (code: string): ResolveHost => {
  const error = Object.assign(new Error('getaddrinfo'), { code });
  return () => Promise.reject(error);
};

describe('the address of a webhook', () => {
  it('is where all of its addresses are public', async () => {
    expect(await examineAddress(resolving('93.184.215.14', '2606:2800:21f::1'))).toEqual({
      state: 'complete',
      value: 'hooks.example.com',
    });
  });

  it('is refused when one of them is inside', async () => {
    expect(await examineAddress(resolving('93.184.215.14', '10.0.0.1'))).toMatchObject({
      code: 'refused-address',
      message: 'hooks.example.com resolves to 10.0.0.1, where no webhook may go.',
    });
  });

  it.each([
    ['ENOTFOUND', 'not-found'],
    ['EAI_AGAIN', 'unresolved'],
  ])('is told from one that nobody could be asked about: %s is %s', async (code, expected) => {
    expect(await examineAddress(failing(code))).toMatchObject({ state: 'unknown', code: expected });
  });
});
