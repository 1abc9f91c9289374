import ipaddr from 'ipaddr.js';

// IANA has given out nothing else for the public internet (IPv6 Global Unicast Address Assignments). Outside of it lie
// forms that the special ranges do not name, such as the IPv4-compatible `::10.0.0.1`.
const globalUnicast6 = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Whether a packet to the address leaves for the public internet. Not so for every range of the IANA special-purpose
 * registries, also where an IPv4 address is carried inside an IPv6 one (mapped, NAT64, 6to4, Teredo).
 */
export function isGlobalUnicast(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast') return false;
  return parsed instanceof ipaddr.IPv4 || parsed.match(globalUnicast6);
}

export function isLoopback(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.parse(address).range() === 'loopback';
}

/** `hostname` as `URL` has it: an IPv6 address is in brackets. */
export function isAddressLiteral(hostname: string): boolean {
  return hostname.startsWith('[') || ipaddr.isValid(hostname);
}
