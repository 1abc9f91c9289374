import js from '@eslint/js';
import node from 'eslint-plugin-n';
import tseslint from 'typescript-eslint';
import { typedDecisions } from './eslint/typed-decisions.mjs';

const pureOnly =
  'The domain is pure: take the value as an argument instead (clock, randomness and effects live in adapters).';

/** Words of the column "not" in the glossary (CONTRIBUTING.md). */
const privateWords =
  'told|tells?|tellings?|mends?|wish|wishes|usurp\\w*|strangers?|furnish|desks?|knocks?|footings?|sketch|askers?|handsOff|workOff|settle[sd]?|settlements?|standings?|sights?|sightings?|sighted|shuts?Out';
const capitalized = privateWords.replaceAll(/(^|\|)([a-z])/g, (_, bar, letter) => bar + letter.toUpperCase());
/** A stored attribute, fields of JSON documents, a method of JavaScript. */
const givenNames = ['toldAt', 'shutsOut', 'shutsOutConnections', 'allSettled'];
const noPrivateWords = {
  selector: `Identifier[name!=/^(?:${givenNames.join('|')})$/]:not(Property > .key[name="standing"])[name=/^(?:${privateWords})(?![a-z])|(?:${capitalized})(?![a-z])/]`,
  message: 'Use the word of the glossary in CONTRIBUTING.md: this one is in its column "not".',
};
/** The same in comments, as far as they can only be meant so. */
const privatePhrases = [
  'shut out',
  'shuts out',
  'shutting out',
  'settle',
  'settles',
  'settled',
  'sighting',
  'sightings',
];

const prepositions =
  'Of|In|At|On|To|For|From|By|With|Into|Under|Over|About|Against|Within|Without|Between|Upon|Behind|Beside|Until|Through|Since|After|Before|As|Off|Out|Up|Down|Per|Via|Than|Among|Onto|Around';
const endsInPreposition = `/[a-z](?:${prepositions})$/`;
const verbFirst = 'Name a function by what it does, verb first: not `findingsOf` but `listFindings`.';
const functionNames = [
  `FunctionDeclaration[id.name=${endsInPreposition}]`,
  `VariableDeclarator[init.type=/^(?:ArrowFunction|Function)Expression$/][id.name=${endsInPreposition}]`,
  `:matches(MethodDefinition, TSMethodSignature)[key.name=${endsInPreposition}]`,
  `TSPropertySignature[typeAnnotation.typeAnnotation.type="TSFunctionType"][key.name=${endsInPreposition}]`,
].map((selector) => ({ selector, message: verbFirst }));

const everywhere = [
  ...functionNames,
  { selector: 'ExportDefaultDeclaration', message: 'Export by name: one name for a thing, everywhere.' },
  { selector: 'TSEnumDeclaration', message: 'Use a union of string literals.' },
];

const waitingExpectations = {
  selector: 'CallExpression[callee.name="expect"] > AwaitExpression.arguments',
  message:
    'What was read at once may be from before the last action: `await expect(locator).toHaveText(...)` or `await expect.poll(...)` waits.',
};

const purity = [
  { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: pureOnly },
  { selector: 'AwaitExpression', message: pureOnly },
];

const parsedOnce =
  'Parse text once, where it is read (shared/domain/kernel/README.md lists these edges), and carry the Instant.';
const noTimeText = [
  'CallExpression[callee.object.name="Date"][callee.property.name="parse"]',
  'NewExpression[callee.name="Date"][arguments.length>0]',
].map((selector) => ({ selector, message: parsedOnce }));
/** Where text becomes an instant, as shared/domain/kernel/README.md says. */
const timeEdges = [
  ...['shared/adapters/**', 'shared/config/**', 'functions/cli/**', 'shared/report-page/browser/**'],
  // Events and actors carry the text that receivers get; the list of accounts, the text that documents show.
  ...['delivery/replay', 'discovery/list-accounts', 'intake/receive-iam-change'].map(
    (file) => `shared/application/${file}.ts`,
  ),
];
const domainTimeEdges = [
  'kernel/durations',
  ...['attribution/iam-change', 'verify/role-uses', 'verify/uses'],
  ...['policy/condition-operators', 'policy/policy-grammar', 'configuration/deny-window'],
  ...['notify/delivery', 'plan/drift-cause'],
].map((file) => `shared/domain/${file}.ts`);

const impure = [
  { object: 'Date', property: 'now', message: pureOnly },
  { object: 'Math', property: 'random', message: pureOnly },
];
const oneFormatter = {
  property: 'toISOString',
  message:
    'Times are epoch milliseconds. `formatInstant` and `formatDate` of kernel/durations.ts write them.',
};

export default tseslint.config(
  { ignores: ['node_modules/', 'dist/', 'cdk.out/', 'coverage/', '.azfed/', 'docs/reference/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { n: node, azfed: { rules: { 'typed-decisions': typedDecisions } } },
    rules: {
      complexity: ['error', 10],
      'no-useless-rename': 'error',
      'object-shorthand': ['error', 'properties'],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      eqeqeq: 'error',
      'no-console': 'error',
      'no-warning-comments': ['error', { terms: privatePhrases, location: 'anywhere' }],
      'n/no-process-env': 'error',
      'no-restricted-syntax': ['error', ...everywhere, noPrivateWords],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['functions/**/*.ts', 'shared/**/*.ts'],
    ignores: ['shared/domain/**', ...timeEdges],
    rules: { 'no-restricted-syntax': ['error', ...everywhere, noPrivateWords, ...noTimeText] },
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
      'no-restricted-properties': ['error', ...impure],
      'no-restricted-syntax': ['error', ...everywhere, ...purity, noPrivateWords, ...noTimeText],
    },
  },
  {
    files: domainTimeEdges,
    rules: { 'no-restricted-syntax': ['error', ...everywhere, ...purity, noPrivateWords] },
  },
  {
    files: ['shared/domain/**/*.ts', 'shared/application/**/*.ts', 'functions/**/*.ts'],
    ignores: [
      ...['findings', 'recording', 'notify'].map((room) => `shared/domain/${room}/**`),
      // They have catalogues of their own.
      ...['lint', 'doctor', 'verify'].map((room) => `shared/domain/${room}/**`),
      // It reads what AWS says.
      'shared/domain/kernel/aws-common-errors.ts',
      // Texts, metrics and the story that `azfed local` tells show what was found.
      'functions/cli/output/**',
      'functions/cli/commands/local/story/**',
      'functions/reconcile/run-metrics.ts',
    ],
    rules: { 'azfed/typed-decisions': 'error' },
  },
  {
    files: ['functions/**/*.ts', 'shared/**/*.ts'],
    ignores: ['shared/domain/**'],
    rules: { 'no-restricted-properties': ['error', oneFormatter] },
  },
  {
    files: ['shared/domain/**/*.ts'],
    ignores: ['shared/domain/kernel/durations.ts'],
    rules: { 'no-restricted-properties': ['error', ...impure, oneFormatter] },
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
    files: ['test/browser/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...everywhere, noPrivateWords, waitingExpectations] },
  },
  {
    files: ['**/*.mjs', '**/*.cjs'],
    languageOptions: {
      globals: { __dirname: 'readonly', process: 'readonly', module: 'writable', console: 'readonly' },
    },
  },
);
