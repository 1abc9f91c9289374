import { ESLint, Linter } from 'eslint';
import tseslint from 'typescript-eslint';

const eslint = new ESLint();
/** The messages of the rule for syntax that the configuration has for this file. */
async function lint(path: string, text: string): Promise<readonly string[]> {
  const config = (await eslint.calculateConfigForFile(path)) as Linter.Config;
  const rule = config.rules?.['no-restricted-syntax'] ?? 'off';
  return new Linter({ cwd: '/' })
    .verify(
      text,
      {
        files: ['**/*.ts'],
        languageOptions: { parser: tseslint.parser },
        rules: { 'no-restricted-syntax': rule },
      },
      { filename: '/rule.ts' },
    )
    .map(({ message }) => message);
}

describe('text of a time', () => {
  it.each(['Date.parse(item.at);', 'new Date(item.at);'])(
    'is not parsed by %s beyond the edges',
    async (text) => {
      for (const path of [
        'shared/domain/guard/controls.ts',
        'shared/application/run/run.ts',
        'functions/deliver/x.ts',
      ])
        expect(await lint(path, text)).toEqual([
          expect.stringMatching(/^Parse text once, .+ carry the Instant\.$/),
        ]);
    },
  );

  it.each([
    'shared/adapters/dynamodb/stored-fields.ts',
    'shared/config/joint-checks.ts',
    'functions/cli/commands/suspend.ts',
    'shared/domain/verify/uses.ts',
  ])('is parsed in %s, where the other rules hold', async (path) => {
    expect(await lint(path, 'Date.parse(text);')).toEqual([]);
    expect(await lint(path, 'const settled = 1;')).toHaveLength(1);
  });
});
