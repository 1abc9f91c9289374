/** Keys and indexes from the root of the file. */
export type FieldPath = readonly (string | number)[];

/** Something wrong with one field; where it stands in the text is found by its path. */
export interface Complaint {
  readonly path: FieldPath;
  /** Whether the key itself or its value is wrong. */
  readonly at: 'key' | 'value';
  readonly what: string;
  readonly fix: string;
}

/** `grants[0].tags["cost center"]`; empty for the root. */
export function renderPath(path: FieldPath): string {
  return path
    .map((key) => {
      if (typeof key === 'number') return `[${key}]`;
      return /^[\w-]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
    })
    .join('')
    .replace(/^\./, '');
}

/** How a sentence calls the field: by its last key, with the indexes behind it. */
export function nameOf(path: FieldPath): string {
  const last = path.findLastIndex((key) => typeof key === 'string');
  if (path.length === 0) return 'The file';
  const [key, ...indexes] = path.slice(Math.max(last, 0));
  return `\`${key ?? ''}${renderPath(indexes)}\``;
}

/** Of two ways to give a thing, exactly one is given. */
export function checkSource<Key extends string>(
  given: Readonly<Partial<Record<Key, unknown>>>,
  path: FieldPath,
  [one, other]: readonly [Key, Key],
): readonly Complaint[] {
  const count = [one, other].filter((key) => given[key] !== undefined).length;
  if (count === 1) return [];
  const what = `${nameOf(path)} has ${count === 0 ? 'neither' : 'both'} \`${one}\` ${count === 0 ? 'nor' : 'and'} \`${other}\`.`;
  return [{ path, at: 'value', what, fix: 'Give exactly one of the two.' }];
}
