/** The Node that the agent runs a task with. The manifests name 20 and 10; an agent may be set to another. */
export type AgentNode = 10 | 16 | 20 | 24;

/** A failed call of the toolkit's SDK, as `aws-sdk` 2.979.0 throws it. */
interface SdkError {
  readonly name: string;
  readonly message: string;
}

/** What Node prints of it for `console.error('%s', error)`; measured with `aws-sdk` 2.979.0 on Node 10, 16, 20 and 24. */
export function printedError(error: unknown, node: AgentNode): readonly string[] {
  const { name, message } = sdkError(error, node);
  if (node === 10) return [`${name}: ${message}`];
  // Where the name ends with "Error", it stands behind the name of the class.
  const head = name.endsWith('Error') && name !== 'Error' ? `Error [${name}]` : name;
  const file = '/home/vsts/work/_tasks/AWSCLI_9e0c5a6c-0000-4000-8000-000000000000/1.24.0/AWSCLI.js';
  if (name === 'Error') return [`${head}: ${message}`, `    at ${file}:2:1290433`];
  return [
    `${head}: ${message}`,
    `    at Request.extractError (${file}:2:1186532)`,
    `    at Request.callListeners (${file}:2:1278033) {`,
    `  code: '${name}'`,
    '}',
  ];
}

/** What a task ends with: `tl.setResult(tl.TaskResult.Failed, String(error))`. */
export function endingError(error: unknown): string {
  const { name, message } = sdkError(error, 20);
  return `${name}: ${message}`;
}

/** The SDK of the embedded task is another one; what it throws is told as the toolkit's would. */
function sdkError(error: unknown, node: AgentNode): SdkError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { message } = error;
  const code = 'Code' in error && typeof error.Code === 'string' ? error.Code : error.name;
  // EventListeners.INVALIDATE_CREDENTIALS wants to expire credentials that an unsigned call does not have.
  if (code === 'ExpiredTokenException')
    return {
      name: 'TypeError',
      message:
        node === 10
          ? "Cannot set property 'expired' of null"
          : "Cannot set properties of null (setting 'expired')",
    };
  return networkError(error) ?? { name: code, message };
}

function networkError(error: Error): SdkError | undefined {
  const system = 'code' in error ? String(error.code) : '';
  if (error.message === 'socket hang up' || system === 'ECONNRESET')
    return { name: 'TimeoutError', message: 'socket hang up' };
  if (system !== 'ECONNREFUSED' && system !== 'ENOTFOUND') return undefined;
  return {
    name: 'UnknownEndpoint',
    message: "Inaccessible host: `sts.amazonaws.com'. This service may not be available in the Region.",
  };
}
