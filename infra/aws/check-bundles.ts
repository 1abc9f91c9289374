import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleFunctions } from './bundles.ts';

/** `npm run bundles`: what each function weighs. Fails where one weighs too much. */
const folder = mkdtempSync(join(tmpdir(), 'azfed-bundles-'));
try {
  const bundles = await bundleFunctions(folder);
  for (const { name, bytes, problems } of bundles) {
    process.stdout.write(`${name.padEnd(12)} ${String(Math.round(bytes / 1_000)).padStart(4)} kB\n`);
    for (const problem of problems) process.stderr.write(`${name}: ${problem}\n`);
    if (problems.length > 0) process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true });
}
