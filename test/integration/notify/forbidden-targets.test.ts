import type { LookupAddress } from 'node:dns';
import net from 'node:net';
import { startWebhookReceiver } from '../../../infra/local/webhook-receiver/webhook-receiver.ts';
import type { ResolveHost } from '../../../shared/adapters/notify/target.ts';
import { createWebhookSender } from '../../../shared/adapters/notify/webhook-sender.ts';
import { pendingEvent } from '../../builders/recorded-items.ts';
import { createVirtualClock } from '../../builders/virtual-clock.ts';

const secret = `whsec_${Buffer.alloc(24, 's').toString('base64')}`;
const somewhere = '93.184.216.34';
const makeAddress = (address: string): LookupAddress => ({ address, family: net.isIPv6(address) ? 6 : 4 });

/** Sends one event to the URL; the host resolves to the addresses, `asked` are the names that were looked up. */
async function sendEvent(url: string, resolve: ResolveHost, allowLoopback = false) {
  const asked: string[] = [];
  const sender = createWebhookSender({
    getSecrets: () => Promise.resolve([secret]),
    clock: createVirtualClock(),
    allowLoopback,
    deadlineMs: 60_000,
    resolve: (hostname) => {
      asked.push(hostname);
      return resolve(hostname);
    },
  });
  const outcome = await sender.send(
    { name: 'ops', url, secret: { env: 'S' }, events: ['*'] },
    pendingEvent(1),
  );
  return { outcome, asked };
}

const makeResolver =
  (...addresses: readonly string[]): ResolveHost =>
  () =>
    Promise.resolve(addresses.map(makeAddress));

/**
 * Stands in for the last step out of this machine: a socket that is told to connect looks its host up as node would,
 * notes the port and addresses it would go to, and goes nowhere.
 */
function withoutLeaving(): { readonly destinations: string[]; restore(): void } {
  const connect: unknown = Reflect.get(net.Socket.prototype, 'connect');
  const destinations: string[] = [];
  net.Socket.prototype.connect = function stay(this: net.Socket, ...args: unknown[]): net.Socket {
    const [{ host = '', port, lookup }] = args as [net.TcpSocketConnectOpts];
    lookup?.(host, { all: true }, (error, found) => {
      if (!error && Array.isArray(found))
        destinations.push(...found.map(({ address }) => `${address}:${port}`));
      this.destroy(error ?? new Error('This test stays here.'));
    });
    return this;
  };
  return {
    destinations,
    restore() {
      Reflect.set(net.Socket.prototype, 'connect', connect);
    },
  };
}

describe('over https', () => {
  let machine: ReturnType<typeof withoutLeaving>;
  beforeEach(() => {
    machine = withoutLeaving();
  });
  afterEach(() => {
    machine.restore();
  });

  it.each(['https://hooks.example.com/azfed', 'https://hooks.example.com:443/', 'HTTPS://HOOKS.example.com'])(
    'an event for %s goes to the addresses that were judged',
    async (url) => {
      const { asked } = await sendEvent(url, makeResolver(somewhere, '2606:2800:220:1::1946'));
      expect(asked).toEqual(['hooks.example.com']);
      expect(machine.destinations).toEqual([`${somewhere}:443`, '2606:2800:220:1::1946:443']);
    },
  );

  it.each([
    ['nothing', ''],
    ['no URL', 'hooks.example.com/azfed'],
    ['plain http', 'http://hooks.example.com/'],
    ['another scheme', 'ftp://hooks.example.com/'],
    ['a file', 'file:///etc/passwd'],
    ['another port', 'https://hooks.example.com:8443/'],
    ['the port of http', 'https://hooks.example.com:80/'],
    ['a user name', 'https://somebody@hooks.example.com/'],
    ['a password', 'https://:word@hooks.example.com/'],
    ['a host dressed up as a user name', 'https://hooks.example.com@10.0.0.1/'],
    ['a trailing dot', 'https://hooks.example.com./'],
    ['a public address', `https://${somewhere}/`],
    ['loopback', 'https://127.0.0.1/'],
    ['loopback with a trailing dot', 'https://127.0.0.1./'],
    ['loopback in hexadecimal', 'https://0x7f.1/'],
    ['loopback as one number', 'https://2130706433/'],
    ['loopback in octal', 'https://017700000001/'],
    ['loopback in full-width digits', 'https://１２７.０.０.１/'],
    ['loopback in circled digits', 'https://①②⑦.⓪.⓪.①/'],
    ['loopback, percent-encoded', 'https://%31%32%37.0.0.1/'],
    ['the metadata service', 'https://169.254.169.254/latest/meta-data/'],
    ['IPv6 loopback', 'https://[::1]/'],
    ['a mapped address', 'https://[::ffff:10.0.0.1]/'],
    ['NAT64 of the metadata service', 'https://[64:ff9b::a9fe:a9fe]/'],
  ])('%s is refused before any name is looked up', async (_name, url) => {
    const { outcome, asked } = await sendEvent(url, makeResolver(somewhere));
    expect(outcome).toMatchObject({ outcome: 'refused' });
    expect(asked).toEqual([]);
    expect(machine.destinations).toEqual([]);
  });

  it.each([
    '10.0.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '::1',
    '::ffff:10.0.0.1',
    '::10.0.0.1',
    '64:ff9b::a9fe:a9fe',
    '2002:a9fe:a9fe::1',
    'fd00:ec2::254',
    'fe80::1%eth0',
  ])('a name that resolves to %s is refused, also among public addresses', async (address) => {
    const refusal = {
      outcome: 'refused',
      reason: `The host resolves to ${address}, where no webhook may go.`,
      affectsAll: true,
    };
    for (const addresses of [[address], [somewhere, address]]) {
      const { outcome, asked } = await sendEvent('https://hooks.example.com/', makeResolver(...addresses));
      expect(outcome).toEqual(refusal);
      expect(asked).toEqual(['hooks.example.com']);
    }
    expect(machine.destinations).toEqual([]);
  });

  it.each([
    ['to nothing', makeResolver()],
    ['not at all', () => Promise.reject(Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' }))],
  ])('a name that resolves %s is refused', async (_name, resolve) => {
    const { outcome } = await sendEvent('https://hooks.example.com/', resolve);
    expect(outcome).toMatchObject({ outcome: 'refused' });
    expect(machine.destinations).toEqual([]);
  });

  it('a name that turns inward between two looks is connected to as it was judged, then refused', async () => {
    const answers = [somewhere, '10.0.0.1'];
    const turning = () => Promise.resolve([makeAddress(answers.shift() ?? '10.0.0.1')]);
    const first = await sendEvent('https://hooks.example.com/', turning);
    expect(first.asked).toHaveLength(1);
    expect(machine.destinations).toEqual([`${somewhere}:443`]);
    const second = await sendEvent('https://hooks.example.com/', turning);
    expect(second.outcome).toMatchObject({
      reason: 'The host resolves to 10.0.0.1, where no webhook may go.',
    });
    expect(machine.destinations).toEqual([`${somewhere}:443`]);
  });
});

describe('over http to this machine', () => {
  const taken = { outcome: 'delivered' };
  const refused = (reason: string) => ({ outcome: 'refused', reason, affectsAll: true });

  it.each([
    {
      name: 'is taken where loopback is allowed',
      host: 'localhost',
      allow: true,
      to: '127.0.0.1',
      outcome: taken,
    },
    {
      name: 'is refused where it is not',
      host: 'localhost',
      allow: false,
      to: '127.0.0.1',
      outcome: refused('The URL is not https.'),
    },
    {
      name: 'is refused when localhost is elsewhere',
      host: 'localhost',
      allow: true,
      to: '10.0.0.1',
      outcome: refused('The host resolves to 10.0.0.1, where no webhook may go.'),
    },
    {
      name: 'is refused by another name',
      host: 'hooks.example.com',
      allow: true,
      to: '127.0.0.1',
      outcome: refused('The URL is not https.'),
    },
  ])('an event $name', async ({ host, allow, to, outcome }) => {
    const clock = createVirtualClock();
    const receiver = await startWebhookReceiver({ secrets: [secret], now: () => clock.now() });
    try {
      const url = receiver.url.replace('127.0.0.1', host);
      expect((await sendEvent(url, makeResolver(to), allow)).outcome).toEqual(outcome);
      expect(receiver.received).toHaveLength(outcome === taken ? 1 : 0);
    } finally {
      await receiver.close();
    }
  });
});
