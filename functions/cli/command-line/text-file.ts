import { writeFileSync } from 'node:fs';
import { ConfigError } from '../../../shared/domain/kernel/errors.ts';

/** Throws ConfigError when the place cannot be written to: it was typed by a person. */
export function writeText(path: string, text: string, flag: 'w' | 'wx' = 'w'): void {
  try {
    writeFileSync(path, text, { flag });
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    throw new ConfigError([
      {
        where: path,
        what: `It cannot be written: ${what}.`,
        fix: 'Give another place, or make its folder first.',
      },
    ]);
  }
}
