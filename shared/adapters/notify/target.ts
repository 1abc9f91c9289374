import { isAddressLiteral, isGlobalUnicast, isLoopback } from './address.ts';

/** Where a webhook may be sent, and to which addresses its name may resolve. */
export interface Target {
  readonly url: URL;
  isAllowed(address: string): boolean;
}

interface Refusal {
  /** A sentence for a person. */
  readonly refusal: string;
}

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * A webhook's URL is typed by people, and azfed sits where internal services listen. Judged after parsing, because
 * `URL` makes plain addresses of `0x7f.1`, `2130706433` and full-width digits. What a name resolves to is judged when
 * it is connected to.
 */
export function checkTarget(text: string, allowLoopback: boolean | undefined): Target | Refusal {
  if (!URL.canParse(text)) return { refusal: 'The URL cannot be parsed.' };
  const url = new URL(text);
  if (url.username !== '' || url.password !== '')
    return { refusal: 'The URL holds a user name or password.' };
  if (allowLoopback && isPlainLoopback(url)) return { url, isAllowed: isLoopback };
  if (url.protocol !== 'https:') return { refusal: 'The URL is not https.' };
  if (url.port !== '') return { refusal: 'The URL names another port than 443.' };
  if (isAddressLiteral(url.hostname)) return { refusal: 'The URL names an address; a host name is needed.' };
  if (url.hostname.endsWith('.')) return { refusal: 'The host name ends with a dot.' };
  return { url, isAllowed: isGlobalUnicast };
}

function isPlainLoopback({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && loopbackHosts.has(hostname);
}
