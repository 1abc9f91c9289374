import ts from 'typescript';
import { listUntypedLines } from './typed-decisions.ts';

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

it('a decision on a code, on evidence or on a sentence is found', () => {
  const [file, text] = ['/rule.ts', [...declarations, ...refused, ...allowed].join('\n')];
  const options: ts.CompilerOptions = { strict: true, target: ts.ScriptTarget.ES2022, types: [] };
  const host = ts.createCompilerHost(options, true);
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  const program = ts.createProgram([file], options, {
    ...host,
    getSourceFile: (name, version) => (name === file ? source : host.getSourceFile(name, version)),
  });
  expect(listUntypedLines(program, file)).toEqual(refused);
});
