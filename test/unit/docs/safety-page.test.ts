import { existsSync, readFileSync } from 'node:fs';
import { parseClaims, parsePromises } from './shown-by.ts';
import type { Claimed, Witness } from './shown-by.ts';
import { testNames } from './test-names.ts';

const INVARIANTS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20];
const THREATS = 23;
/** A chapter without a list: its one promise is prose. */
const NARROWING = 'Narrowing never waits';

const claims = parseClaims(readFileSync('test/evidence.md', 'utf8'));
const promises = parsePromises(readFileSync('docs/safety.md', 'utf8'));
const chapter = (name: string) => claims.filter((claim) => claim.chapter === name);

/** What the page says of tests that is not so. */
function untrue(all: readonly Claimed[]): readonly string[] {
  return all.flatMap(({ heading, witnesses }) =>
    witnesses.length === 0
      ? [`${heading}: nothing shows it`]
      : witnesses
          .filter((witness) => !isThere(witness))
          .map(({ file, name }) => `${heading}: ${file} › ${name}`),
  );
}

const isThere = ({ file, name }: Witness) =>
  existsSync(file) && testNames(file).some((one) => one.replaceAll('\\', '') === name);

describe('the safety page', () => {
  it('makes exactly the promises that the evidence is of', () => {
    expect(promises).toEqual(
      claims.map(({ chapter, heading }) => ({ chapter, heading })).filter((one) => one.chapter !== NARROWING),
    );
  });

  it('names tests that there are, for every invariant, every threat and every way of showing', () => {
    expect(untrue(claims)).toEqual([]);
  });

  it('leaves no invariant and no threat out', () => {
    expect(chapter('Invariants').map(({ heading }) => heading)).toEqual(
      INVARIANTS.map((number) => `I${number}`),
    );
    expect(chapter('Threats and controls')).toHaveLength(THREATS);
    expect(chapter('How it is shown').length).toBeGreaterThanOrEqual(8);
  });

  it('is found out when it names a test or a file that is not there, or nothing', () => {
    const page = [
      '## Threats and controls',
      '### Real',
      '- `test/unit/docs/safety-page.test.ts` › the safety page leaves no invariant and no threat out',
      '### Renamed',
      '- `test/unit/docs/safety-page.test.ts` › the safety page leaves nothing out',
      '### Moved',
      '- `test/unit/docs/no-page.test.ts` › the safety page leaves no invariant and no threat out',
      '### Forgotten',
      'Words alone.',
    ].join('\n');
    expect(untrue(parseClaims(page)).map((says) => says.split(':')[0])).toEqual([
      'Renamed',
      'Moved',
      'Forgotten',
    ]);
  });
});
