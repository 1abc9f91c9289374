/** `1 change`, `2 changes`. `nouns`: the plural, where it is not the noun and an s. */
export const counted = (count: number, noun: string, nouns = `${noun}s`): string =>
  `${count} ${count === 1 ? noun : nouns}`;
