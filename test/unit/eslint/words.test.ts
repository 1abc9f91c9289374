import { Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import config from '../../../eslint.config.mjs';

/** The rule for words in names, and the one for words in comments, as every file of the project has them. */
const rules = Object.fromEntries(
  ['no-restricted-syntax', 'no-warning-comments'].map((name) => [
    name,
    config.map((one) => one.rules?.[name]).find((rule) => rule !== undefined) ?? 'off',
  ]),
);

const lint = (text: string): readonly (string | null)[] =>
  new Linter({ cwd: '/' })
    .verify(
      text,
      { files: ['**/*.ts'], languageOptions: { parser: tseslint.parser }, rules },
      { filename: '/rule.ts' },
    )
    .map(({ ruleId }) => ruleId);

it.each([
  'const settled = 1;',
  'const isSettled = 1;',
  'const { standing } = row;',
  'read(row.standing);',
  'interface Row { readonly sightings: number }',
  'const tellAll = 1;',
  'function findingsOf() {}',
  'const roleOf = () => 1;',
  'interface Port { listRolesIn(account: string): void }',
])('the name in %s is refused', (text) => {
  expect(lint(text)).toEqual(['no-restricted-syntax']);
});

it.each(['/** Whom it shuts out. */', '// It is settled later.'])('the comment %s is refused', (text) => {
  expect(lint(text)).toEqual(['no-warning-comments']);
});

it.each([
  'const unsettled = 1;',
  'const document = { standing: 1, shutsOut: 2 };',
  'Promise.allSettled([]);',
  'const { standing: status } = row;',
  'function listFindings() {}',
  '// It is outstanding.',
])('%s is allowed', (text) => {
  expect(lint(text)).toEqual([]);
});
