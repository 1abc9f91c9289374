import type { Service } from './service/service.ts';
import { readService } from './stacks.ts';

/** Whatever is wrong here is the user's to fix: sentences, and no stack. */
export function loadOrReport(context: Readonly<Record<string, unknown>>): Service | undefined {
  try {
    return readService(context);
  } catch (error) {
    reportProblems([error instanceof Error ? error.message : String(error)]);
    return undefined;
  }
}

/** Nothing is deployed where there is one. */
export function reportProblems(sentences: readonly string[]): void {
  for (const sentence of sentences) process.stderr.write(`${sentence}\n`);
  if (sentences.length > 0) process.exitCode = 1;
}
