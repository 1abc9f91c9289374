import type { IAMClient } from '@aws-sdk/client-iam';
import { ConflictError } from '../../domain/kernel/errors.ts';
import type { AwsCall } from './errors.ts';
import type { Limiter } from './limiter.ts';
import type { RetryBudget, Recently } from './retry.ts';
import { retrying } from './retry.ts';

export interface IamCall extends AwsCall {
  readonly action: `iam:${string}`;
  /** `write-once`: a second time is not the same as once. */
  readonly effect: 'read' | 'write' | 'write-once';
  readonly recently?: Recently;
}

/** Sends requests to IAM in one account: paced, tried again where that is right, errors as those of the domain. */
export interface IamRequests {
  send<Answer>(call: IamCall, send: (client: IAMClient) => Promise<Answer>): Promise<Answer>;
}

export function createIamRequests(
  client: IAMClient,
  limiter: Limiter,
  retryBudget: RetryBudget,
): IamRequests {
  return {
    send: ({ effect, ...call }, send) =>
      retrying({ ...call, isRepeatable: effect !== 'write-once' }, retryBudget, async () => {
        await limiter(effect === 'read' ? 'reads' : 'writes');
        return send(client);
      }),
  };
}

export function reading(action: IamCall['action'], target = '*'): IamCall {
  return { action, target, effect: 'read' };
}

/** `undefined` for what IAM says does not exist. */
export async function unlessMissing<Value>(read: Promise<Value>): Promise<Value | undefined> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof ConflictError && error.code === 'missing') return undefined;
    throw error;
  }
}
