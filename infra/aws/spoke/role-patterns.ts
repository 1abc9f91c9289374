/** A path that stands for those of several grants, because a policy has no room for each of them. */
export interface WidenedPath {
  /** `/azure-devops/*` */
  readonly pattern: string;
  /** How many paths of grants it stands for. */
  readonly count: number;
}

interface Collapsed {
  readonly patterns: readonly string[];
  readonly widened: readonly WidenedPath[];
}

/** Without those that another one covers anyway. Patterns end with `*` or name one role. */
export function dropCovered(patterns: readonly string[]): readonly string[] {
  const distinct = [...new Set(patterns)];
  const covering = distinct.filter((pattern) => pattern.endsWith('*'));
  return distinct.filter(
    (pattern) => !covering.some((other) => other !== pattern && isCovered(pattern, other)),
  );
}

/**
 * Paths of grants, with common ancestors in the place of paths until they fit; the ancestor that saves most is first. Never
 * the root path, never an ancestor of a role that is protected: one of another kind of grant has other rights. What a grant
 * names role by role stays as it is. Where it does not fit all the same, the last attempt is returned.
 */
export function collapsePatterns(
  exact: readonly string[],
  isProtected: (ancestor: string) => boolean,
  fits: (patterns: readonly string[]) => boolean,
): Collapsed {
  let patterns = dropCovered(exact);
  while (!fits(patterns)) {
    const ancestor = findAncestor(patterns, isProtected);
    if (ancestor === undefined) break;
    patterns = dropCovered([...patterns, ancestor]);
  }
  const widened = patterns
    .filter((pattern) => !exact.includes(pattern))
    .map((pattern) => ({ pattern, count: exact.filter((one) => isCovered(one, pattern)).length }));
  return { patterns, widened };
}

function findAncestor(
  patterns: readonly string[],
  isProtected: (ancestor: string) => boolean,
): string | undefined {
  const counts = new Map<string, number>();
  for (const pattern of patterns) {
    const parent = findParent(pattern);
    if (parent !== undefined) counts.set(parent, (counts.get(parent) ?? 0) + pattern.length);
  }
  const [best] = [...counts]
    .filter(([parent]) => patterns.filter((one) => isCovered(one, parent)).length > 1 && !isProtected(parent))
    .sort(([a, saved], [b, other]) => other - saved || (a < b ? -1 : 1));
  return best?.[0];
}

/** Of `/azure-devops/shop/*`: `/azure-devops/*`. Of a path right below the root, and of a role: none. */
function findParent(pattern: string): string | undefined {
  if (!pattern.endsWith('/*')) return undefined;
  const end = pattern.slice(0, -2).lastIndexOf('/');
  return end > 0 ? `${pattern.slice(0, end)}/*` : undefined;
}

export function isCovered(pattern: string, by: string): boolean {
  return by.endsWith('*') ? pattern.startsWith(by.slice(0, -1)) : pattern === by;
}
