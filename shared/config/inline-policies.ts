import type { PolicyDocument } from '../domain/policy/policy-document.ts';
import { parsePolicy, renderPolicy } from '../domain/policy/policy-document.ts';
import type { Complaint, FieldPath } from './complaint.ts';
import { checkSource } from './complaint.ts';
import type { GrantOutline, InlinePolicyOutline } from './outline.ts';

/** The text of a file, by its path as written in the configuration; `undefined` when there is none to read. */
export type ReadFile = (path: string) => string | undefined;

export type PolicyDocuments = Readonly<Record<string, PolicyDocument>>;

/** Inline policies of a role, together (IAM User Guide, IAM and STS character limits); spaces are not counted. */
const MOST_CHARACTERS = 10_240;

interface PolicyReading {
  readonly document?: PolicyDocument;
  readonly complaints: readonly Complaint[];
}

/** The documents of one grant by name, and what is wrong with them. */
export function readInlinePolicies(
  { inlinePolicies }: GrantOutline,
  path: FieldPath,
  readFile: ReadFile,
): { readonly documents: PolicyDocuments; readonly complaints: readonly Complaint[] } {
  const readings = Object.entries(inlinePolicies).map(
    ([name, source]) => [name, readPolicy(source, [...path, 'inlinePolicies', name], readFile)] as const,
  );
  const documents = Object.fromEntries(
    readings.flatMap(([name, { document }]) => (document ? [[name, document] as const] : [])),
  );
  const complaints = readings.flatMap(([, reading]) => reading.complaints);
  const size = Object.values(documents).reduce((sum, document) => sum + sizeOf(document), 0);
  if (size <= MOST_CHARACTERS) return { documents, complaints };
  const what = `The inline policies have ${size} characters together; IAM takes ${MOST_CHARACTERS}.`;
  const mend = 'Move statements into a managed policy.';
  return {
    documents,
    complaints: [...complaints, { path: [...path, 'inlinePolicies'], at: 'value', what, mend }],
  };
}

function sizeOf(document: PolicyDocument): number {
  return renderPolicy(document).replaceAll(/\s/g, '').length;
}

function readPolicy(source: InlinePolicyOutline, path: FieldPath, readFile: ReadFile): PolicyReading {
  if (!source) return { complaints: [] };
  const complaints = checkSource(source, path, ['file', 'document']);
  const { file, document } = source;
  if (complaints.length > 0) return { complaints };
  if (typeof file === 'string' && file !== '') return readPolicyFile(file, [...path, 'file'], readFile);
  const isMap = typeof document === 'object' && document !== null && !Array.isArray(document);
  return isMap ? judge(JSON.stringify(document), 'The policy', [...path, 'document']) : { complaints };
}

function readPolicyFile(file: string, path: FieldPath, readFile: ReadFile): PolicyReading {
  const text = readFile(file);
  if (text !== undefined) return judge(text, file, path);
  const mend = 'Write the file, or correct the path: it is relative to the configuration file.';
  return { complaints: [{ path, at: 'value', what: `${file} is not there or cannot be read.`, mend }] };
}

function judge(text: string, name: string, path: FieldPath): PolicyReading {
  const parsed = parsePolicy(text);
  if (!parsed.readable) {
    const what = `${name} is not a policy: ${parsed.reason}.`;
    return { complaints: [{ path, at: 'value', what, mend: 'Correct the policy.' }] };
  }
  // policyDocumentType, IAM service model: Latin-1 without controls.
  if (/^[\u0020-\u00ff]*$/.test(renderPolicy(parsed.document)))
    return { document: parsed.document, complaints: [] };
  const what = `${name} holds characters that IAM does not take.`;
  return { complaints: [{ path, at: 'value', what, mend: 'Use Latin letters and plain punctuation.' }] };
}
