import { blockedReasons } from '../../../shared/domain/records/blocked-reason.ts';
import type { Page } from './pages.ts';
import { pages } from './pages.ts';

/** Distinctive words of the column "not" in the glossary of CONTRIBUTING.md. ESLint refuses them in identifiers. */
const PRIVATE =
  /\b(told|untold|tells?|telling|tellings|mends?|wish|wishes|usurpers?|strangers?|hands-off|furnish(?:es|ed)?|desks?|knocks?|footings?|sketch(?:es)?|askers?|settle[sd]?|settlements?|standings?|sightings?|shut(?:s|ting)? out)\b/i;

/** The glossary names them, the changelog is of former releases, mutants have the names of their tests. */
const QUOTING = ['CHANGELOG.md', 'CONTRIBUTING.md', 'docs/reference/mutants.md', 'test/simulation/README.md'];

/** A line with `› ` quotes the name of a test. */
function privateWords({ file, text }: Page): readonly string[] {
  return text
    .split('\n')
    .filter((line) => !line.includes(' › ') && PRIVATE.test(line))
    .map((line) => `${file}: ${line.trim().slice(0, 120)}`);
}

describe('the words of pages, help and catalogues', () => {
  // The reference pages are made from the help and the catalogues.
  it('are those of the glossary', () => {
    const written = pages().filter(({ file }) => !QUOTING.includes(file));
    expect(written.flatMap(privateWords)).toEqual([]);
  });

  it('are those of the glossary in the reasons of blocked changes', () => {
    const text = Object.values(blockedReasons).join('\n');
    expect(privateWords({ file: 'blocked reasons', text })).toEqual([]);
  });

  it('are found where they are not', () => {
    const text = 'Nobody is told.\nIt waits.\nthe hands-off pass\nIt shuts out one.';
    expect(privateWords({ file: 'page.md', text })).toHaveLength(3);
  });
});
