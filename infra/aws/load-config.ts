import type { Service } from './service/service.ts';
import { readService } from './stacks.ts';

/** Whatever is wrong here is the user's to fix: sentences, and no stack. */
export function loadOrReport(context: Readonly<Record<string, unknown>>): Service | undefined {
  try {
    return readService(context);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
    return undefined;
  }
}
