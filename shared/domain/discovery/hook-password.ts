import { createHash, timingSafeEqual } from 'node:crypto';

/** What service hooks of Azure DevOps may send. Two of them while a rotation is under way. */
export interface HookPasswords {
  readonly current: string;
  readonly previous?: string;
}

/**
 * Takes the same time for every wrong password, so that nobody can guess one piece by piece. Digests are compared:
 * `timingSafeEqual` throws for texts of different lengths, and a length is a piece too.
 */
export function isHookPassword(given: string, { current, previous = current }: HookPasswords): boolean {
  const digest = sha256(given);
  const isCurrent = timingSafeEqual(digest, sha256(current));
  const isPrevious = timingSafeEqual(digest, sha256(previous));
  return isCurrent || isPrevious;
}

/** The password of HTTP basic authentication (RFC 7617); whatever the user name. `undefined` when there is none. */
export function readPassword(authorization: string | undefined): string | undefined {
  const encoded = /^basic +([a-z0-9+/]+={0,2})$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const pair = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return colon === -1 ? undefined : pair.slice(colon + 1);
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
