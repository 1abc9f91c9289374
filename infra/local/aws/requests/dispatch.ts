import type { IncomingHttpHeaders } from 'node:http';
import { parseRoleArn } from '../../../../shared/domain/kernel/arn.ts';
import { authorize } from '../iam/authorization.ts';
import type { CallLog } from '../protocol/call-log.ts';
import { identify, type Caller } from '../protocol/caller.ts';
import { errorOfFault, throttled, type Fault, type FaultSource } from '../protocol/faults.ts';
import { checkFields } from '../protocol/field-rules.ts';
import type { Call, Operation, Settings } from '../protocol/operation.ts';
import type { Form } from '../protocol/query-codec.ts';
import {
  decodeInput,
  encodeError,
  encodeOutput,
  parseForm,
  serviceVersions,
} from '../protocol/query-codec.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { Happening } from '../cloudtrail/trail.ts';
import { parseCredentialScope } from '../../loopback/credential-scope.ts';
import type { Account, World } from '../state/world.ts';

export interface QueryRequest {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type QueryAnswer = { readonly status: number; readonly xml: string } | 'hang' | 'drop';

export interface Dispatch {
  readonly world: World;
  readonly settings: Settings;
  readonly operations: ReadonlyMap<string, Operation>;
  readonly faults: FaultSource;
  readonly log: CallLog;
  readonly now: () => number;
  /** How old what a read sees is, in milliseconds. */
  readonly getDelay: (operation: string) => number;
  readonly takeToken: (account: string, now: number) => boolean;
  /** After a call that went through the service's hands, whether it succeeded or not. */
  readonly onDone: (happening: Happening) => void;
}

export function operationKey(service: string, name: string): string {
  return `${service}:${name}`;
}

export async function answerQuery(cloud: Dispatch, { headers, body }: QueryRequest): Promise<QueryAnswer> {
  const form = parseForm(body);
  const [name = '', version = 'NO_VERSION_SPECIFIED'] = [form.get('Action'), form.get('Version')];
  const service = serviceVersions.get(version);
  const requestId = crypto.randomUUID();
  const operation = service && cloud.operations.get(operationKey(service, name));
  if (service === undefined || operation === undefined) {
    const error = new ServiceError(
      'InvalidAction',
      `Could not find operation ${name} for version ${version}`,
    );
    return { status: error.status, xml: encodeError(service ?? 'iam', error, requestId) };
  }
  try {
    const outcome = await perform(cloud, operation, form, headers);
    if (typeof outcome === 'string') return outcome;
    return { status: 200, xml: encodeOutput(service, operation.schema, outcome, requestId) };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { status: error.status, xml: encodeError(service, error, requestId) };
  }
}

/** What is known of a call, piece by piece, for the log. */
interface Trace {
  account?: Account;
  caller?: Caller;
  resource?: string;
}

async function perform(
  cloud: Dispatch,
  operation: Operation,
  form: Form,
  headers: IncomingHttpHeaders,
): Promise<object | 'hang' | 'drop'> {
  const now = cloud.now();
  const trace: Trace = {};
  const log = (errorCode?: string) => {
    cloud.log.add({
      operation: operation.name,
      at: now,
      ...(trace.account === undefined ? {} : { account: trace.account.id }),
      ...(trace.caller === undefined ? {} : { principalArn: trace.caller.arn }),
      ...(trace.resource === undefined ? {} : { resource: trace.resource }),
      ...(errorCode === undefined ? {} : { errorCode }),
    });
  };
  try {
    const input = decodeInput(operation.schema, form);
    const call = openCall(cloud, operation, input, headers, now, trace);
    const fault = cloud.faults.take(operation.name, call.account.id);
    checkAdmission(cloud, operation, call, fault);
    checkFields(operation.name, input);
    checkRight(operation, call, input, trace);
    if (fault === 'hang' || fault === 'dropConnection') {
      log(fault);
      return fault === 'hang' ? 'hang' : 'drop';
    }
    const output = await run(cloud, operation, call, input, headers);
    log(fault);
    if (fault === 'applyThenHang') return 'hang';
    return fault === 'applyThenDrop' ? 'drop' : output;
  } catch (error) {
    log(error instanceof ServiceError ? error.code : 'InternalFailure');
    throw error;
  }
}

function openCall(
  { world, settings, getDelay }: Dispatch,
  operation: Operation,
  input: Readonly<Record<string, unknown>>,
  headers: IncomingHttpHeaders,
  now: number,
  trace: Trace,
): Call {
  const replicaAt = now - getDelay(operation.name);
  const caller = operation.isSigned ? identify(world, headers, operation.service, now, replicaAt) : undefined;
  const account = caller?.account ?? accountOfRole(world, input['RoleArn']);
  trace.account = account;
  if (caller !== undefined) trace.caller = caller;
  const asOf = operation.effect === 'write' ? Infinity : replicaAt;
  return { world, settings, operation: operation.name, account, caller, now, asOf };
}

/** An unsigned call acts in the account of the role that it asks for. */
function accountOfRole(world: World, arn: unknown): Account {
  const account = world.accounts.get(parseRoleArn(String(arn))?.account ?? '');
  if (account !== undefined) return account;
  throw new ServiceError('AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity');
}

/** IAM's buckets are per account (AWS Security Blog, querying IAM at scale); STS has its own, far larger ones. */
function checkAdmission(
  cloud: Dispatch,
  operation: Operation,
  { account, now }: Call,
  fault: Fault | undefined,
): void {
  const error = errorOfFault(fault, `${operation.service}:${operation.name}`);
  if (error !== undefined) throw error;
  if (operation.service === 'iam' && !cloud.takeToken(account.id, now)) throw throttled();
}

function checkRight(operation: Operation, call: Call, input: object, trace: Trace): void {
  const target = operation.target?.(call, input);
  if (target === undefined) return;
  trace.resource = target.resource;
  if (call.caller === undefined) return;
  authorize(call.caller, `${operation.service}:${operation.name}`, target, call.now, call.asOf);
}

async function run(
  cloud: Dispatch,
  operation: Operation,
  call: Call,
  input: Readonly<Record<string, unknown>>,
  headers: IncomingHttpHeaders,
): Promise<object> {
  const { account, caller, now } = call;
  const userAgent = headers['user-agent'] ?? '';
  const about = {
    operation,
    account,
    caller,
    input,
    now,
    userAgent,
    region: parseCredentialScope(headers)?.region ?? '',
  };
  try {
    const output = await operation.run(call, input);
    cloud.onDone({ ...about, output: { ...output }, error: undefined });
    return output ?? {};
  } catch (error) {
    if (error instanceof ServiceError) cloud.onDone({ ...about, output: undefined, error });
    throw error;
  }
}
