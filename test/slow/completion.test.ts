import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { shells } from '../../functions/cli/commands/completion/completion.ts';
import type { Folder } from '../integration/cli/command-line.ts';
import { createFolder } from '../integration/cli/command-line.ts';

let folder: Folder;
beforeAll(async () => {
  folder = createFolder();
  for (const shell of shells)
    folder.write(`azfed.${shell}`, (await folder.azfed(['completion', shell])).stdout);
});
afterAll(() => {
  folder.remove();
});

/** In a shell that has read nothing but the script. */
function runShell(shell: string, args: readonly string[]): string {
  return execFileSync(shell, args, {
    cwd: folder.path,
    env: { PATH: process.env['PATH'], HOME: folder.path, TERM: 'dumb' },
    encoding: 'utf8',
  });
}

const lines = (text: string) => text.split('\n').filter((line) => line !== '');

/** What each shell offers when Tab is pressed at the end of the line. */
const offers = {
  bash: (line: string) => {
    const words = line.split(' ');
    const read = `source azfed.bash; COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}`;
    return lines(runShell('bash', ['--norc', '-c', `${read}; _azfed; printf '%s\\n' "\${COMPREPLY[@]}"`]));
  },
  fish: (line: string) =>
    lines(runShell('fish', ['--no-config', '-c', `source azfed.fish; complete -C '${line}'`])).map(
      (offer) => offer.split('\t')[0] ?? '',
    ),
};

const isThere = (shell: string) => spawnSync(shell, ['--version']).status === 0;
const areWanted = process.env['AZFED_SHELLS'] === 'required';
const isTried = Object.fromEntries(shells.map((shell) => [shell, areWanted || isThere(shell)]));
for (const shell of shells)
  if (!isTried[shell])
    process.stderr.write(
      `There is no ${shell} (Debian: apt-get install ${shell}): its completion is not tried.\n`,
    );

describe.each(['bash', 'fish'] as const)('completion in %s', (shell) => {
  const offered = (line: string) => offers[shell](line);

  (isTried[shell] ? it : it.skip)('offers verbs and their verbs, and nothing of their neighbours', () => {
    expect(offered('azfed ')).toEqual(expect.arrayContaining(['plan', 'apply', 'status', 'local']));
    expect(offered('azfed st')).toEqual(['status']);
    expect(offered('azfed --local st')).toEqual(['status']);
    expect(offered('azfed local ')).toEqual(expect.arrayContaining(['up', 'tamper', 'azdo']));
    expect(offered('azfed local azdo re').sort()).toEqual(['recreate', 'rename', 'rename-project']);
    expect(offered('azfed local azdo u')).toEqual([]);
    expect(offered('azfed history local u')).toEqual([]);
  });

  (isTried[shell] ? it : it.skip)('offers the flags of the verb and those that are everywhere', () => {
    expect(offered('azfed plan --det')).toEqual(['--detailed-exitcode']);
    expect(offered('azfed plan --local --js')).toEqual(['--json']);
    expect(offered('azfed explain Shop/aws-prod --det')).toEqual([]);
  });

  (isTried[shell] ? it : it.skip)('offers what is chosen from, after a verb and after a flag', () => {
    expect(
      offered('azfed completion ')
        .filter((word) => !word.startsWith('-'))
        .sort(),
    ).toEqual(['bash', 'fish', 'zsh']);
    expect(offered('azfed suspend acc')).toEqual(['account']);
    expect(offered('azfed local tamper open')).toEqual(['open-trust']);
    expect(offered('azfed status -o y')).toEqual(['yaml']);
    expect(offered('azfed lint --format s')).toEqual(['sarif']);
    expect(offered('azfed plan --output ').sort()).toEqual(['json', 'markdown', 'wide', 'yaml']);
  });
});

/** Types at a zsh in a terminal of its own, and waits until it has answered; a wait without an end fails by the time limit. */
const typedAtZsh = (steps: readonly (readonly [typed: string, answer: string])[]) => `
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z "PROMPT='ready> '; source ./azfed.zsh; stty cols 200"
zpty -r z said '*ready> *ready> ' || exit 1
${steps
  .map(
    ([typed, answer]) => `zpty -n -w z ${JSON.stringify(typed)}$'\\t'
zpty -r z said '*${answer}*' || exit 1
print -r -- done
zpty -n -w z $'\\x15'`,
  )
  .join('\n')}
`;

(isTried['zsh'] ? it : it.skip)('completes in zsh as in bash', () => {
  const steps = [
    ['azfed st', 'azfed status'],
    ['azfed local az', 'azfed local azdo'],
    ['azfed local azdo re', 'recreate*rename*rename-project'],
    ['azfed plan --det', 'azfed plan --detailed-exitcode'],
    ['azfed completion z', 'azfed completion zsh'],
    ['azfed status -o y', 'azfed status -o yaml'],
  ] as const;
  folder.write('type.zsh', typedAtZsh(steps));
  expect(lines(runShell('zsh', ['-f', join(folder.path, 'type.zsh')]))).toEqual(steps.map(() => 'done'));
});
