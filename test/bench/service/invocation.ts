import type { Context } from 'aws-lambda';
import { createHandler as createDeliver } from '../../../functions/deliver/create-handler.ts';
import { deliverDependencies } from '../../../functions/deliver/dependencies.ts';
import { createHandler as createDiscover } from '../../../functions/discover/create-handler.ts';
import { discoverDependencies } from '../../../functions/discover/dependencies.ts';
import { createHandler as createReconcile } from '../../../functions/reconcile/create-handler.ts';
import { reconcileDependencies } from '../../../functions/reconcile/dependencies.ts';
import type { EndpointOverrides } from '../../../functions/runtime/connect.ts';
import { sqsRecord } from '../../builders/sqs-records.ts';
import { createMemoryTelemetry } from '../../doubles/memory-telemetry.ts';
import { createLaterClock } from '../scene.ts';
import type { Size } from './settings.ts';
import { serviceConfiguration } from './settings.ts';

/** One invocation of one function, as it is deployed. */
export interface Invocation {
  readonly name: 'discover' | 'reconcile' | 'deliver';
  /** The body of the one message; of `deliver` the event itself. */
  readonly body: object;
  readonly size: Size;
  readonly azureDevOps: string;
  readonly endpoints: EndpointOverrides;
  readonly environment: Readonly<
    Record<'table' | 'reconcileQueue' | 'discoverQueue' | 'reportQueue', string>
  >;
  readonly laterMs: number;
}

/** The cold start; what it resolves to is everything that went wrong, in sentences. */
export function connectFunction(invocation: Invocation): () => Promise<readonly string[]> {
  const { size, azureDevOps, laterMs } = invocation;
  const telemetry = createMemoryTelemetry();
  const inForce = {
    configuration: serviceConfiguration(size, azureDevOps),
    origin: { version: 0, sha256: 'bench' },
  };
  const handle = createHandle(invocation, {
    ...invocation,
    ...inForce,
    deployed: inForce,
    stack: { release: 'bench', configurationBucket: 'bench' },
    clock: createLaterClock(laterMs),
    telemetry,
  });
  return async () => {
    await handle();
    return telemetry.lines
      .filter(({ level }) => level !== 'info')
      .map(({ message, error }) => `${message} ${String(error)}`);
  };
}

/** The message is in no queue. */
const redelivery = { postpone: () => Promise.resolve() };

function createHandle(
  { name, body }: Invocation,
  runtime: Parameters<typeof reconcileDependencies>[0] & Parameters<typeof discoverDependencies>[0],
): () => Promise<unknown> {
  const context = { getRemainingTimeInMillis: () => 840_000 } as Context;
  const records = { Records: [sqsRecord('m1', 'bench', body)] };
  if (name === 'discover') {
    const discover = createDiscover({ ...discoverDependencies(runtime), redelivery });
    return () => discover(records, context);
  }
  if (name === 'reconcile') {
    const reconcile = createReconcile({ ...reconcileDependencies(runtime), redelivery });
    return () => reconcile(records, context);
  }
  const deliver = createDeliver(deliverDependencies(runtime));
  return () => deliver({ sweep: true }, context);
}
