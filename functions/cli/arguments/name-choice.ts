import { nearestWord } from '../../../shared/config/suggestion.ts';

/** More than these nobody reads. */
const MOST_NAMES = 20;

/** What to type instead of a name that there is not: the nearest one, where it was a slip of the hand; else those that there are. */
export function fixOfName(typed: string, names: readonly string[], listing: string): string {
  const near = nearestWord(typed, names);
  if (near !== undefined) return `Did you mean ${near}?`;
  if (names.length === 0) return `None is known; see ${listing}.`;
  return names.length > MOST_NAMES
    ? `There are ${names.length}; see ${listing}.`
    : `Choose one of: ${names.join(', ')}.`;
}
