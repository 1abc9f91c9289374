import { fc } from '../../../builders/fast-check.ts';
import { compareMasked, maskText, findMarkedText } from '../../../../shared/domain/verify/task-log.ts';

const words = fc.string({ unit: fc.constantFrom('a', 'b', 'r', '/', ':', ' '), maxLength: 30 });
const secrets = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'r'), minLength: 1, maxLength: 4 }));

it.each([
  ['role/shop-prod/x', ['shop'], 'role/***-prod/x'],
  ['abcd', ['ab', 'cd'], '***'],
  ['ababa', ['aba'], '***'],
  ['a-a', ['a'], '***-***'],
  ['nothing', ['', 'x'], 'nothing'],
])('masks %s with %j as %s', (text, hidden, masked) => {
  expect(maskText(text, hidden)).toBe(masked);
});

describe('a masked text', () => {
  it('always fits what it was, and what follows a marker is found again', () => {
    fc.assert(
      fc.property(words, secrets, (text, hidden) => {
        expect(compareMasked(maskText(text, hidden), text)).not.toBe('different');
      }),
    );
  });

  it('is found after its marker, masked as both are', () => {
    fc.assert(
      fc.property(words, fc.constantFrom('x', 'l', 'as', 'role'), (value, secret) => {
        const marker = 'role assumed via OIDC Token: ';
        expect(findMarkedText(maskText(`${marker}${value}`, [secret]), marker)).toBe(
          maskText(value, [secret]),
        );
      }),
    );
  });

  it.each([
    ['***', 'role assumed: ', undefined],
    ['*** *** ***: x', 'role assumed: ', undefined],
    ['r***: x', 'role assumed: ', undefined],
    ['role ass***: x', 'role assumed: ', 'x'],
    ['another assumed: x', 'role assumed: ', undefined],
  ])('is no line of its words where most of them are masked: %s', (line, marker, rest) => {
    expect(findMarkedText(line, marker)).toBe(rest);
  });

  it.each([
    ['a***', 'a', 'different'],
    ['a***', 'ab', 'masked'],
    ['***', '', 'different'],
    ['a', 'a', 'same'],
    ['***b***', 'abc', 'masked'],
    ['***b***', 'ab', 'different'],
  ])('%s against %s: %s', (logged, expected, said) => {
    expect(compareMasked(logged, expected)).toBe(said);
  });

  it('takes no long time with many masks', () => {
    expect(compareMasked('***a'.repeat(300), 'b'.repeat(2_000))).toBe('different');
  });
});
