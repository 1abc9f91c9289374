/** A test that a page names as showing something: `- \`test/unit/x.test.ts\` › full name of the test`. */
export interface Witness {
  readonly file: string;
  readonly name: string;
}

/** A heading of the page, and the tests that are named below it. */
export interface Claimed {
  readonly chapter: string;
  readonly heading: string;
  readonly witnesses: readonly Witness[];
}

/** Every `###` of a page, with the `##` that it stands under. A line that wraps goes on where it is indented. */
export function parseClaims(page: string): readonly Claimed[] {
  return page
    .split(/^## /m)
    .slice(1)
    .flatMap((chapter) => {
      const [title = '', ...parts] = chapter.split(/^### /m);
      return parts.map((part) => parseClaim(firstLine(title), part));
    });
}

/** Every `- **Promise**` of a page, with the `##` that it stands under. */
export function parsePromises(page: string): readonly Pick<Claimed, 'chapter' | 'heading'>[] {
  return page
    .split(/^## /m)
    .slice(1)
    .flatMap((chapter) =>
      [...chapter.matchAll(/^- \*\*(.+?)\*\*/gm)].map(([, heading = '']) => ({
        chapter: firstLine(chapter),
        heading,
      })),
    );
}

function parseClaim(chapter: string, part: string): Claimed {
  const lines = part.replaceAll(/\n {2,}/g, ' ').split('\n');
  const witnesses = lines.flatMap((line) => {
    const [, file, name] = /^- `(test\/[^`]+)` › (.+)$/.exec(line) ?? [];
    return file !== undefined && name !== undefined ? [{ file, name: name.replaceAll('\\', '') }] : [];
  });
  return { chapter, heading: firstLine(part), witnesses };
}

const firstLine = (text: string) => text.split('\n')[0] ?? '';
