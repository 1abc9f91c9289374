import { Linter } from 'eslint';
import ts from 'typescript';
import tseslint from 'typescript-eslint';
import { typedDecisions } from '../../../eslint/typed-decisions.mjs';

const declarations = [
  "declare const found: { readonly code: 'role.not-owned' | 'role.kept'; readonly message: string };",
  'declare const codes: readonly string[];',
  'declare const evidence: Readonly<Record<string, unknown>>;',
  "declare const held: { readonly reason: 'approval' | 'disputed' };",
  'declare const error: Error;',
];

const refused = [
  "found.code === 'role.kept';",
  "codes[0] === 'connection.closed.v1';",
  'switch (found.code) { default: }',
  'codes.includes(found.code);',
  'new Set(codes).has(found.code);',
  "found.code.startsWith('role.');",
  "found.message.includes('is not there');",
  '/not there/.test(found.message);',
  "error.message === 'Not found.';",
  "evidence['now'];",
];

const allowed = [
  "held.reason === 'approval';",
  '({ [found.code]: found.message })[found.code];',
  'found.code === undefined;',
  'codes.map((one) => `${one}: ${found.message}`);',
  "codes.includes('vstoken.dev.azure.com');",
  'new Map([[found.code, 1]]).get(found.code);',
];

/** The lines that the rule objects to. It needs types: it is given a program of one file that lives in memory. */
function lint(lines: readonly string[]): readonly (string | undefined)[] {
  const [file, text] = ['/rule.ts', lines.join('\n')];
  const options: ts.CompilerOptions = { strict: true, target: ts.ScriptTarget.ES2022, types: [] };
  const host = ts.createCompilerHost(options, true);
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  const program = ts.createProgram([file], options, {
    ...host,
    getSourceFile: (name, version) => (name === file ? source : host.getSourceFile(name, version)),
  });
  const found = new Linter({ cwd: '/' }).verify(
    text,
    {
      files: ['**/*.ts'],
      languageOptions: {
        parser: tseslint.parser,
        parserOptions: { programs: [program] },
      },
      plugins: { azfed: { rules: { 'typed-decisions': typedDecisions } } },
      rules: { 'azfed/typed-decisions': 'error' },
    },
    { filename: file },
  );
  return found.map(({ ruleId, message, line }) => (ruleId === null ? message : lines[line - 1]));
}

it('lets no decision rest on a code, on evidence or on a sentence', () => {
  expect(lint([...declarations, ...refused, ...allowed])).toEqual(refused);
});
