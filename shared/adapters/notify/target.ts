import ipaddr from 'ipaddr.js';
import { lookup } from 'node:dns/promises';
import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isLoopback } from '../../domain/kernel/loopback.ts';

/** Every address of a host name. Rejects when there is none. */
export type ResolveHost = (hostname: string) => Promise<readonly LookupAddress[]>;

/** The name resolves to somewhere webhooks must not go. */
export class ForbiddenAddressError extends Error {
  override readonly name = 'ForbiddenAddressError';
}

export const resolveHost: ResolveHost = (hostname) => lookup(hostname, { all: true });

/**
 * A lookup for the socket itself: the addresses that were judged are the ones connected to, so a name that resolves
 * differently the next time gains nothing. One forbidden address among good ones refuses them all.
 */
export function checkedLookup(resolve: ResolveHost, isAllowed: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    judgedAddresses(resolve, isAllowed, hostname).then(
      ({ first, all }) => {
        if (options.all) callback(null, [...all]);
        else callback(null, first.address, first.family);
      },
      (error: unknown) => {
        callback(error instanceof Error ? error : new Error(String(error)), '');
      },
    );
  };
}

async function judgedAddresses(
  resolve: ResolveHost,
  isAllowed: (address: string) => boolean,
  hostname: string,
): Promise<{ readonly first: LookupAddress; readonly all: readonly LookupAddress[] }> {
  const all = await resolve(hostname);
  const forbidden = all.find(({ address }) => !isAllowed(address));
  if (forbidden)
    throw new ForbiddenAddressError(`The host resolves to ${forbidden.address}, where no webhook may go.`);
  const [first] = all;
  if (!first) throw new ForbiddenAddressError('The host resolves to no address.');
  return { first, all };
}

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

function isLoopbackAddress(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.parse(address).range() === 'loopback';
}

/** `hostname` as `URL` has it: an IPv6 address is in brackets. */
const isAddressLiteral = (hostname: string): boolean => hostname.startsWith('[') || ipaddr.isValid(hostname);

/** Where a webhook may be sent, and to which addresses its name may resolve. */
export interface WebhookTarget {
  readonly url: URL;
  isAllowed(address: string): boolean;
}

interface Refusal {
  /** A sentence for a person. */
  readonly refusal: string;
}

/**
 * A webhook's URL is typed by people, and azfed sits where internal services listen. Judged after parsing, because
 * `URL` makes plain addresses of `0x7f.1`, `2130706433` and full-width digits. What a name resolves to is judged when
 * it is connected to.
 */
export function checkTarget(text: string, allowLoopback: boolean | undefined): WebhookTarget | Refusal {
  if (!URL.canParse(text)) return { refusal: 'The URL cannot be parsed.' };
  const url = new URL(text);
  if (url.username !== '' || url.password !== '')
    return { refusal: 'The URL holds a user name or password.' };
  if (allowLoopback && isPlainLoopback(url)) return { url, isAllowed: isLoopbackAddress };
  if (url.protocol !== 'https:') return { refusal: 'The URL is not https.' };
  if (url.port !== '') return { refusal: 'The URL names another port than 443.' };
  if (isAddressLiteral(url.hostname)) return { refusal: 'The URL names an address; a host name is needed.' };
  if (url.hostname.endsWith('.')) return { refusal: 'The host name ends with a dot.' };
  return { url, isAllowed: isGlobalUnicast };
}

const isPlainLoopback = (url: URL) => url.protocol === 'http:' && isLoopback(url);
