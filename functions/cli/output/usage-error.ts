import { nearestWord } from '../../../shared/config/suggestion.ts';
import { inert } from './sanitize.ts';

/** What commander says of what was typed, as every error is told: where, what, and what to do. `verbs`: as far as they were understood. */
export function usageErrorText(said: string, typed: readonly string[], verbs: string): string {
  const [, what = said, near] = /^(?:error: )?(.*?)(?:\n\((Did you mean .*\?)\))?\n*$/s.exec(said) ?? [];
  const fix = near ?? fixOfChoice(what) ?? `See: azfed ${verbs}${verbs === '' ? '' : ' '}--help`;
  const sentence = `${what.slice(0, 1).toUpperCase()}${what.slice(1)}`;
  return [
    inert(`azfed ${typed.join(' ')}`),
    `  ${inert(/[.?]$/.test(sentence) ? sentence : `${sentence}.`)}`,
    `  ${inert(fix)}`,
    '',
  ].join('\n');
}

/** Commander names the words that are taken, and not which of them was meant. */
function fixOfChoice(what: string): string | undefined {
  const [, typed = '', choices = ''] = /'([^']*)' is invalid.* Allowed choices are (.*)\.$/s.exec(what) ?? [];
  const near = nearestWord(typed, choices.split(', '));
  return near === undefined || near === '' ? undefined : `Did you mean ${near}?`;
}
