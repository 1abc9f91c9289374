import { PermissionError, describeFailure, isDefect } from './errors.ts';
import type { Unknown } from './result.ts';
import { unknown } from './result.ts';

/** What the outside did, as a reading that came to nothing. A bug of azfed escapes. */
export function unreadBecause(error: unknown): Unknown {
  if (isDefect(error)) throw error;
  const { code, message } = describeFailure(error);
  return unknown(error instanceof PermissionError ? 'access-denied' : code, message);
}
