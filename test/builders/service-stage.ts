import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { LocalService } from '../../functions/cli/commands/local/service/local-service.ts';
import { startLocalService } from '../../functions/cli/commands/local/service/local-service.ts';
import type { MemoryTelemetry } from '../doubles/memory-telemetry.ts';
import { createMemoryTelemetry } from '../doubles/memory-telemetry.ts';
import type { Configuration } from '../../shared/domain/configuration/configuration.ts';
import { recordBootstrap } from '../../shared/domain/guard/controls-recording.ts';
import type { Telemetry } from '../../shared/ports/clock.ts';
import type { Stage, StageOptions } from './stage.ts';
import { ORGANIZATION, READER_PAT, setStage } from './stage.ts';

const ADMINISTRATOR_PAT = 'administrator-personal-access-token';

/** An event as a webhook has got it. */
interface ReceivedEvent {
  readonly id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface ServiceStage extends Stage {
  readonly service: LocalService;
  /** What operators are told by all functions together. */
  readonly telemetry: MemoryTelemetry;
  /** What was added to a metric, by the value of a dimension. */
  readonly counted: (
    metric: { readonly name: string },
    dimension: string,
  ) => Readonly<Record<string, number>>;
  /** A person lets the deployment write. */
  letWrite(): Promise<void>;
  /** Time passes and all that follows happens, until nothing is left to do. */
  drain(): Promise<void>;
  /** The schedules fire, and all that follows happens. */
  tick(): Promise<void>;
  /** What the webhook has got, oldest first. */
  notified(): readonly ReceivedEvent[];
  /** Puts a text into a queue, `reconcile` without another, as nobody of ours would. */
  sendRaw(body: string, group: string, queue?: 'discover' | 'reconcile' | 'report'): Promise<void>;
  /** Bodies of all messages that were ever seen in a queue. */
  readonly bodies: readonly string[];
}

export interface ServiceStageOptions extends StageOptions {
  /** The configuration of the service, made from that of the stage. */
  readonly alter?: (configuration: Configuration) => Configuration;
  /** The log of a function, as operators have it, is written as well. */
  readonly log?: Telemetry;
}

/** The embedded cloud with azfed on it as a service: all functions, and time in the hand of the test. */
export async function setServiceStage({
  alter = (same) => same,
  log,
  ...options
}: ServiceStageOptions): Promise<ServiceStage> {
  const stage = await setStage(options);
  const { cloud, clock, ports } = stage;
  cloud.azureDevOps.organizations.setPat(ORGANIZATION, { token: ADMINISTRATOR_PAT });
  const { telemetry, counted } = createCountingTelemetry();
  const service = await startLocalService({
    cloud,
    clock,
    configuration: alter(stage.configuration()),
    table: 'azfed',
    secrets: { AZURE_DEVOPS_PAT: READER_PAT, AZFED_WEBHOOK_SECRET: cloud.webhookSecret },
    getTelemetry: () => (log ? both(telemetry, log) : telemetry),
    administrator: ADMINISTRATOR_PAT,
  });
  const bodies: string[] = [];
  const watchQueues = () => {
    for (const queue of Object.values(service.queues))
      bodies.push(...queue.messages().map(({ body }) => body));
  };
  const sqs = new SQSClient({
    endpoint: new URL(service.queues.reconcile.url).origin,
    region: 'us-east-1',
    credentials: cloud.aws.hubCredentials,
  });

  /** Hooks and schedules wait for half a minute in their queue. */
  async function drain(): Promise<void> {
    for (let quiet = 0; quiet < 2;) {
      await service.notify();
      watchQueues();
      const done = (await service.processBatch()) + (await service.followStream());
      quiet = done === 0 ? quiet + 1 : 0;
      clock.advance(31_000);
    }
  }

  return {
    ...stage,
    service,
    telemetry,
    counted,
    bodies,
    drain,
    async letWrite() {
      await ports.state.write(recordBootstrap(await ports.state.readControls(), '', clock.now()));
    },
    async tick() {
      await service.schedule();
      await drain();
    },
    notified: () => cloud.receiver.received.map(({ body }) => JSON.parse(body) as ReceivedEvent),
    async sendRaw(body, group, queue = 'reconcile') {
      await sqs.send(
        new SendMessageCommand({
          QueueUrl: service.queues[queue].url,
          MessageBody: body,
          MessageGroupId: group,
          MessageDeduplicationId: `raw-${body.length}-${clock.now()}`,
        }),
      );
    },
    async close() {
      sqs.destroy();
      await service.close();
      await stage.close();
    },
  };
}

function both(one: Telemetry, other: Telemetry): Telemetry {
  const each = (report: (telemetry: Telemetry) => void) => {
    report(one);
    report(other);
  };
  return {
    info: (...said) => {
      each((telemetry) => {
        telemetry.info(...said);
      });
    },
    warn: (...said) => {
      each((telemetry) => {
        telemetry.warn(...said);
      });
    },
    error: (...said) => {
      each((telemetry) => {
        telemetry.error(...said);
      });
    },
    add: (...added) => {
      each((telemetry) => {
        telemetry.add(...added);
      });
    },
    flush: () => {
      each((telemetry) => {
        telemetry.flush();
      });
    },
  };
}

function createCountingTelemetry() {
  const memory = createMemoryTelemetry();
  const series: { name: string; value: number; dimensions: Readonly<Record<string, string>> }[] = [];
  const telemetry: MemoryTelemetry = {
    ...memory,
    add(metric, value = 1, dimensions = {}) {
      memory.add(metric, value, dimensions);
      series.push({ name: metric.name, value, dimensions });
    },
  };
  return {
    telemetry,
    counted: ({ name }: { readonly name: string }, dimension: string) => {
      const counts: Record<string, number> = {};
      for (const one of series.filter((each) => each.name === name)) {
        const key = one.dimensions[dimension] ?? '';
        counts[key] = (counts[key] ?? 0) + one.value;
      }
      return counts;
    },
  };
}
