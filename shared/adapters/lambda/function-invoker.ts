import * as z from 'zod';
import { getEndpointDomain } from '../../domain/kernel/arn.ts';
import { classifyCommonFailure } from '../../domain/kernel/aws-common-errors.ts';
import { ConfigError, PermissionError, TransientError, UpstreamError } from '../../domain/kernel/errors.ts';
import { parseJson } from '../../domain/kernel/json.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FunctionInvoker } from '../../ports/functions.ts';
import { sendSigned, type SignedAnswer, type ResolvedClient } from '../signed-requests/signed-request.ts';

export interface FunctionInvokerOptions {
  /** Any client of the SDK that is there anyway: its Region, credentials and hash are used. */
  readonly client: ResolvedClient;
  readonly clock: Clock;
  /** Instead of Lambda's own. */
  readonly endpoint?: string;
}

/** Of a function that starts cold, finds its configuration and answers. */
const REQUEST_TIMEOUT_MS = 60_000;
const ATTEMPTS = 3;
const PAUSE_MS = 1_000;

interface Invocation {
  readonly name: string;
  readonly type: 'RequestResponse' | 'DryRun';
  readonly event: object;
}

/**
 * Invokes the functions of the service (Lambda API Reference, Invoke). What is throttled was not begun and is tried again; what
 * got no answer may have been done, and is not.
 */
export function createFunctionInvoker(options: FunctionInvokerOptions): FunctionInvoker {
  return {
    invoke: (name, event) => invoke(options, { name, type: 'RequestResponse', event }),
    rehearse: async (name) => {
      await invoke(options, { name, type: 'DryRun', event: {} });
    },
  };
}

async function invoke(options: FunctionInvokerOptions, invocation: Invocation): Promise<unknown> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await send(options, invocation);
    if (answer.status !== 429 || attempt === ATTEMPTS) return judge(invocation.name, answer);
    await options.clock.sleep(attempt * PAUSE_MS);
  }
}

async function send(
  { client, endpoint }: FunctionInvokerOptions,
  { name, type, event }: Invocation,
): Promise<SignedAnswer> {
  const region = await client.config.region();
  const base = endpoint ?? `https://lambda.${region}.${getEndpointDomain(region)}`;
  const answer = await sendSigned(client, {
    service: 'lambda',
    region,
    url: new URL(`/2015-03-31/functions/${name}/invocations`, base),
    headers: { 'content-type': 'application/json', 'x-amz-invocation-type': type },
    body: JSON.stringify(event),
    timeoutMs: REQUEST_TIMEOUT_MS,
  });
  if (answer.status > 0) return answer;
  const message = `Lambda gave no answer for the function ${name}, which may have begun: ${answer.text}. Its log: /aws/lambda/${name}.`;
  throw new TransientError('function.unreachable', message, { cause: answer.cause });
}

function judge(name: string, answer: SignedAnswer): unknown {
  const { status, headers, text } = answer;
  if (headers?.has('x-amz-function-error')) throw failed(name, text);
  if (status >= 200 && status < 300) return parseJson(text);
  throw refusal(name, answer);
}

const errorFields = z
  .object({ errorType: z.string().catch(''), errorMessage: z.string().catch('') })
  .catch({ errorType: '', errorMessage: '' });

/** The function itself has failed: it does not start, ran out of time, or does not take the event. */
function failed(name: string, text: string): ConfigError {
  const { errorType, errorMessage } = errorFields.parse(parseJson(text));
  const isLate = errorType === 'Sandbox.Timedout' || errorMessage.includes('Task timed out');
  const log = `Its log says more: aws logs tail /aws/lambda/${name} --since 15m`;
  const fix =
    errorType === 'UnknownEvent'
      ? 'The functions are of another release than this command (azfed version --check). Deploy azfed again: npx cdk deploy'
      : isLate
        ? `It ran out of time; start it again. ${log}`
        : log;
  const what = `It failed. ${[errorType, errorMessage].filter((part) => part !== '').join(': ')}`.trim();
  return new ConfigError({ where: `function ${name}`, what, fix });
}

const refusalFields = z
  .object({ Message: z.string().catch(''), message: z.string().catch(''), Reason: z.string().catch('') })
  .catch({ Message: '', message: '', Reason: '' });

/** What Lambda answered, as an error of the domain (Lambda API Reference, Invoke, errors). */
function refusal(name: string, { status, headers, text }: SignedAnswer): Error {
  const fields = refusalFields.parse(parseJson(text));
  const said = fields.Message || fields.message;
  const code = (headers?.get('x-amzn-errortype') ?? '').replace(/:.*/, '');
  if (status === 404) return missing(name, said);
  const parts = [code, fields.Reason, said].filter((part) => part !== '');
  const sentence = `lambda:InvokeFunction on ${name}: ${status} ${parts.join(': ')}`;
  if (status === 429) return new TransientError('function.throttled', `${sentence} ${THROTTLED}`);
  const kind = classifyCommonFailure(code, said);
  if (kind === 'refused' || status === 403) return new PermissionError('lambda:InvokeFunction', sentence);
  return status >= 500 || kind !== undefined
    ? new TransientError('function.unavailable', sentence)
    : new UpstreamError('function.refused', sentence);
}

const THROTTLED =
  'Nothing was started: all invocations that the account may have at once are taken. Wait, or raise the quota of concurrent executions.';

const missing = (name: string, said: string) =>
  new ConfigError({
    where: `function ${name}`,
    what: `There is no such function in this account and Region. ${said}`.trim(),
    fix: 'Set AWS_PROFILE and AWS_REGION to the place where azfed is deployed, or deploy it: npx cdk deploy. Without a service, azfed reconcile makes the run from here.',
  });
