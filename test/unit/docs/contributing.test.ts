import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

const text = readFileSync('CONTRIBUTING.md', 'utf8');

/** The rows of the table below a heading, without its head. */
function rowsBelow(heading: string): readonly (readonly string[])[] {
  const [, after = ''] = text.split(`## ${heading}\n`);
  const [section = ''] = after.split('\n## ');
  return section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

describe('where to look', () => {
  const rows = rowsBelow('Where to look');

  it('answers ten questions', () => {
    expect(rows).toHaveLength(10);
  });

  it.each(rows)('%s', (_question, answer = '') => {
    const files = [...answer.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file);
    expect(files.length).toBeGreaterThan(0);
    expect(files.length).toBeLessThanOrEqual(3);
    expect(files.filter((file) => !existsSync(file))).toEqual([]);
    expect(new Set(files.map((file) => dirname(file))).size).toBe(1);
  });
});

describe('the glossary', () => {
  it('has at least twenty terms, each with a meaning and a word not to use', () => {
    const rows = rowsBelow('The words');
    expect(rows.length).toBeGreaterThanOrEqual(20);
    expect(rows.filter((row) => row.length !== 3 || row.includes(''))).toEqual([]);
  });
});
