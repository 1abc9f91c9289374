/** For an option that may be typed several times: all of its values, in order. */
export const collectRepeated = (value: string, all: readonly string[] = []): readonly string[] => [
  ...all,
  value,
];
