import type { Invocation } from '../command-line/command.ts';

export interface ConfirmationPrompt {
  /** What is about to be done. */
  readonly text: string;
  readonly question: string;
  /** It was agreed to when it was saved. */
  readonly isConfirmed?: boolean;
}

/** Shows what is about to be done and asks; what was agreed to before is only shown. */
export async function confirm(
  { options, terminal }: Invocation,
  { text, question, isConfirmed = false }: ConfirmationPrompt,
): Promise<boolean> {
  if (options.yes || isConfirmed) {
    if (!options.json) terminal.note(text);
    return true;
  }
  // Who is asked sees what about, however quiet.
  terminal.problem(text);
  if (await terminal.confirm(question)) return true;
  terminal.problem('Nothing was written. Answer "yes" to go on, or use --yes where nobody can be asked.');
  return false;
}
