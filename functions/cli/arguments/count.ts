import { InvalidArgumentError } from 'commander';

/** A whole number. Throws InvalidArgumentError. */
export function parseCount(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('It must be a whole number, such as 20.');
  return Number(text);
}
