import { ConfigError, ConflictError, PermissionError, TransientError, UpstreamError } from './errors.ts';
import type { Unknown } from './reading.ts';
import { unknown } from './reading.ts';

/** What the outside did, as a reading that came to nothing. Our own bugs are thrown on. */
export function unreadBecause(error: unknown): Unknown {
  if (error instanceof PermissionError) return unknown('access-denied', error.message);
  if (
    error instanceof ConfigError ||
    error instanceof ConflictError ||
    error instanceof TransientError ||
    error instanceof UpstreamError
  )
    return unknown(error.code, error.message);
  throw error;
}
