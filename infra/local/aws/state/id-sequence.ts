import { createHash } from 'node:crypto';

/** Ids that look drawn by lot, and are the same in every run with the same seed. */
export interface IdSequence {
  /** Upper-case letters and digits 2-7, as in IAM's unique ids. */
  next(prefix: string, length?: number): string;
  nextGuid(): string;
  readonly issued: number;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export function createIdSequence(seed: number, issuedBefore = 0): IdSequence {
  let issued = issuedBefore;
  return {
    next: (prefix, length = 17) => prefix + letters(`${seed}:${issued++}`, length),
    nextGuid: () => guid(`${seed}:${issued++}`),
    get issued() {
      return issued;
    },
  };
}

function letters(text: string, length: number): string {
  const bytes = createHash('sha512').update(text).digest();
  return Array.from(bytes.subarray(0, length), (byte) => alphabet[byte % 32]).join('');
}

function guid(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return parts.join('-');
}
