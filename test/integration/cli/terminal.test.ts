import { PassThrough } from 'node:stream';
import { createTerminal } from '../../../functions/cli/console/terminal.ts';

/** A screen, or what a pipe takes from it. */
function createStream(isTTY: boolean) {
  const stream = Object.assign(new PassThrough(), { isTTY });
  let seen = '';
  stream.on('data', (chunk: Buffer) => (seen += chunk.toString()));
  return { stream, seen: () => seen };
}

function sit({ isUnattended = false, isPlain = false, isQuiet = false, out = true, err = true }) {
  const [stdin, stdout, stderr] = [createStream(true), createStream(out), createStream(err)];
  const terminal = createTerminal({
    stdin: stdin.stream,
    stdout: stdout.stream,
    stderr: stderr.stream,
    isPlain,
    isQuiet,
    isUnattended,
  });
  return { terminal, stdin: stdin.stream, stdout: stdout.seen, stderr: stderr.seen };
}

describe('a question', () => {
  it.each([
    { typed: 'yes\r', is: true },
    { typed: ' yes \r', is: true },
    { typed: 'y\r', is: false },
    { typed: 'YES\r', is: false },
    { typed: '\r', is: false },
    { typed: '\u0003', is: false },
    { typed: '\u0004', is: false },
  ])('is answered $is by $typed', async ({ typed, is }) => {
    const { terminal, stdin, stdout, stderr } = sit({});
    const answer = terminal.confirm('Carry out 2 changes?');
    stdin.write(typed);
    expect(await answer).toBe(is);
    expect(stderr()).toContain('Carry out 2 changes? Only "yes" is taken: ');
    expect(stdout()).toBe('');
  });

  it('is a no at once where nobody can answer', async () => {
    expect(await sit({ isUnattended: true }).terminal.confirm('Really?')).toBe(false);
    expect(await sit({ err: false }).terminal.confirm('Really?')).toBe(false);
  });
});

it('colours what goes to a screen, and nothing else', async () => {
  for (const { out, err } of [
    { out: true, err: false },
    { out: false, err: true },
  ]) {
    const { terminal, stdout, stderr } = sit({ out, err });
    terminal.result(terminal.style.red('result'));
    terminal.problem(terminal.style.red('problem'));
    await new Promise(setImmediate);
    expect({ out: stdout() !== 'result\n', err: stderr() !== 'problem\n' }).toStrictEqual({ out, err });
  }
  const plain = sit({ isPlain: true });
  plain.terminal.result(plain.terminal.style.red('result'));
  await new Promise(setImmediate);
  expect(plain.stdout()).toBe('result\n');
});

it('leaves out notes, and nothing else, when it is to be quiet', async () => {
  const { terminal, stdout, stderr } = sit({ isQuiet: true });
  terminal.note('note');
  terminal.problem('problem');
  terminal.result('result');
  await new Promise(setImmediate);
  expect({ stdout: stdout(), stderr: stderr() }).toStrictEqual({ stdout: 'result\n', stderr: 'problem\n' });
});

it('replaces the line of progress, cuts it to the screen, and takes it away before it says anything', async () => {
  const { terminal, stderr } = sit({});
  const clear = '\r\u001b[2K';
  terminal.progress('0 of 2');
  terminal.progress(`1 of 2  ${'x'.repeat(200)}`);
  terminal.problem('problem');
  terminal.note('note');
  terminal.progress(undefined);
  await new Promise(setImmediate);
  expect(stderr()).toBe(
    [`${clear}0 of 2`, `${clear}1 of 2  ${'x'.repeat(70)}…`, `${clear}problem\n`, 'note\n'].join(''),
  );
});
