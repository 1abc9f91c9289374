import { join, relative } from 'node:path';
import ts from 'typescript';
import { listUntypedLines } from '../unit/structure/typed-decisions.ts';

const root = join(import.meta.dirname, '../..');

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
    listUntypedLines(program, file).map((line) => `${relative(root, file)}: ${line}`),
  );
  expect(found).toEqual([]);
});
