import type { Invocation } from '../command-line/command.ts';

export interface Proposal {
  /** What is about to be done. */
  readonly text: string;
  readonly question: string;
  /** It was agreed to when it was saved. */
  readonly isAgreed?: boolean;
}

/** Shows what is about to be done and asks; what was agreed to before is only shown. */
export async function agree(
  { options, terminal }: Invocation,
  { text, question, isAgreed = false }: Proposal,
): Promise<boolean> {
  if (options.yes || isAgreed) {
    if (!options.json) terminal.note(text);
    return true;
  }
  // Who is asked sees what about, however quiet.
  terminal.problem(text);
  if (await terminal.confirm(question)) return true;
  terminal.problem('Nothing was written. Answer "yes" to go on, or use --yes where nobody can be asked.');
  return false;
}
