import {
  ConfigError,
  ConflictError,
  PermissionError,
  TransientError,
  UpstreamError,
} from '../domain/errors.ts';
import type { Reading } from '../domain/reading.ts';
import { complete, unknown } from '../domain/reading.ts';

/** What the outside does becomes `unknown`, so that it hides nothing else; our own bugs come out as they are. */
export async function readingOf<Value>(read: () => Promise<Value>): Promise<Reading<Value>> {
  try {
    return complete(await read());
  } catch (error) {
    if (error instanceof PermissionError) return unknown('access-denied', error.message);
    if (error instanceof ConfigError) return unknown('config', error.message);
    if (error instanceof TransientError || error instanceof ConflictError || error instanceof UpstreamError)
      return unknown(error.code, error.message);
    throw error;
  }
}
