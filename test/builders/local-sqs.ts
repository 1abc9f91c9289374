import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { LocalQueues } from '../../infra/local/queues/local-queues.ts';
import { startLocalQueues } from '../../infra/local/queues/local-queues.ts';
import type { Clock } from '../../shared/ports/clock.ts';

export interface LocalSqs {
  readonly queues: LocalQueues;
  readonly client: SQSClient;
  /** The bodies of up to ten messages that can be received now; they are in flight from then on. */
  receive(url: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

export async function openLocalSqs(clock: Clock): Promise<LocalSqs> {
  const queues = await startLocalQueues({ now: () => clock.now() });
  const credentials = { accessKeyId: 'AK', secretAccessKey: 'SK' };
  const client = new SQSClient({ endpoint: queues.url, region: 'us-east-1', credentials, maxAttempts: 1 });
  return {
    queues,
    client,
    async receive(url) {
      const command = new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 });
      const { Messages: messages = [] } = await client.send(command);
      return messages.map(({ Body = '' }) => Body);
    },
    async close() {
      client.destroy();
      await queues.close();
    },
  };
}
