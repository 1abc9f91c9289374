import js from '@eslint/js';
import node from 'eslint-plugin-n';
import tseslint from 'typescript-eslint';

const pureOnly =
  'The domain is pure: take the value as an argument instead (clock, randomness and effects live in adapters).';

/** Words of the column "not" in the glossary (CONTRIBUTING.md). `toldAt` is the name of a stored attribute. */
const privateWords =
  'told|tells?|tellings?|mends?|wish|wishes|usurp\\w*|strangers?|furnish|desks?|knocks?|footings?|sketch|askers?|handsOff|workOff';
const capitalized = privateWords.replaceAll(/(^|\|)([a-z])/g, (_, bar, letter) => bar + letter.toUpperCase());
const noPrivateWords = {
  selector: `Identifier[name!="toldAt"][name=/^(?:${privateWords})(?![a-z])|(?:${capitalized})(?![a-z])/]`,
  message: 'Use the word of the glossary in CONTRIBUTING.md: this one is in its column "not".',
};

export default tseslint.config(
  { ignores: ['node_modules/', 'dist/', 'cdk.out/', 'coverage/', '.azfed/', 'docs/reference/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { n: node },
    rules: {
      complexity: ['error', 10],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      eqeqeq: 'error',
      'no-console': 'error',
      'n/no-process-env': 'error',
      'no-restricted-syntax': [
        'error',
        {
          selector: 'ExportDefaultDeclaration',
          message: 'Export by name: one name for a thing, everywhere.',
        },
        { selector: 'TSEnumDeclaration', message: 'Use a union of string literals.' },
        noPrivateWords,
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['shared/domain/**/*.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...['fetch', 'process', 'setTimeout', 'setInterval', 'setImmediate', 'crypto', 'performance'].map(
          (name) => ({ name, message: pureOnly }),
        ),
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: pureOnly },
        { object: 'Math', property: 'random', message: pureOnly },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: pureOnly },
        { selector: 'AwaitExpression', message: pureOnly },
        {
          selector: 'ExportDefaultDeclaration',
          message: 'Export by name: one name for a thing, everywhere.',
        },
        { selector: 'TSEnumDeclaration', message: 'Use a union of string literals.' },
        noPrivateWords,
      ],
    },
  },
  { files: ['shared/config/**/*.ts', 'test/**/*.ts'], rules: { 'n/no-process-env': 'off' } },
  {
    // The names of stored attributes stay: a table of an earlier release is read.
    files: ['shared/adapters/dynamodb/stored-schema.ts', 'test/integration/dynamodb/stored-items.test.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    // A describe block is a list of sentences, not a function with too many lines.
    files: ['test/**/*.ts'],
    rules: { 'max-lines-per-function': 'off' },
  },
  {
    files: ['**/*.mjs', '**/*.cjs'],
    languageOptions: { globals: { process: 'readonly', module: 'writable', console: 'readonly' } },
  },
);
