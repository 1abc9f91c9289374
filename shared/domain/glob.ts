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
