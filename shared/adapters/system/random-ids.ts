import { randomBytes } from 'node:crypto';
import type { IdSource } from '../../ports/clock.ts';

const BYTES = 16;

/** 128 random bits, as 32 hexadecimal digits. */
export const randomIds: IdSource = {
  next: () => randomBytes(BYTES).toString('hex'),
};
