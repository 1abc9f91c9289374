import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { ConfigError } from '../../../shared/domain/kernel/errors.ts';
import { severities } from '../../../shared/domain/findings/finding.ts';
import type { BaselineFinding } from '../../../shared/domain/lint/lint-acceptance.ts';

/** What `azfed lint --json` writes; more may stand in it. */
const BaselineFile = z.object({
  schemaVersion: z.literal([1, 2]),
  results: z.array(
    z.object({ fingerprint: z.string(), severity: z.enum(severities as [string, ...string[]]) }),
  ),
});

/** Throws ConfigError. */
export function readBaseline(path: string): readonly BaselineFinding[] {
  const text = readText(path);
  const parsed = BaselineFile.safeParse(parseJson(text));
  if (parsed.success) return parsed.data.results as readonly BaselineFinding[];
  throw new ConfigError([
    {
      where: `--baseline ${path}`,
      what: 'It is not what azfed lint --json writes.',
      fix: `Write it anew: azfed lint --json > ${path}`,
    },
  ]);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    throw new ConfigError([
      {
        where: `--baseline ${path}`,
        what: `It cannot be read: ${what}.`,
        fix: `Write it first: azfed lint --json > ${path}`,
      },
    ]);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
