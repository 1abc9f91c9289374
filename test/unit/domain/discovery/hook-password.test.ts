import { isHookPassword, readPassword } from '../../../../shared/domain/discovery/hook-password.ts';

const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`;

describe('the password of a hook', () => {
  it.each([
    { header: basic('user:secret'), password: 'secret' },
    { header: basic(':secret'), password: 'secret' },
    { header: basic('user:with:colons'), password: 'with:colons' },
    { header: basic('user:grüße'), password: 'grüße' },
    { header: basic('user:secret').replace('Basic', 'bASIC'), password: 'secret' },
    { header: basic('user:'), password: '' },
    { header: basic('no-colon'), password: undefined },
    { header: `${basic('user:secret')}, Basic x`, password: undefined },
    { header: 'Basic', password: undefined },
    { header: '', password: undefined },
    { header: undefined, password: undefined },
  ])('in $header is $password', ({ header, password }) => {
    expect(readPassword(header)).toBe(password);
  });

  it.each([
    { given: 'new', passwords: { current: 'new' }, is: true },
    { given: 'new', passwords: { current: 'new', previous: 'old' }, is: true },
    { given: 'old', passwords: { current: 'new', previous: 'old' }, is: true },
    { given: 'old', passwords: { current: 'new' }, is: false },
    { given: 'ne', passwords: { current: 'new', previous: 'old' }, is: false },
    { given: 'new ', passwords: { current: 'new', previous: 'old' }, is: false },
    { given: '', passwords: { current: 'new', previous: 'old' }, is: false },
  ])('$given against $passwords: $is', ({ given, passwords, is }) => {
    expect(isHookPassword(given, passwords)).toBe(is);
  });
});
