import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Configuration } from '../domain/configuration.ts';
import { ConfigError } from '../domain/errors.ts';
import type { Complaint } from './complaint.ts';
import { renderPath } from './complaint.ts';
import type { ReadFile } from './inline-policies.ts';
import { readInlinePolicies } from './inline-policies.ts';
import { toConfiguration } from './file-configuration.ts';
import { explainIssues } from './issue-explanation.ts';
import { checkTogether } from './joint-checks.ts';
import { readOutline } from './outline.ts';
import { configurationFile } from './schema.ts';
import { findSecrets, withoutSecrets } from './secret-pattern.ts';
import type { Mistake, YamlSource } from './yaml-source.ts';
import { readYaml } from './yaml-source.ts';

/**
 * The configuration in a text. `readFile` gets the paths of policy files as they are written there.
 * Throws ConfigError with every problem at once, in the order of the file.
 */
export function parseConfiguration(text: string, fileName: string, readFile: ReadFile): Configuration {
  const source = readYaml(text);
  const apparent = [...source.mistakes, ...findSecrets(text).map(exposedSecret)];
  if (source.value === undefined) throw configError(fileName, source, apparent);
  const file = configurationFile.safeParse(source.value, { reportInput: true });
  const outline = readOutline(source.value);
  const policies = outline.grants.map((grant, index) =>
    readInlinePolicies(grant, ['grants', index], readFile),
  );
  const complaints = [
    ...(file.success ? [] : explainIssues(file.error.issues)),
    ...checkTogether(outline),
    ...policies.flatMap((policy) => policy.complaints),
  ];
  const located = complaints.map((complaint) => locate(complaint, source));
  const known = [...apparent, ...located];
  const surprises = source.surprises.filter(({ offset }) => known.every((other) => other.offset !== offset));
  if (!file.success || known.length + surprises.length > 0)
    throw configError(fileName, source, [...known, ...surprises]);
  return toConfiguration(
    file.data,
    policies.map(({ documents }) => documents),
  );
}

/** The configuration in a file. Throws ConfigError. */
export function loadConfiguration(path: string): Configuration {
  const text = readText(path);
  if (text === undefined) {
    const mend = 'Run `azfed init` to write one from what is found, or give the path of yours.';
    throw new ConfigError([{ where: path, what: 'The file is not there or cannot be read.', mend }]);
  }
  return parseConfiguration(text, path, (file) => readText(resolve(dirname(path), file)));
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

interface LocatedMistake extends Mistake {
  readonly path?: string;
}

function locate(complaint: Complaint, source: YamlSource): LocatedMistake {
  const { what, mend } = complaint;
  return { offset: source.offsetOf(complaint), path: renderPath(complaint.path), what, mend };
}

function exposedSecret(offset: number): Mistake {
  return {
    offset,
    what: 'This looks like a secret.',
    mend: 'Revoke it, and refer to the new one instead: { env: NAME } or { secret: <ARN> }.',
  };
}

function configError(fileName: string, source: YamlSource, mistakes: readonly LocatedMistake[]): ConfigError {
  const inOrder = [...mistakes].sort((a, b) => a.offset - b.offset);
  return new ConfigError(
    inOrder.map(({ offset, path, what, mend }) => ({
      where: withoutSecrets(`${fileName}:${source.placeOf(offset)}${path ? ` (${path})` : ''}`),
      what: withoutSecrets(what),
      mend: withoutSecrets(mend),
    })),
  );
}
