import { frozenCopy } from '../../../doubles/frozen-copy.ts';

describe('a frozen copy', () => {
  it('shares nothing with its original', () => {
    const original = { list: [{ name: 'a' }] };
    const copy = frozenCopy(original);
    original.list.push({ name: 'b' });
    expect(copy).toStrictEqual({ list: [{ name: 'a' }] });
  });

  it('cannot be changed at any depth', () => {
    const copy = frozenCopy({ list: [{ name: 'a' }] });
    expect(Reflect.set(copy, 'list', [])).toBe(false);
    expect(Reflect.set(copy.list, 0, { name: 'b' })).toBe(false);
    expect(copy.list.every((element) => Object.isFrozen(element))).toBe(true);
  });

  it('leaves out what is undefined, and keeps null', () => {
    expect(frozenCopy({ gone: undefined, none: null, deep: { gone: undefined } })).toStrictEqual({
      none: null,
      deep: {},
    });
  });
});
