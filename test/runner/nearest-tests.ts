import { dirname, join } from 'node:path';

/**
 * The tests that `npm run dev` runs for a changed file: the file itself where it is a test, else the unit tests of its room.
 *
 *     shared/domain/plan/plan.ts              test/unit/domain/plan
 *     functions/cli/output/table.ts           test/unit/cli/output, or test/unit/cli where that folder does not exist
 *     test/unit/domain/plan/drift.test.ts     itself
 *     test/builders/small-world.ts            none: too many tests use it
 */
export function listNearestTests(
  files: readonly string[],
  folderExists: (folder: string) => boolean,
): readonly string[] {
  return [...new Set(files.flatMap((file) => findNearest(file, folderExists)))].sort();
}

function findNearest(file: string, folderExists: (folder: string) => boolean): readonly string[] {
  if (file.endsWith('.test.ts')) return [file];
  const [, room] = /^(?:shared|functions)\/(.+)$/.exec(dirname(file)) ?? [];
  if (room === undefined || !/\.(ts|mjs)$/.test(file)) return [];
  for (let folder = room; folder !== '.'; folder = dirname(folder)) {
    const tests = join('test/unit', folder);
    if (folderExists(tests)) return [tests];
  }
  return [];
}
