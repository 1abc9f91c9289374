import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { ImportFile } from '../../../../shared/config/import-file.ts';
import { ConfigError } from '../../../../shared/domain/kernel/errors.ts';
import { makeFolder, readEditedText, rewriteText } from '../../command-line/text-file.ts';

/** Where the import begins: the configuration that is there, or the first lines of one. */
export interface Beginning {
  readonly path: string;
  readonly text: string;
  readonly isNew: boolean;
}

interface ImportTarget {
  readonly folder: string;
  /** Of the configuration. */
  readonly name: string;
  readonly file: ImportFile;
  /** Texts of files that the configuration names already: in another folder it needs them, too. */
  readonly named: ReadonlyMap<string, string>;
  readonly beginning: Beginning;
}

/**
 * Writes what is not there yet: policies and trusts first, so that the configuration never names a file that is missing. A file
 * with other content is overwritten by nobody. Gives the paths that were written. Throws ConfigError.
 */
export function writeImport({ folder, name, file, named, beginning }: ImportTarget): readonly string[] {
  const path = join(folder, name);
  const isInPlace = resolve(path) === resolve(beginning.path);
  const wanted = [
    ...Object.entries({ ...(isInPlace ? {} : Object.fromEntries(named)), ...file.files }).map(
      ([relative, text]) => ({ path: join(folder, relative), text }),
    ),
    { path, text: file.text },
  ];
  const states = wanted.map((one) => ({ ...one, before: readExisting(one.path) }));
  const isEdited = (one: (typeof states)[number]) =>
    isInPlace && one.path === path && one.before === beginning.text;
  const differing = states.filter(
    (one) => one.before !== undefined && one.before !== one.text && !isEdited(one),
  );
  if (differing.length > 0)
    throw new ConfigError(
      differing.map((one) => ({
        where: one.path,
        what: 'This file has other content; it is not overwritten.',
        fix: 'Move it away, or write elsewhere with --out FOLDER. Nothing was written.',
      })),
    );
  const news = states.filter(({ before, text }) => before !== text);
  for (const one of news) {
    makeFolder(dirname(one.path));
    rewriteText(one.path, one.text);
  }
  return news.map((one) => one.path);
}

const readExisting = (path: string): string | undefined =>
  existsSync(path) ? readEditedText(path) : undefined;
