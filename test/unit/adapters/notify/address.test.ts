import { isGlobalUnicast } from '../../../../shared/adapters/notify/target.ts';

describe('an address that webhooks may be sent to', () => {
  it.each([
    '93.184.216.34',
    '8.8.8.8',
    '172.32.0.1',
    '100.128.0.1',
    '2606:2800:220:1::1946',
    '2a00:1450:4001::1',
  ])('%s is on the public internet', (address) => {
    expect(isGlobalUnicast(address)).toBe(true);
  });

  it.each([
    ['this host', '0.0.0.0', '::'],
    ['loopback', '127.0.0.1', '127.255.255.254', '::1'],
    ['private', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fd00:ec2::254', 'fc00::1'],
    ['link-local, where clouds keep credentials', '169.254.169.254', 'fe80::1', 'fe80::1%eth0'],
    ['carrier-grade NAT', '100.64.0.1', '100.127.255.255'],
    ['IETF assignments', '192.0.0.192', '2001::1', '2001:1::1'],
    ['benchmarking', '198.18.0.1', '198.19.255.255', '2001:2::1'],
    ['documentation', '192.0.2.1', '198.51.100.1', '203.0.113.1', '2001:db8::1', '3fff::1'],
    ['multicast', '224.0.0.1', '239.255.255.255', 'ff02::1'],
    ['reserved', '240.0.0.1', '255.255.255.255'],
    ['IPv4-mapped', '::ffff:10.0.0.1', '::ffff:93.184.216.34', '::ffff:a9fe:a9fe'],
    ['IPv4-compatible', '::10.0.0.1', '::7f00:1'],
    ['IPv4-translated', '::ffff:0:10.0.0.1'],
    ['NAT64', '64:ff9b::a9fe:a9fe', '64:ff9b::10.0.0.1', '64:ff9b:1::1'],
    ['6to4', '2002:0a00:0001::1', '2002:a9fe:a9fe::1'],
    ['Teredo', '2001:0:4136:e378::1'],
    ['site-local', 'fec0::1'],
    ['discard-only', '100::1'],
    ['never assigned', '4000::1', '8000::1', 'f000::1'],
    ['no address', '', 'localhost', 'hooks.example.com', '1.2.3.4.5'],
  ])('%s is not', (_range, ...addresses) => {
    expect(addresses.filter(isGlobalUnicast)).toEqual([]);
  });
});
