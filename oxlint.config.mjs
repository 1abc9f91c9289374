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

/** What typescript-eslint calls strict and stylistic, as far as no category below has it. */
const strict = [
  ...['array-type', 'ban-ts-comment', 'class-literal-property-style', 'consistent-generic-constructors'],
  ...['consistent-indexed-object-style', 'consistent-type-assertions', 'consistent-type-definitions'],
  ...[
    'adjacent-overload-signatures',
    'consistent-type-imports',
    'dot-notation',
    'no-confusing-void-expression',
  ],
  ...['no-deprecated', 'no-dynamic-delete', 'no-empty-object-type', 'no-explicit-any', 'no-inferrable-types'],
  ...['no-invalid-void-type', 'no-misused-promises', 'no-mixed-enums', 'no-namespace'],
  ...['no-non-null-asserted-nullish-coalescing', 'no-non-null-assertion', 'no-require-imports'],
  ...['no-unnecessary-condition', 'no-unnecessary-type-parameters', 'no-unsafe-argument'],
  ...['no-unsafe-assignment', 'no-unsafe-call', 'no-unsafe-function-type', 'no-unsafe-member-access'],
  ...['no-unsafe-return', 'non-nullable-type-assertion-style', 'only-throw-error', 'prefer-find'],
  ...['prefer-for-of', 'prefer-function-type', 'prefer-includes', 'prefer-literal-enum-member'],
  ...['prefer-nullish-coalescing', 'prefer-optional-chain', 'prefer-promise-reject-errors'],
  ...['prefer-reduce-type-parameter', 'prefer-regexp-exec', 'prefer-return-this-type'],
  ...['prefer-string-starts-ends-with', 'related-getter-setter-pairs', 'require-await', 'return-await'],
  ...['switch-exhaustiveness-check', 'unified-signatures', 'use-unknown-in-catch-callback-variable'],
].map((name) => `typescript/${name}`);
const strictSyntax = [
  ...['no-array-constructor', 'no-case-declarations', 'no-console', 'no-empty', 'no-empty-function'],
  ...['no-fallthrough', 'no-prototype-builtins', 'no-regex-spaces', 'no-useless-assignment', 'no-var'],
  ...['eqeqeq', 'prefer-const', 'prefer-rest-params', 'prefer-spread'],
];
const errors = (names) => Object.fromEntries(names.map((name) => [name, 'error']));

/** The one rule that oxlint takes from ESLint: it has none of its own with selectors. */
const refuse = (...selectors) => ({ 'eslint-js/no-restricted-syntax': ['error', ...selectors] });

/** A later override replaces what an earlier one says of the same rule. */
export default {
  plugins: ['eslint', 'typescript', 'node', 'oxc'],
  jsPlugins: [{ name: 'eslint-js', specifier: 'oxlint-plugin-eslint' }],
  categories: { correctness: 'error', suspicious: 'error' },
  options: { typeAware: true, typeCheck: true },
  ignorePatterns: ['dist/', 'cdk.out/', 'coverage/', '.azfed/', 'docs/reference/'],
  rules: {
    ...errors(strictSyntax),
    'no-console': 'off',
    'no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    // Constructs are added to their scope; the loops wait for what another function changes; an inner name may hide an outer one.
    ...Object.fromEntries(
      ['no-new', 'no-unmodified-loop-condition', 'no-shadow', 'no-underscore-dangle'].map((name) => [
        name,
        'off',
      ]),
    ),
    // Lists of ids are sorted as text; a cast says what a test or an outside answer is known to be.
    ...Object.fromEntries(
      ['consistent-return', 'no-unsafe-type-assertion', 'require-array-sort-compare', 'unbound-method'].map(
        (name) => [`typescript/${name}`, 'off'],
      ),
    ),
  },
  overrides: [
    {
      files: ['**/*.mjs', '**/*.cjs'],
      env: { node: true, es2024: true },
      rules: { 'no-undef': 'error', 'no-empty-function': 'off' },
    },
    {
      files: ['**/*.ts'],
      rules: {
        ...errors(strict),
        'typescript/unbound-method': 'error',
        complexity: ['error', 10],
        'no-console': 'error',
        'no-useless-rename': 'error',
        'object-shorthand': ['error', 'properties'],
        'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
        'no-warning-comments': ['error', { terms: privatePhrases, location: 'anywhere' }],
        'node/no-process-env': 'error',
        'typescript/ban-ts-comment': ['error', { minimumDescriptionLength: 10 }],
        'typescript/restrict-plus-operands': [
          'error',
          {
            allowAny: false,
            allowBoolean: false,
            allowNullish: false,
            allowNumberAndString: false,
            allowRegExp: false,
          },
        ],
        'typescript/restrict-template-expressions': ['error', { allowNumber: true }],
        'typescript/return-await': ['error', 'error-handling-correctness-only'],
        ...refuse(...everywhere, noPrivateWords),
      },
    },
    {
      files: ['functions/**/*.ts', 'shared/**/*.ts'],
      rules: {
        'no-restricted-properties': ['error', oneFormatter],
        ...refuse(...everywhere, noPrivateWords, ...noTimeText),
      },
    },
    { files: timeEdges, rules: refuse(...everywhere, noPrivateWords) },
    {
      files: ['shared/domain/**/*.ts'],
      rules: {
        'no-restricted-globals': [
          'error',
          ...['fetch', 'process', 'setTimeout', 'setInterval', 'setImmediate', 'crypto', 'performance'].map(
            (name) => ({ name, message: pureOnly }),
          ),
        ],
        'no-restricted-properties': ['error', ...impure, oneFormatter],
        ...refuse(...everywhere, ...purity, noPrivateWords, ...noTimeText),
      },
    },
    { files: domainTimeEdges, rules: refuse(...everywhere, ...purity, noPrivateWords) },
    {
      files: ['shared/domain/kernel/durations.ts'],
      rules: { 'no-restricted-properties': ['error', ...impure] },
    },
    { files: ['shared/config/**/*.ts', 'test/**/*.ts'], rules: { 'node/no-process-env': 'off' } },
    {
      // The names of stored attributes stay: a table of an earlier release is read.
      files: ['shared/adapters/dynamodb/stored-schema.ts', 'test/integration/dynamodb/stored-items.test.ts'],
      rules: { 'eslint-js/no-restricted-syntax': 'off' },
    },
    {
      files: ['test/**/*.ts'],
      rules: {
        // A describe block is a list of sentences, not a function with too many lines.
        'max-lines-per-function': 'off',
        'no-restricted-imports': [
          'error',
          { name: 'fast-check', message: 'test/builders/fast-check.ts has it with the seed of the run.' },
        ],
      },
    },
    { files: ['test/builders/fast-check.ts'], rules: { 'no-restricted-imports': 'off' } },
    { files: ['test/browser/**/*.ts'], rules: refuse(...everywhere, noPrivateWords, waitingExpectations) },
  ],
};
