import { realpathSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { parsePolicy, renderPolicy, type PolicyDocument } from '../domain/policy/policy-document.ts';
import { MOST_INLINE_CHARACTERS, grammarProblems, policySize } from '../domain/policy/policy-grammar.ts';
import { checkSource, renderPath, type Complaint, type FieldPath } from './field.ts';
import type { GrantOutline, InlinePolicyOutline } from './outline.ts';
import { readTextFile, type TextReading } from './yaml-source.ts';
import { isRecord } from '../domain/kernel/json.ts';
import { listIf } from '../domain/kernel/group-by.ts';

/** The text of a policy file, by its path as written in the configuration. */
export type ReadFile = (path: string) => TextReading;

export type PolicyDocuments = Readonly<Record<string, PolicyDocument>>;

interface PolicyReading {
  readonly document?: PolicyDocument;
  readonly complaints: readonly Complaint[];
}

/** What policies of a grant are read with. */
interface Surroundings {
  readonly readFile: ReadFile;
  /** Of the grant's accounts: a policy that names another one is refused there. */
  readonly partitions: readonly string[];
}

/** The documents of one grant by name, and what is wrong with them. */
export function readInlinePolicies(
  { inlinePolicies }: GrantOutline,
  path: FieldPath,
  surroundings: Surroundings,
): { readonly documents: PolicyDocuments; readonly complaints: readonly Complaint[] } {
  const readings = Object.entries(inlinePolicies).map(
    ([name, source]) => [name, readPolicy(source, [...path, 'inlinePolicies', name], surroundings)] as const,
  );
  const documents = Object.fromEntries(
    readings.flatMap(([name, { document }]) => (document ? [[name, document] as const] : [])),
  );
  const complaints = readings.flatMap(([, reading]) => reading.complaints);
  const size = Object.values(documents).reduce(
    (sum, document) => sum + policySize(renderPolicy(document)),
    0,
  );
  if (size <= MOST_INLINE_CHARACTERS) return { documents, complaints };
  const what = `The inline policies have ${size} characters together; IAM takes ${MOST_INLINE_CHARACTERS}.`;
  const fix = 'Move statements into a managed policy.';
  return {
    documents,
    complaints: [...complaints, { path: [...path, 'inlinePolicies'], at: 'value', what, fix }],
  };
}

function readPolicy(source: InlinePolicyOutline, path: FieldPath, surroundings: Surroundings): PolicyReading {
  if (!source) return { complaints: [] };
  const complaints = checkSource(source, path, ['file', 'document']);
  const { file, document } = source;
  if (complaints.length > 0) return { complaints };
  if (typeof file === 'string' && file !== '') return readSinglePolicy(file, [...path, 'file'], surroundings);
  return isRecord(document)
    ? judge(JSON.stringify(document), undefined, [...path, 'document'], surroundings)
    : { complaints };
}

function readSinglePolicy(file: string, path: FieldPath, surroundings: Surroundings): PolicyReading {
  const refusal = problemOfPolicyPath(file);
  const reading: TextReading =
    refusal === undefined
      ? surroundings.readFile(file)
      : { what: `It ${refusal}.`, fix: 'Policy files lie in the folder of the configuration or below it.' };
  if ('text' in reading) return judge(reading.text, file, path, surroundings);
  const fix = `${reading.fix} The path is relative to the configuration file.`;
  return { complaints: [{ path, at: 'value', what: `${file}: ${reading.what}`, fix }] };
}

/** `file`: where it stands, unless in the configuration itself. */
function judge(
  text: string,
  file: string | undefined,
  path: FieldPath,
  { partitions }: Surroundings,
): PolicyReading {
  const name = file ?? 'The policy';
  const complain = (what: string, fix: string, within: FieldPath = []): Complaint => ({
    // In a file of its own a place has no line here: it is named in the sentence.
    path: file === undefined ? [...path, ...within] : path,
    at: 'value',
    what: file === undefined || within.length === 0 ? what : `${renderPath(within)}: ${what}`,
    fix,
  });
  const parsed = parsePolicy(text);
  if (!parsed.readable)
    return { complaints: [complain(`${name} is not a policy: ${parsed.reason}.`, 'Correct the policy.')] };
  const { document } = parsed;
  // policyDocumentType, IAM service model: Latin-1 without controls.
  const strange = listIf(
    !/^[\u0020-\u00ff]*$/.test(renderPolicy(document)),
    complain(`${name} holds characters that IAM does not take.`, 'Use Latin letters and plain punctuation.'),
  );
  const problems = grammarProblems('identity', document, { partitions });
  const complaints = problems.map(({ path: within, says, fix }) =>
    complain(`${name} is none that IAM takes: ${says}`, fix, within),
  );
  return { document, complaints: [...strange, ...complaints] };
}

/** Why a path may not stand in the configuration, whatever lies there; `undefined` when it may. */
export function problemOfPolicyPath(path: string): string | undefined {
  if (/\p{Cc}/u.test(path)) return 'holds control characters';
  if (isAbsolute(path) || /^[A-Za-z]:|^[\\/~]/.test(path)) return 'is no relative path';
  return path.split(/[\\/]/).includes('..') ? 'leads out of the folder of the configuration (..)' : undefined;
}

/** Beside a configuration that is no file. */
export const noPolicyFiles = (): TextReading => ({
  what: 'There are no files beside this configuration.',
  fix: 'Write the policy itself: { document: ... }.',
});

/**
 * Reads a file below the folder of the configuration, also after every symbolic link: who may change the configuration
 * may not make azfed read what lies elsewhere on the machine.
 */
export function readPolicyFile(configurationPath: string, path: string): TextReading {
  const folder = dirname(configurationPath);
  const file = resolve(folder, path);
  const [root, real] = [realPath(folder), realPath(file)];
  // A file that is not there has no real path: the reading says so.
  if (root === undefined || real === undefined) return readTextFile(file);
  if (!isBelow(root, real))
    return {
      what: 'The file is a link, or lies behind one, that leads out of the folder of the configuration.',
      fix: 'Put the file itself below that folder.',
    };
  return readTextFile(real);
}

function isBelow(root: string, file: string): boolean {
  const way = relative(root, file);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
