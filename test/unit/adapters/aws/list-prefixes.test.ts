import { fc } from '../../../builders/fast-check.ts';
import { listPrefixes } from '../../../../shared/adapters/aws/role-reads.ts';

describe('the prefixes to list roles under', () => {
  it.each([
    { sentence: 'none for no path', paths: [], pages: 3, prefixes: [] },
    { sentence: 'the only path', paths: ['/a/b/'], pages: 1, prefixes: ['/a/b/'] },
    {
      sentence: 'the top-most path of those that lie in one another',
      paths: ['/a/b/', '/a/', '/a/'],
      pages: 9,
      prefixes: ['/a/'],
    },
    {
      sentence: 'each of several in an account of several pages',
      paths: ['/a/', '/b/'],
      pages: 2,
      prefixes: ['/a/', '/b/'],
    },
    {
      sentence: 'what they have in common in an account of one page',
      paths: ['/x/a/', '/x/b/'],
      pages: 1,
      prefixes: ['/x/'],
    },
    { sentence: 'whole segments only', paths: ['/shop/', '/shopping/'], pages: 1, prefixes: ['/'] },
    {
      sentence: 'everything where nothing is in common',
      paths: ['/a/', '/b/', '/c/'],
      pages: 2,
      prefixes: ['/'],
    },
  ])('are $sentence', ({ paths, pages, prefixes }) => {
    expect(listPrefixes(paths, pages)).toEqual(prefixes);
  });

  it('cover every path, and are no more than the paths or the pages', () => {
    const path = fc
      .array(fc.constantFrom('a', 'b', 'ab'), { maxLength: 4 })
      .map((segments) => segments.map((segment) => `${segment}/`).reduce((all, one) => all + one, '/'));
    fc.assert(
      fc.property(fc.array(path), fc.integer({ min: 1, max: 5 }), (paths, pages) => {
        const prefixes = listPrefixes(paths, pages);
        expect(prefixes.length).toBeLessThanOrEqual(Math.min(paths.length, pages));
        for (const one of paths) expect(prefixes.some((prefix) => one.startsWith(prefix))).toBe(true);
      }),
    );
  });
});
