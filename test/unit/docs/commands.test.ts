import { PassThrough } from 'node:stream';
import type { Outline } from '../../../functions/cli/command-line/command-outline.ts';
import { listOutlines } from '../../../functions/cli/command-line/command-outline.ts';
import { loadCommand } from '../../../functions/cli/main.ts';
import { readEnvironment } from '../../../shared/config/environment.ts';
import type { Page } from './pages.ts';
import { pages, readFiles } from './pages.ts';

let outlines: ReadonlyMap<string, Outline>;
beforeAll(async () => {
  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
  const command = await loadCommand(readEnvironment({}), streams);
  outlines = new Map(listOutlines(command).map((outline) => [outline.path, outline]));
});

/** Commands of a page that the command would not take: a verb or a flag that it does not have. */
function unknownCommands({ file, text }: Page): readonly string[] {
  return findCommands(text)
    .filter((typed) => !isKnown(typed))
    .map((typed) => `${file}: azfed ${typed}`);
}

/** What stands after `azfed` in code: on a line of a shell block, or between backticks. */
function findCommands(text: string): readonly string[] {
  const inBlocks = [...text.matchAll(/^```sh\n(.*?)^```/gms)].flatMap(([, block = '']) => block.split('\n'));
  const inLines = [...text.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
  return [...inBlocks, ...inLines].flatMap((code) => /^azfed ([a-z-].*)$/.exec(code.trim())?.[1] ?? []);
}

function isKnown(typed: string): boolean {
  const words = (typed.split(' #')[0] ?? '').split(/[\s,[\]]+/);
  const outline = findOutline(words);
  const flags = words.filter((word) => /^-\w|^--\w/.test(word)).map((word) => word.split('=')[0] ?? word);
  const known = ['--help', '-h', ...listFlags(outlines.get('')), ...listFlags(outline)];
  return outline !== undefined && flags.every((flag) => known.includes(flag));
}

/** Of the longest path of verbs that the words begin with. `help` and a flag alone belong to `azfed` itself. */
function findOutline(words: readonly string[]): Outline | undefined {
  if (words[0] === 'help' || words[0]?.startsWith('-')) return outlines.get('');
  return outlines.get(words.slice(0, 2).join(' ')) ?? outlines.get(words[0] ?? '');
}

const listFlags = (outline: Outline | undefined) => outline?.options.flatMap(({ flags }) => flags) ?? [];

describe('commands on the pages', () => {
  it('have verbs and flags that there are', () => {
    expect(pages().flatMap(unknownCommands)).toEqual([]);
  });

  it('never name the command in a way that runs whatever somebody else publishes', () => {
    const foreign = /\b(?:npx|npm exec|pnpm dlx|yarn dlx|bunx)(?: -\S+| --)* azfed\b/;
    const shown = readFiles(/^(?!test).*\.(?:md|ts|mjs|json|ya?ml|sh|tf)$/);
    expect(shown.filter(({ text }) => foreign.test(text)).map(({ file }) => file)).toEqual([]);
    expect('npx --yes azfed plan').toMatch(foreign);
  });

  it('are found out when there is no such verb or flag', () => {
    const text = [
      '```sh',
      'azfed plan --local --detailed-exitcode   # 2: drift',
      'azfed plan --gone',
      'azfed gone',
      '```',
      'Say `azfed migrate keys --undo`, never `azfed apply --force`.',
    ].join('\n');
    expect(unknownCommands({ file: 'page.md', text })).toEqual([
      'page.md: azfed plan --gone',
      'page.md: azfed gone',
      'page.md: azfed apply --force',
    ]);
  });
});
