import { join, relative } from 'node:path';
import ts from 'typescript';
import { listUntypedDecisions } from './typed-decisions.ts';

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

const root = join(import.meta.dirname, '../../..');

/** Rooms that make findings, events and texts, or have a catalogue of their own. */
const makers = [
  ...['findings', 'recording', 'notify', 'lint', 'doctor', 'verify'].map((room) => `shared/domain/${room}/`),
  // It reads what AWS says.
  'shared/domain/kernel/aws-common-errors.ts',
  // Texts, metrics and the story that `azfed local` tells show what was found.
  'functions/cli/output/',
  'functions/cli/commands/local/story/',
  'functions/reconcile/run-metrics.ts',
];

function listLines(program: ts.Program, file: string): readonly string[] {
  const source = program.getSourceFile(file);
  if (!source) throw new Error(`${file} is not in the program.`);
  const lines = source.text.split('\n');
  return listUntypedDecisions(source, program.getTypeChecker()).map(
    (node) => lines[source.getLineAndCharacterOfPosition(node.getStart()).line]?.trim() ?? '',
  );
}

it('a decision on a code, on evidence or on a sentence is found', () => {
  const [file, text] = ['/rule.ts', [...declarations, ...refused, ...allowed].join('\n')];
  const options: ts.CompilerOptions = { strict: true, target: ts.ScriptTarget.ES2022, types: [] };
  const host = ts.createCompilerHost(options, true);
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  const program = ts.createProgram([file], options, {
    ...host,
    getSourceFile: (name, version) => (name === file ? source : host.getSourceFile(name, version)),
  });
  expect(listLines(program, file)).toEqual(refused);
});

// Decide from a typed value (a status, a refusal, a takeover, the operation of an intent), and make the finding, the event or
// the sentence from it: only the rooms above and the output read codes, evidence and sentences.
it('no decision of azfed rests on a code, on evidence or on a sentence', () => {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (name) => ts.sys.readFile(name)) as {
    readonly config?: unknown;
  };
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const decide = fileNames.filter((file) => {
    const path = relative(root, file);
    return (
      /^(shared\/(domain|application)|functions)\//.test(path) &&
      !makers.some((maker) => path.startsWith(maker))
    );
  });
  expect(decide.length).toBeGreaterThan(300);
  const program = ts.createProgram(decide, options);
  const found = decide.flatMap((file) =>
    listLines(program, file).map((line) => `${relative(root, file)}: ${line}`),
  );
  expect(found).toEqual([]);
});
