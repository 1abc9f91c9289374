import type { Outline } from './command-outline.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** What the shell is to read at its start. Made of the verbs themselves: it knows what this version knows. */
export function completionScript(shell: Shell, outlines: readonly Outline[]): string {
  switch (shell) {
    case 'bash':
      return bashScript(outlines);
    case 'zsh':
      // zsh understands what bash does, if asked to.
      return `autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n${bashScript(outlines)}`;
    case 'fish':
      return fishScript(outlines);
  }
}

const flagsOf = ({ options }: Outline) => options.flatMap(({ flags }) => flags);

/** The words typed so far lead down the verbs; then come the verbs and the flags of where they lead. Files where nothing fits. */
function bashScript(outlines: readonly Outline[]): string {
  const [root] = outlines;
  const everywhere = root ? flagsOf(root) : [];
  const cases = outlines.map((outline) => {
    const words = [
      ...outline.verbs.map(({ name }) => name),
      ...new Set([...flagsOf(outline), ...everywhere]),
    ];
    return `    '${outline.path}') words='${words.join(' ')}' ;;`;
  });
  const paths = outlines.map(({ path }) => `'${path}'`).join('|');
  return `_azfed() {
  local path='' next words='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    next="\${path:+$path }\${COMP_WORDS[i]}"
    case "$next" in ${paths}) path="$next" ;; esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _azfed azfed
`;
}

function fishScript(outlines: readonly Outline[]): string {
  return `${outlines.flatMap(fishLines).join('\n')}\n`;
}

/** The flags of azfed itself may stand anywhere. */
function fishLines({ path, verbs, options }: Outline): readonly string[] {
  const seen = path
    .split(' ')
    .map((word) => `__fish_seen_subcommand_from ${word}`)
    .join('; and ');
  const [forVerbs, forFlags] = path === '' ? ['__fish_use_subcommand', 'true'] : [seen, seen];
  return [
    ...verbs.map(({ name, does }) => `complete -c azfed -n '${forVerbs}' -f -a ${name} -d ${quoted(does)}`),
    ...options.map(
      ({ flags, does }) =>
        `complete -c azfed -n '${forFlags}' ${flags.map(fishFlag).join(' ')} -d ${quoted(does)}`,
    ),
  ];
}

const fishFlag = (flag: string) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`);

const quoted = (text: string) => `'${text.replaceAll(/['\\]/g, (character) => `\\${character}`)}'`;
