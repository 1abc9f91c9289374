import { PassThrough } from 'node:stream';
import type { Command } from 'commander';
import { listOutlines } from '../../../functions/cli/command-line/command-outline.ts';
import { completionScript, shells } from '../../../functions/cli/commands/completion/completion.ts';
import { examples, examplesText } from '../../../functions/cli/command-line/examples.ts';
import { loadCommand } from '../../../functions/cli/main.ts';
import { readEnvironment } from '../../../shared/config/environment.ts';

const load = () =>
  loadCommand(readEnvironment({}), {
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    stderr: new PassThrough(),
  });

/** A verb's own words end where a shell takes over. */
function splitWords(typed: string): readonly string[] {
  const [words = ''] = typed.split(/ >>? /);
  return [...words.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

/** Reads what is typed as the command does, and does nothing about it. */
async function type(program: Command, typed: string): Promise<void> {
  await program.parseAsync(splitWords(typed), { from: 'user' });
}

describe('the examples of the help', () => {
  it('are there for every verb, and for nothing else', async () => {
    const paths = listOutlines(await load())
      .map(({ path }) => path)
      .filter((path) => path !== '' && !path.startsWith('local azdo '));
    expect(Object.keys(examples).sort()).toEqual([...paths].sort());
  });

  it.each(Object.values(examples).flatMap(Object.entries<string>))('can be typed: %s', async (typed) => {
    await expect(load().then((program) => type(program, typed))).resolves.toBeUndefined();
  });

  it.each([80, 60])('stand in %i columns; only what is typed is as long as it is', (columns) => {
    const lines = Object.keys(examples).flatMap((path) => examplesText(path, columns).split('\n'));
    expect(lines.filter((line) => line.length > columns && !line.startsWith('  azfed '))).toEqual([]);
  });

  it('would be refused if they could not', async () => {
    await expect(load().then((program) => type(program, 'plan --no-such-flag'))).rejects.toMatchObject({
      code: 'commander.unknownOption',
    });
    await expect(load().then((program) => type(program, 'suspend'))).rejects.toMatchObject({
      code: 'commander.missingArgument',
    });
  });
});

describe('completion', () => {
  it.each(shells)('knows every verb and flag: %s', async (shell) => {
    const outlines = listOutlines(await load());
    const script = completionScript(shell, outlines);
    for (const { verbs, options } of outlines) {
      for (const { name } of verbs) expect(script).toContain(name);
      for (const { flags } of options)
        for (const flag of flags) expect(script).toContain(flag.replace(/^--?/, ''));
    }
  });
});

it('the help has five groups at most, the ten verbs of every day first, in 80 columns', async () => {
  const help = (await load()).configureHelp({ helpWidth: 80 }).helpInformation();
  const groups = [...help.matchAll(/^([A-Z][a-z ]+):\n((?: .*\n)+)/gm)].map(([, title = '', body = '']) => ({
    title,
    verbs: [...body.matchAll(/^ {2}([a-z]+)/gm)].map(([, verb]) => verb),
  }));
  const [first, ...others] = groups.filter(({ title }) => title !== 'Options');
  expect(first).toEqual({
    title: 'Every day',
    verbs: [
      'status',
      'plan',
      'apply',
      'explain',
      'verify',
      'history',
      'report',
      'validate',
      'doctor',
      'lint',
    ],
  });
  expect(others.length).toBeLessThanOrEqual(4);
  expect(help.split('\n').filter((line) => line.length > 80)).toEqual([]);
});
