import { createHash } from 'node:crypto';

/** The n-th GUID (version 4 in form) of a seed: the same seed plays the same world again. */
export function createGuid(seed: number, index: number): string {
  return deriveGuid(`${seed}:${index}`);
}

/** The same GUID for the same text, always. */
export function deriveGuid(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
