/**
 * What acts instead of being read. On a screen: escapes that recolour or rewrite what a person reads, line breaks that
 * forge lines, and invisible or direction-changing characters that make one name look like another. In the log of a
 * pipeline: the mark of a command to the agent, `##vso[` or `##[` anywhere in a line (Azure Pipelines, "Logging commands";
 * the runner of GitHub Actions reads the second one too).
 */
export const active = String.raw`[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|#(?=(?:vso)?\[)`;

/** And `::` where a line begins (GitHub Actions, "Workflow commands"); a line of a JSON document never begins with it. */
const activeInText = new RegExp(String.raw`${active}|(?<=^|\s):(?=:)`, 'giu');

/**
 * A text as one word of a command to copy: whatever it holds, a POSIX shell runs none of it and expands nothing. Names of
 * connections and paths may hold `$(...)`, quotes and blanks.
 */
export const quoteWord = (text: string): string =>
  /^[\w./:=@,+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** Text from outside as a terminal, a chat and the log of a pipeline may show it: what would act is shown as what it is. */
export function inert(text: string): string {
  return text.replaceAll(activeInText, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
