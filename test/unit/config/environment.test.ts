import { ConfigError } from '../../../shared/domain/kernel/errors.ts';
import { formerKey, readEnvironment, secretFromEnvironment } from '../../../shared/config/environment.ts';

describe('the environment', () => {
  it('has defaults for everything', () => {
    expect(readEnvironment({})).toEqual({
      table: undefined,
      configuration: 'federation.yaml',
      isPlain: false,
      isDumb: false,
      isUnattended: false,
      allowance: { loopback: false, hookHosts: [] },
    });
  });

  it('is taken as it is set', () => {
    const env = { AZFED_TABLE: 'other.table', AZFED_CONFIG: 'a/b.yaml', NO_COLOR: '1', CI: 'true' };
    const allowing = { AZFED_ALLOW_LOOPBACK: '1', AZFED_HOOK_HOSTS: 'Hooks.contoso.com, b.example' };
    expect(readEnvironment({ ...env, ...allowing })).toEqual({
      table: 'other.table',
      configuration: 'a/b.yaml',
      isPlain: true,
      isDumb: false,
      isUnattended: true,
      allowance: { loopback: true, hookHosts: ['hooks.contoso.com', 'b.example'] },
    });
  });

  it('takes an empty NO_COLOR for unset, and colours no dumb terminal', () => {
    expect(readEnvironment({ NO_COLOR: '' }).isPlain).toBe(false);
    expect(readEnvironment({ TERM: 'dumb' })).toMatchObject({ isPlain: true, isDumb: true });
    expect(readEnvironment({ TERM: 'xterm-256color' }).isPlain).toBe(false);
  });

  it('tells every variable that is wrong', () => {
    const read = () => readEnvironment({ AZFED_TABLE: 'a b', AZFED_CONFIG: '', AZFED_ALLOW_LOOPBACK: 'yes' });
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(/AZFED_TABLE: .*\n.*AZFED_ALLOW_LOOPBACK: .*\n.*AZFED_CONFIG: /);
  });
});

describe('a secret from the environment', () => {
  it('comes without the line end that files bring along', () => {
    expect(secretFromEnvironment('TOKEN', { TOKEN: 'abc\n' })).toBe('abc');
  });

  it.each([
    ['unset', {}, /environment variable TOKEN: It is not set/],
    ['empty', { TOKEN: '' }, /environment variable TOKEN: It is empty/],
    ['blank', { TOKEN: '  ' }, /environment variable TOKEN: It is empty/],
  ])('is missed when %s', (_what, env: Record<string, string>, message) => {
    expect(() => secretFromEnvironment('TOKEN', env)).toThrow(ConfigError);
    expect(() => secretFromEnvironment('TOKEN', env)).toThrow(message);
  });
});

describe('the key that a connection gets back', () => {
  const given = {
    AZFED_UNDO_ACCESS_KEY_ID: ' AKIAIOSFODNN7EXAMPLE',
    AZFED_UNDO_SECRET_ACCESS_KEY: 'planted ',
  };

  it('is taken without the blanks around it', () => {
    const key = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'planted' };
    expect(formerKey(given)).toEqual(key);
  });

  it('is whole, or nothing; no message holds what is there', () => {
    const half = () => formerKey({ ...given, AZFED_UNDO_ACCESS_KEY_ID: ' ' });
    expect(half).toThrow('AZFED_UNDO_ACCESS_KEY_ID');
    expect(half).not.toThrow('planted');
  });
});
