import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runScenario } from './crash-matrix.ts';
import { missed, runBatch } from './model-runs.ts';
import type { Killer } from './mutant-hunt.ts';
import { hunt } from './mutant-hunt.ts';
import { mutantPage } from './mutant-page.ts';
import { mutants } from './mutants.ts';
import { scenarios } from './scenarios.ts';

const help = `npm run simulate -- [--runs N] [--seed S] [--matrix] [--mutants]

  --runs N    stories to run (default 1000)
  --seed S    of the stories (default: another each time); a failing batch names its seed
  --matrix    run the crash matrix instead: every fault at every effect of every scenario
  --mutants   run the wrongly assembled products instead, and tell what finds each of them out
  --write     into docs/reference/mutants.md
`;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    matrix: { type: 'boolean', default: false },
    mutants: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const page = join(import.meta.dirname, '../../docs/reference/mutants.md');
const say = (line: string) => process.stdout.write(`${line}\n`);

/** Prints what it finds; whether everything holds. */
async function stories(): Promise<boolean> {
  say(`${values.runs} stories, seed ${values.seed}`);
  const batch = await runBatch(Number(values.runs), Number(values.seed));
  for (const [what, count] of batch.seen) say(`  ${String(count).padStart(6)}  ${what}`);
  for (const what of missed(batch)) say(`       0  ${what}: this batch shows nothing about it`);
  say(batch.failure ?? 'Every invariant held.');
  return batch.failure === undefined && missed(batch).length === 0;
}

async function matrix(): Promise<boolean> {
  let isSound = true;
  for (const [name, scenario] of Object.entries(scenarios)) {
    const { runs, effects, failures } = await runScenario(scenario);
    say(`${failures.length === 0 ? 'holds ' : 'BREAKS'}  ${name}: ${effects} effects, ${runs} faults`);
    for (const failure of failures.slice(0, 3)) say(`        ${failure}`);
    isSound &&= failures.length === 0;
  }
  return isSound;
}

async function hunted(): Promise<boolean> {
  const found = new Map<string, Killer | undefined>();
  for (const [name, mutant] of Object.entries(mutants)) {
    const killer = await hunt(mutant);
    found.set(name, killer);
    const what = killer ? `${killer.by}: ${killer.said.slice(0, 160)}` : '';
    say(`${killer ? 'killed' : 'LIVES '}  ${mutant.breaks.padEnd(3)}  ${name.padEnd(52)}  ${what}`);
  }
  if (values.write) writeFileSync(page, mutantPage(found));
  return [...found.values()].every((killer) => killer !== undefined);
}

if (values.help) say(help);
else {
  const holds = values.mutants ? await hunted() : values.matrix ? await matrix() : await stories();
  process.exitCode = holds ? 0 : 1;
}
