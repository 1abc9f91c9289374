import { readFileSync } from 'node:fs';
import { createHandler } from '../../../functions/hook/create-handler.ts';
import { hookDependencies } from '../../../functions/hook/dependencies.ts';
import type { LocalQueue } from '../../../infra/local/queues/local-queues.ts';
import type { LocalSecrets } from '../../../infra/local/secrets/local-secrets.ts';
import { startLocalSecrets } from '../../../infra/local/secrets/local-secrets.ts';
import type { MemoryTelemetry } from '../../doubles/memory-telemetry.ts';
import { createMemoryTelemetry } from '../../doubles/memory-telemetry.ts';
import { configuration } from '../../builders/configuration.ts';
import type { LocalDynamo } from '../../builders/local-dynamo.ts';
import { openLocalDynamo } from '../../builders/local-dynamo.ts';
import type { LocalSqs } from '../../builders/local-sqs.ts';
import { openLocalSqs } from '../../builders/local-sqs.ts';
import type { VirtualClock } from '../../builders/virtual-clock.ts';
import { createVirtualClock } from '../../builders/virtual-clock.ts';

export const CURRENT = 'planted-current-password';
export const PREVIOUS = 'planted-previous-password';

const fixture = (name: string) =>
  JSON.parse(readFileSync(`test/fixtures/events/${name}.json`, 'utf8')) as Record<string, unknown>;
const proxyEvent = fixture('rest-api-proxy');
const serviceHook = fixture('service-hook');

export interface HookCall {
  /** Instead of the current password; `null`: no header at all. */
  readonly password?: string | null;
  /** The whole header. */
  readonly authorization?: string;
  /** Fields of the body that are different; or the whole body. */
  readonly body?: Readonly<Record<string, unknown>> | string;
  readonly isBase64Encoded?: boolean;
}

/** The function as it is deployed, on the embedded cloud. */
export interface HookStage {
  readonly clock: VirtualClock;
  readonly sqs: LocalSqs;
  readonly queue: LocalQueue;
  readonly secrets: LocalSecrets;
  readonly dynamo: LocalDynamo;
  readonly telemetry: MemoryTelemetry;
  storePasswords(text: string): void;
  /** A cold start with the password secret as it is. */
  start(): Promise<void>;
  call(call?: HookCall): Promise<{ readonly statusCode: number; readonly body: string }>;
  close(): Promise<void>;
}

export async function setHookStage(): Promise<HookStage> {
  const clock = createVirtualClock();
  const [sqs, dynamo, secrets] = await Promise.all([
    openLocalSqs(clock),
    openLocalDynamo(clock),
    startLocalSecrets({ now: () => clock.now() }),
  ]);
  const queue = sqs.queues.create('discover.fifo', { delaySeconds: 30 });
  const telemetry = createMemoryTelemetry();
  const hookSecret = secrets.put('azfed/hook', JSON.stringify({ current: CURRENT, previous: PREVIOUS }));
  const open = async () => {
    const dependencies = await hookDependencies({
      environment: { table: dynamo.table, discoverQueue: queue.url, hookSecret },
      configuration: configuration(),
      telemetry,
      clock,
      endpoints: {
        aws: '',
        entra: '',
        dynamoDb: dynamo.url,
        queues: sqs.queues.url,
        secretsManager: secrets.url,
        s3: '',
        hub: { accessKeyId: 'AK', secretAccessKey: 'SK' },
        secrets: {},
      },
    });
    return createHandler(dependencies);
  };
  let handle = await open();
  return {
    clock,
    sqs,
    queue,
    secrets,
    dynamo,
    telemetry,
    storePasswords: (text) => {
      secrets.put('azfed/hook', text);
    },
    async start() {
      handle = await open();
    },
    call: (call = {}) => handle(makeEvent(call)),
    async close() {
      await Promise.all([sqs.close(), dynamo.close(), secrets.close()]);
    },
  };
}

function makeEvent({ password = CURRENT, authorization, body = {}, isBase64Encoded = false }: HookCall) {
  const text = typeof body === 'string' ? body : JSON.stringify({ ...serviceHook, ...body });
  const header = authorization ?? `Basic ${Buffer.from(`azure-devops:${password ?? ''}`).toString('base64')}`;
  return {
    ...proxyEvent,
    headers: {
      ...(proxyEvent['headers'] as Record<string, string>),
      ...(password === null ? {} : { Authorization: header }),
    },
    body: isBase64Encoded ? Buffer.from(text).toString('base64') : text,
    isBase64Encoded,
  };
}
