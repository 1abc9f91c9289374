import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hunt } from './mutant-hunt.ts';
import { readMutantPage } from './mutant-page.ts';
import { mutants } from './mutants.ts';
import { scenarios } from './scenarios.ts';

const page = join(import.meta.dirname, '../../docs/reference/mutants.md');
const rows = readMutantPage(readFileSync(page, 'utf8'));

describe('the page of mutants', () => {
  it('has every mutant with the invariant that it breaks (npm run simulate -- --mutants --write)', () => {
    expect(rows.map(({ mutant, breaks }) => [mutant, breaks])).toEqual(
      Object.entries(mutants).map(([mutant, { breaks }]) => [mutant, breaks]),
    );
  });

  it('has a mutant of every invariant', () => {
    const broken = new Set(rows.map(({ breaks }) => breaks));
    const numbers = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 20];
    expect(broken).toEqual(new Set(numbers.map((number) => `I${number}`)));
  });
});

describe('the table of what goes wrong', () => {
  const kinds = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8')
    .split('\n')
    .filter((line) => /^\| [A-Z]/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()));

  it('names a scenario and a mutant that there are, for each kind', () => {
    const unknown = kinds.filter(
      ([, , scenario = '', mutant = '']) =>
        !scenarios[scenario.replace(', disturbed', '')] || !mutants[mutant],
    );
    expect(unknown).toEqual([]);
    expect(kinds.length).toBeGreaterThan(20);
  });
});

describe('the simulation finds out a product that', () => {
  it.each(rows)('$mutant ($breaks), by: $by', async ({ mutant, by }) => {
    const known = mutants[mutant];
    expect(known && (await hunt(known, [by]))).toMatchObject({ by });
  });
});
