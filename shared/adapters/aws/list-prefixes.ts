/**
 * The paths to list roles under, so that every path asked for lies on or below one of them: the top-most ones; or what
 * they have in common, when there are more of them than the whole account has pages.
 */
export function listPrefixes(paths: readonly string[], pages: number): readonly string[] {
  const distinct = [...new Set(paths)];
  const top = distinct.filter((path) => !distinct.some((other) => other !== path && path.startsWith(other)));
  return top.length <= pages ? top : [commonAncestor(top)];
}

function commonAncestor(paths: readonly string[]): string {
  const segments = (paths[0] ?? '/').split('/').slice(0, -1);
  const isCommon = (depth: number) =>
    paths.every((path) => path.startsWith(`${segments.slice(0, depth).join('/')}/`));
  const depth = segments.findLastIndex((_segment, index) => isCommon(index + 1)) + 1;
  return `${segments.slice(0, depth).join('/')}/`;
}
