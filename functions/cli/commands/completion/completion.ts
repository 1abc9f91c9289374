import { Argument } from 'commander';
import { listOutlines, type DescribedOption, type Outline } from '../../command-line/command-outline.ts';
import { loadVerbs } from '../../command-line/command-table.ts';
import type { Verb } from '../../command-line/command.ts';

export const completionVerb: Verb = (command, run) => {
  command.addArgument(new Argument('<shell>', 'the shell to complete in').choices(shells)).action(
    run(async ({ terminal }, shell: Shell) => {
      const { parent: program } = command;
      if (!program) return 1;
      await loadVerbs(program);
      terminal.result(completionScript(shell, listOutlines(program)).trimEnd());
      return 0;
    }),
  );
};

export const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

/** What the shell is to read at its start. Made of the verbs themselves: it knows what this version knows. */
export function completionScript(shell: Shell, outlines: readonly Outline[]): string {
  switch (shell) {
    case 'bash':
      return bashScript(outlines);
    case 'zsh':
      // zsh understands what bash does, if asked to; its own completion is there already for most people.
      return `(( \${+functions[compdef]} )) || { autoload -U +X compinit && compinit; }
autoload -U +X bashcompinit && bashcompinit
${bashScript(outlines)}`;
    case 'fish':
      return fishScript(outlines);
  }
}

const listFlags = ({ options }: Outline) => options.flatMap(({ flags }) => flags);
const listChoices = (outline: Outline) => outline.arguments.flatMap(({ choices }) => choices);

/**
 * The words typed so far lead down the verbs; then come the verbs, the choices and the flags of where they lead, or what
 * the flag before takes. Files where nothing fits.
 */
function bashScript(outlines: readonly Outline[]): string {
  const [root] = outlines;
  const everywhere = root ? listFlags(root) : [];
  const words = outlines.map((outline) => {
    const verbs = outline.verbs.map(({ name }) => name);
    const known = [...verbs, ...listChoices(outline), ...new Set([...listFlags(outline), ...everywhere])];
    return `    '${outline.path}') words='${known.join(' ')}' ;;`;
  });
  const values = outlines.flatMap(({ path, options }) =>
    options.filter(({ takesValue }) => takesValue).map((option) => bashValue(path, option)),
  );
  const paths = outlines.map(({ path }) => `'${path}'`).join('|');
  return `_azfed() {
  local path='' next words='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    next="\${path:+$path }\${COMP_WORDS[i]}"
    case "$next" in ${paths}) path="$next" ;; esac
  done
  case "$path" in
${words.join('\n')}
  esac
  case "$path|\${COMP_WORDS[COMP_CWORD-1]}" in
${values.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _azfed azfed
`;
}

/** The flags of azfed itself may stand anywhere. */
function bashValue(path: string, { flags, choices }: DescribedOption): string {
  const patterns = flags.map((flag) => (path === '' ? `*'|${flag}'` : `'${path}|${flag}'`));
  return `    ${patterns.join(' | ')}) words='${choices.join(' ')}' ;;`;
}

function fishScript(outlines: readonly Outline[]): string {
  const paths = outlines.flatMap(({ path }) => (path === '' ? [] : [quoted(path)]));
  return `function __azfed_at
    set -l path ''
    for word in (commandline -opc)[2..]
        set -l next (string trim -- "$path $word")
        contains -- $next ${paths.join(' ')}; and set path $next
    end
    test "$path" = "$argv[1]"
end
${outlines.flatMap(fishLines).join('\n')}
`;
}

/** Files where a verb takes whatever is typed. */
function fishLines(outline: Outline): readonly string[] {
  const { path, verbs, options } = outline;
  const here = `__azfed_at ${quoted(path)}`;
  const complete = (condition: string, rest: string) => `complete -c azfed -n "${condition}" ${rest}`;
  const takesAny = outline.arguments.some(({ choices }) => choices.length === 0);
  const words = listChoices(outline);
  return [
    ...(takesAny ? [] : [complete(here, '-f')]),
    ...verbs.map(({ name, does }) => complete(here, `-f -a ${name} -d ${quoted(does)}`)),
    ...(words.length > 0 ? [complete(here, `-f -a ${quoted(words.join(' '))}`)] : []),
    ...options.map((option) =>
      complete(
        path === '' ? 'true' : here,
        `${option.flags.map(fishFlag).join(' ')}${fishValue(option)} -d ${quoted(option.does)}`,
      ),
    ),
  ];
}

const fishFlag = (flag: string) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`);

function fishValue({ takesValue, choices }: DescribedOption): string {
  if (!takesValue) return '';
  return choices.length > 0 ? ` -x -a ${quoted(choices.join(' '))}` : ' -r -F';
}

const quoted = (text: string) => `'${text.replaceAll(/['\\]/g, (character) => `\\${character}`)}'`;
