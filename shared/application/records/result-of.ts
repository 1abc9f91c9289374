import type { Reading } from '../../domain/kernel/result.ts';
import { complete } from '../../domain/kernel/result.ts';
import { unreadBecause } from '../../domain/kernel/unread.ts';

/** What the outside does becomes `unknown`, so that it hides nothing else. */
export async function readingOf<Value>(read: () => Promise<Value>): Promise<Reading<Value>> {
  try {
    return complete(await read());
  } catch (error) {
    return unreadBecause(error);
  }
}
