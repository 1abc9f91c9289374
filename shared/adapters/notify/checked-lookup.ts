import { lookup } from 'node:dns/promises';
import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';

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
