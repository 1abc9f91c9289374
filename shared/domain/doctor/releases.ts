/** A part of a deployment with the release that it says it has. */
export interface ReleasedPart {
  /** `command`, `functions`, `account 111122223333`. */
  readonly part: string;
  /** The text `none`: it is of a release that does not say so yet. */
  readonly release: string | { readonly unknown: string };
}

export interface JudgedPart {
  readonly part: string;
  readonly release: string | null;
  readonly state: 'current' | 'lags' | 'unknown';
  /** What was found, where that is not the release itself. */
  readonly note?: string;
}

/**
 * The newest release of all parts is the one to have: what is older lags, whichever part it is. A part that says no release is
 * older than every one that does.
 */
export function judgeReleases(parts: readonly ReleasedPart[]): readonly JudgedPart[] {
  const known = parts.flatMap(({ release }) => (typeof release === 'string' ? parseRelease(release) : []));
  const newest = [...known].sort(compare).at(-1);
  return parts.map(({ part, release }) => {
    if (typeof release !== 'string') return { part, release: null, state: 'unknown', note: release.unknown };
    const [parsed] = parseRelease(release);
    if (release === 'none')
      return { part, release: null, state: 'lags', note: 'It is of a release that does not say which.' };
    if (!parsed) return { part, release, state: 'unknown', note: 'That is no release.' };
    return { part, release, state: newest && compare(parsed, newest) < 0 ? 'lags' : 'current' };
  });
}

type Release = readonly [major: number, minor: number, patch: number, isFinal: number, label: string];

/** By the rules of semver, as far as releases of azfed need them; none where it is no release. */
function parseRelease(text: string): readonly Release[] {
  const [whole, major, minor, patch, label = ''] = /^(\d+)\.(\d+)\.(\d+)(?:-([\w.-]+))?$/.exec(text) ?? [];
  if (whole === undefined) return [];
  return [[Number(major), Number(minor), Number(patch), label === '' ? 1 : 0, label]];
}

function compare(one: Release, other: Release): number {
  const [at] = one.flatMap((value, index) => (value === other[index] ? [] : [index]));
  if (at === undefined) return 0;
  return (one[at] ?? 0) < (other[at] ?? 0) ? -1 : 1;
}
