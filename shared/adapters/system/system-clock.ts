import { setTimeout } from 'node:timers/promises';
import { randomBytes } from 'node:crypto';
import type { Clock, IdSource } from '../../ports/clock.ts';

/** The time of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds) => setTimeout(milliseconds),
};

const BYTES = 16;

/** 128 random bits, as 32 hexadecimal digits. */
export const randomIds: IdSource = {
  next: () => randomBytes(BYTES).toString('hex'),
};
