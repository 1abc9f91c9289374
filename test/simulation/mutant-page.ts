import type { Killer } from './mutant-hunt.ts';
import { mutants } from './mutants.ts';

/** One line of docs/reference/mutants.md. */
export interface MutantRow {
  readonly mutant: string;
  readonly breaks: string;
  readonly by: string;
}

const note = '<!-- Made by `npm run simulate -- --mutants --write`. Change test/simulation. -->';
const lead = [
  'Products put together wrongly, each in one way. The simulation must find out each of them, by the very invariant',
  'that it breaks: a scenario as it is, a scenario with a fault somewhere, or random stories. What the invariants are:',
  '[safety.md](../safety.md).',
].join('\n');

/** The page; `undefined` in the place of a killer: the mutant lives. */
export function mutantPage(found: ReadonlyMap<string, Killer | undefined>): string {
  const rows = Object.entries(mutants).map(([mutant, { breaks }]) => {
    const killer = found.get(mutant);
    return `| ${mutant} | ${breaks} | ${killer?.by ?? '**it lives**'} | ${shortened(killer?.said ?? '')} |`;
  });
  const table = [
    '| a product that | breaks | found out by | which says |',
    '| --- | --- | --- | --- |',
    ...rows,
  ];
  return `${[note, '# Mutants', lead, table.join('\n')].join('\n\n')}\n`;
}

/** The sentence itself, without what records and ids make of it. */
function shortened(said: string): string {
  const sentence = said.replace(/^.*?(?=I\d+ )/, '').replaceAll('|', '\\|');
  return sentence.length > 120 ? `${sentence.slice(0, 117)}...` : sentence;
}

export function readMutantPage(text: string): readonly MutantRow[] {
  return text
    .split('\n')
    .filter((line) => /^\| .* \| I\d+ \|/.test(line))
    .map((line) => {
      const [mutant = '', breaks = '', by = ''] = line.slice(2).split(' | ');
      return { mutant, breaks, by };
    });
}
