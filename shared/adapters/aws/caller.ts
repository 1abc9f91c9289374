import { setTimeout } from 'node:timers/promises';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { CallerSource } from '../../ports/caller.ts';
import type { ConnectionOptions } from './iam-client.ts';

export interface CallerOptions extends Pick<ConnectionOptions, 'credentials' | 'endpoint'> {
  /** Without it the SDK's own rules decide. */
  readonly region?: string;
  /** Milliseconds. */
  readonly retryBudgetMs?: number;
}

/** Nobody waits longer to be told who they are. */
const PATIENCE_MS = 2_000;

/** Asks STS, which tells everybody who has credentials, whatever they may do (STS API Reference, GetCallerIdentity). */
export function createCallerSource({ retryBudgetMs = PATIENCE_MS, ...client }: CallerOptions): CallerSource {
  return {
    async caller() {
      const sts = new STSClient({ ...client, maxAttempts: 1 });
      const retryBudget = new AbortController();
      const { signal } = retryBudget;
      try {
        // The search for credentials counts too, which no abort reaches.
        const answer = await Promise.race([
          sts.send(new GetCallerIdentityCommand({}), { abortSignal: signal }),
          setTimeout(retryBudgetMs, undefined, { signal }),
        ]);
        return answer?.Arn;
      } catch {
        return undefined;
      } finally {
        retryBudget.abort();
        sts.destroy();
      }
    },
  };
}
