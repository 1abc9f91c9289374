import { setTimeout } from 'node:timers/promises';
import { randomBytes } from 'node:crypto';
import type { Clock, IdSource } from '../../ports/clock.ts';

let readShiftMs = () => 0;

/** Sets the clock of this process ahead of that of the machine, as the clock of an embedded cloud is. */
export function shiftSystemClock(read: () => number): void {
  readShiftMs = read;
}

/** The time of this machine, or of the embedded cloud that is worked with. */
export const systemClock: Clock = {
  now: () => Date.now() + readShiftMs(),
  sleep: (milliseconds) => setTimeout(milliseconds),
};

const BYTES = 16;

/** 128 random bits, as 32 hexadecimal digits. */
export const randomIds: IdSource = {
  next: () => randomBytes(BYTES).toString('hex'),
};
