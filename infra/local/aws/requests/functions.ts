import type { LoopbackAnswer, LoopbackOutcome, LoopbackRequest } from '../../loopback/loopback-server.ts';
import { authorize } from '../iam/authorization.ts';
import { parseCredentialScope } from '../../loopback/credential-scope.ts';
import { identify, type Caller } from '../protocol/caller.ts';
import type { Dispatch } from './dispatch.ts';
import { errorOfFault, type Fault } from '../protocol/faults.ts';
import { ServiceError } from '../protocol/service-error.ts';

/** What a function does with an event. Rejects where the function fails. */
export type FunctionCode = (event: unknown) => Promise<unknown>;

export interface LocalFunctionRegistry {
  /** Makes a function of azfed's own account, or gives it other code. */
  put(name: string, code: FunctionCode): void;
  remove(name: string): void;
}

/** Bytes of an event (Lambda Developer Guide, quotas: 6 MB for a synchronous invocation, 1 MB for an asynchronous one). */
const LARGEST = { RequestResponse: 6 * 1024 * 1024, Event: 1024 * 1024, DryRun: 6 * 1024 * 1024 } as const;

const invocationPath = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;
/** A name, an ARN, or an ARN without its beginning (Lambda API Reference, Invoke, FunctionName). */
const functionName = /^(?:(?:arn:aws[a-z-]*:lambda:[a-z0-9-]+:)?(\d{12}):function:)?([\w-]{1,64})$/;

/**
 * Lambda: Invoke alone (Lambda API Reference, Invoke; Developer Guide, asynchronous invocation). `answer` gives `undefined` for
 * a request that is none. An asynchronous invocation is tried once: the retries after one and two minutes are left out.
 */
export function createFunctionHost(cloud: Dispatch) {
  const codes = new Map<string, FunctionCode>();
  const registry: LocalFunctionRegistry = {
    put: (name, code) => {
      codes.set(name, code);
    },
    remove: (name) => {
      codes.delete(name);
    },
  };
  return {
    registry,
    async answer(request: LoopbackRequest): Promise<LoopbackOutcome | undefined> {
      const [, encoded] = invocationPath.exec(request.path.split('?')[0] ?? '') ?? [];
      if (request.method !== 'POST' || encoded === undefined) return undefined;
      try {
        return await invoke(cloud, codes, request, decodeURIComponent(encoded));
      } catch (error) {
        if (error instanceof ServiceError) return commonRefusal(error);
        if (error instanceof Refusal) return refuse(error.status, error.type, error.fields);
        throw error;
      }
    },
  };
}

class Refusal extends Error {
  readonly status: number;
  readonly type: string;
  readonly fields: object;

  constructor(status: number, type: string, fields: object) {
    super(type);
    this.status = status;
    this.type = type;
    this.fields = fields;
  }
}

async function invoke(
  cloud: Dispatch,
  codes: ReadonlyMap<string, FunctionCode>,
  { headers, text }: LoopbackRequest,
  named: string,
): Promise<LoopbackOutcome> {
  const now = cloud.now();
  const caller = identify(cloud.world, headers, 'lambda', now, now);
  const type = readType(headers['x-amz-invocation-type']);
  const arn = toArn(named, caller, parseCredentialScope(headers)?.region ?? '');
  const fault = cloud.faults.take('Invoke', caller.account.id);
  cloud.log.add({
    operation: 'Invoke',
    at: now,
    account: caller.account.id,
    principalArn: caller.arn,
    resource: arn,
  });
  const cut = meetFault(fault);
  if (cut) return cut;
  authorize(caller, 'lambda:InvokeFunction', { resource: arn }, now, now);
  const code = codes.get(arn.split(':').at(-1) ?? '');
  if (!code)
    throw new Refusal(404, 'ResourceNotFoundException', {
      Type: 'User',
      Message: `Function not found: ${arn}`,
    });
  if (Buffer.byteLength(text) > LARGEST[type])
    throw new Refusal(413, 'RequestTooLargeException', {
      Type: 'User',
      message: `Request must be smaller than ${LARGEST[type]} bytes for the InvokeFunction operation`,
    });
  const event = parseEvent(text);
  if (type === 'DryRun') return { status: 204, headers: {}, text: '' };
  if (type === 'Event') {
    void code(event).catch(() => undefined);
    return { status: 202, headers: {}, text: '' };
  }
  return run(code, event);
}

/** Throws ServiceError and Refusal. */
function meetFault(fault: Fault | undefined): 'hang' | 'drop' | undefined {
  if (fault === 'throttle') throw throttled;
  const common = errorOfFault(fault, 'lambda:InvokeFunction');
  if (common) throw common;
  if (fault === 'hang') return 'hang';
  return fault === 'dropConnection' ? 'drop' : undefined;
}

/** Names of invocation types, as the service refuses any other (Lambda service model, InvocationType). */
function readType(given: string | readonly string[] | undefined): keyof typeof LARGEST {
  if (given === undefined) return 'RequestResponse';
  if (given === 'RequestResponse' || given === 'Event' || given === 'DryRun') return given;
  throw new Refusal(400, 'ValidationException', {
    message: `1 validation error detected: Value '${String(given)}' at 'invocationType' failed to satisfy constraint: Member must satisfy enum value set: [Event, RequestResponse, DryRun]`,
  });
}

function toArn(named: string, { account: { partition, id } }: Caller, region: string): string {
  const [, owner = id, name] = functionName.exec(named) ?? [];
  if (name === undefined)
    throw new Refusal(400, 'ValidationException', {
      message: `1 validation error detected: Value '${named}' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern`,
    });
  return `arn:${partition}:lambda:${region}:${owner}:function:${name}`;
}

function parseEvent(text: string): unknown {
  if (text === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, 'InvalidRequestContentException', {
      Type: 'User',
      message: 'Could not parse request body into json: Could not parse payload into json',
    });
  }
}

/** An error of the function is an answer with status 200 (Lambda Developer Guide, function errors in Node.js). */
async function run(code: FunctionCode, event: unknown): Promise<LoopbackAnswer> {
  const headers = { 'content-type': 'application/json', 'x-amz-executed-version': '$LATEST' };
  try {
    return { status: 200, headers, text: JSON.stringify((await code(event)) ?? null) };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
    const text = JSON.stringify({ errorType: name, errorMessage: message, trace: [] });
    return { status: 200, headers: { ...headers, 'x-amz-function-error': 'Unhandled' }, text };
  }
}

/** As a function with reserved concurrency is throttled (erlcloud/erlcloud, tests of its requests, have the body). */
const throttled = new Refusal(429, 'TooManyRequestsException', {
  Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
  Type: 'User',
  message: 'Rate Exceeded.',
});

/** Refusals that all services have, as this protocol spells them. */
const commonTypes: Readonly<Record<string, readonly [status: number, type: string]>> = {
  AccessDenied: [403, 'AccessDeniedException'],
  ExpiredToken: [403, 'ExpiredTokenException'],
  InvalidClientTokenId: [403, 'UnrecognizedClientException'],
  MissingAuthenticationToken: [403, 'MissingAuthenticationTokenException'],
  SignatureDoesNotMatch: [403, 'InvalidSignatureException'],
  ServiceFailure: [500, 'ServiceException'],
  ServiceUnavailable: [503, 'ServiceUnavailableException'],
};

function commonRefusal({ code, status, message }: ServiceError): LoopbackAnswer {
  const [own, type] = commonTypes[code] ?? [status, code];
  return refuse(own, type, { Message: message });
}

function refuse(status: number, type: string, fields: object): LoopbackAnswer {
  const headers = { 'content-type': 'application/json', 'x-amzn-errortype': type };
  return { status, headers, text: JSON.stringify(fields) };
}
