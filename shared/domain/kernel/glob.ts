/**
 * Whether the text matches a pattern in which `*` stands for any characters and `?` for one. Case-sensitive.
 * Runs in time linear in pattern x text: it goes back to the last `*` only.
 */
export function matchesPattern(pattern: string, text: string): boolean {
  let p = 0;
  let star = -1;
  let resume = 0;
  for (let t = 0; t < text.length;) {
    if (pattern[p] === '*') {
      star = p++;
      resume = t;
    } else if (pattern[p] === '?' || pattern[p] === text[t]) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++resume;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(p));
}

/** Whether some text matches both patterns. */
export function patternsMeet(one: string, other: string): boolean {
  // meets[b]: the rest of `one` from the place at hand and the rest of `other` from b have a text in common.
  let meets: readonly boolean[] = [];
  for (let a = one.length; a >= 0; a--) {
    const row: boolean[] = [];
    for (let b = other.length; b >= 0; b--) {
      const isWild = one[a] === '*' || other[b] === '*';
      const isEnd = a === one.length && b === other.length;
      row[b] =
        isEnd ||
        (isWild
          ? isTrue(meets[b]) || isTrue(row[b + 1])
          : isTrue(meets[b + 1]) && isSameLetter(one[a], other[b]));
    }
    meets = row;
  }
  return isTrue(meets[0]);
}

const isTrue = (value: boolean | undefined): boolean => value === true;

const isSameLetter = (x: string | undefined, y: string | undefined): boolean =>
  x !== undefined && y !== undefined && (x === y || x === '?' || y === '?');
