import type { IncomingHttpHeaders } from 'node:http';
import * as z from 'zod';
import { parseJson } from '../../../../shared/domain/kernel/json.ts';
import { authorize } from '../iam/authorization.ts';
import { identify, type Caller } from '../protocol/caller.ts';
import { errorOfFault } from '../protocol/faults.ts';
import { JsonError } from '../protocol/json-answer.ts';
import type { Dispatch } from './dispatch.ts';

/** A request of AWS JSON 1.1. */
export interface JsonRequest {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Admitted {
  readonly caller: Caller;
  readonly now: number;
  readonly asOf: number;
}

/** Who asks for the action, and whether they may. It goes into the log, and meets the fault that waits for it. Throws. */
export function admit(
  cloud: Dispatch,
  headers: IncomingHttpHeaders,
  action: `${string}:${string}`,
  resource = '*',
): Admitted {
  const [service = '', operation = ''] = action.split(':');
  const now = cloud.now();
  const asOf = now - cloud.getDelay(operation);
  const caller = identify(cloud.world, headers, service, now, asOf);
  authorize(caller, action, { resource }, now, asOf);
  const account = caller.account.id;
  cloud.log.add({ operation, at: now, account, principalArn: caller.arn, resource });
  const error = errorOfFault(cloud.faults.take(operation, account), action);
  if (error) throw error;
  return { caller, now, asOf };
}

/** The body; `code` is what the service calls one that breaks its model. Throws JsonError. */
export function parseBody<Schema extends z.ZodType>(
  schema: Schema,
  body: string,
  code: string,
): z.output<Schema> {
  const value = parseJson(body);
  if (value === undefined) throw new JsonError('SerializationException', 'The body is no JSON.');
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new JsonError(code, z.prettifyError(parsed.error));
}
