import { readFileSync } from 'node:fs';

/** A command of a page, and who is to type it. */
export interface PageCommand {
  /** Title of its section. */
  readonly section: string;
  readonly by: string;
  readonly text: string;
}

/**
 * The commands of a page in their order, without their comments. Sections begin with who does them (`_Deployer._`); a comment
 * that begins with somebody else (`# approver: ...`) says who does this one.
 */
export function readPageCommands(file: string): readonly PageCommand[] {
  const sections = readFileSync(file, 'utf8').split(/^## /m).slice(1);
  return sections.flatMap((section) => {
    const [title = ''] = section.split('\n', 1);
    const [, who = ''] = /^_(\w+)\._/m.exec(section) ?? [];
    return readBlocks(section, 'sh').flatMap((block) =>
      block
        .replaceAll(/\\\n\s*/g, '')
        .split('\n')
        .flatMap((line): readonly PageCommand[] => {
          const [, text = '', comment = ''] = /^(.*?)(?:\s+# (.*))?$/.exec(line) ?? [];
          const [, other] = /^(administrator|deployer|operator|approver)[:,]/.exec(comment) ?? [];
          return text === '' ? [] : [{ section: title, by: other ?? who.toLowerCase(), text }];
        }),
    );
  });
}

/** The code blocks of a language. */
export const readBlocks = (text: string, language: string): readonly string[] =>
  [...text.matchAll(new RegExp(`^ *\`\`\`${language}\n(.*?)^ *\`\`\``, 'gms'))].map(
    ([, block = '']) => block,
  );
