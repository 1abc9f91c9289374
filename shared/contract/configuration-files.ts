/** Published versions of the configuration, in the bucket of their own. */
export const configurationFiles = {
  prefix: 'configurations/',
  /** Of the number in a key, so that the order of keys is that of numbers. */
  digits: 10,
} as const;
