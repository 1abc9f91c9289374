import { fc } from '../builders/fast-check.ts';
import { collapsePatterns, dropCovered, isCovered } from '../../infra/aws/spoke/role-patterns.ts';

const segment = fc.constantFrom('a', 'b', 'ab', 'teams');
const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join('/')}/*`);
const name = fc
  .tuple(fc.array(segment, { maxLength: 3 }), segment)
  .map(([parts, last]) => ['', ...parts, last].join('/'));
const patterns = fc.array(fc.oneof(path, name), { minLength: 1, maxLength: 12 });

it('drops only what another pattern covers', () => {
  fc.assert(
    fc.property(patterns, (list) => {
      const kept = dropCovered(list);
      for (const pattern of list) expect(kept.some((one) => isCovered(pattern, one))).toBe(true);
      for (const one of kept) expect(list).toContain(one);
    }),
  );
});

it('collapses to ancestors that cover every pattern, never to the root, never over what is protected', () => {
  fc.assert(
    fc.property(patterns, fc.array(name, { maxLength: 3 }), fc.nat(6), (list, guarded, most) => {
      const isProtected = (ancestor: string) => guarded.some((role) => isCovered(role, ancestor));
      const { patterns: kept, widened } = collapsePatterns(list, isProtected, ({ length }) => length <= most);
      for (const pattern of list) expect(kept.some((one) => isCovered(pattern, one))).toBe(true);
      for (const one of kept.filter((pattern) => !list.includes(pattern))) {
        expect(one).toMatch(/^\/[^*]+\/\*$/);
        expect(isProtected(one)).toBe(false);
        expect(list.filter((pattern) => isCovered(pattern, one)).length).toBeGreaterThan(1);
        expect(widened.map(({ pattern }) => pattern)).toContain(one);
      }
      // What fits as it is, is not widened.
      if (dropCovered(list).length <= most) expect(widened).toEqual([]);
    }),
  );
});
