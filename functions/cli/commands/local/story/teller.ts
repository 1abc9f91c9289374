import { inert } from '../../../output/sanitize.ts';
import { USUAL_COLUMNS, wrapText } from '../../../output/text.ts';
import type { Terminal } from '../../../console/terminal.ts';

/** Tells a story of which every claim is checked at the moment it is made. */
export interface Teller {
  readonly chapter: (title: string) => void;
  readonly say: (text: string) => void;
  /** Says what was seen when it is so. Throws when it is not: the story ends there, and not well. */
  readonly check: (claim: string, isSo: boolean) => void;
  readonly checks: () => number;
}

class UntrueStoryError extends Error {
  constructor(claim: string) {
    super(`This should be so, and is not: ${claim}`);
    this.name = 'UntrueStoryError';
  }
}

export function createTeller(terminal: Terminal): Teller {
  const { style, columns = USUAL_COLUMNS } = terminal;
  let chapters = 0;
  let checks = 0;
  return {
    chapter: (title) => {
      chapters += 1;
      terminal.result(`\n${style.bold(wrapText(title, columns, `${chapters}. `))}`);
    },
    say: (text) => {
      const hanging = /^[+~] /.test(text) ? '     ' : '   ';
      terminal.result(wrapText(inert(text), columns, '   ', hanging));
    },
    check: (claim, isSo) => {
      if (!isSo) throw new UntrueStoryError(claim);
      checks += 1;
      terminal.result(wrapText(inert(claim), columns, `   ${style.green('ok')} `));
    },
    checks: () => checks,
  };
}
