import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SQSClient,
  SendMessageBatchCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import type { LocalQueue, LocalQueues } from '../../../infra/local/queues/local-queues.ts';
import { startLocalQueues } from '../../../infra/local/queues/local-queues.ts';
import { createVirtualClock } from '../../builders/virtual-clock.ts';

const SECOND = 1_000;

describe('the embedded SQS', () => {
  const clock = createVirtualClock();
  let queues: LocalQueues;
  let client: SQSClient;
  let queue: LocalQueue;
  let number = 0;

  beforeAll(async () => {
    queues = await startLocalQueues({ now: () => clock.now() });
    client = new SQSClient({
      endpoint: queues.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'AK', secretAccessKey: 'SK' },
      maxAttempts: 1,
    });
  });
  beforeEach(() => {
    number += 1;
    queue = queues.create(`plain-${number}.fifo`);
  });
  afterAll(async () => {
    client.destroy();
    await queues.close();
  });

  const send = (body: string, group = 'one', key = body, to = queue) =>
    client.send(
      new SendMessageCommand({
        QueueUrl: to.url,
        MessageBody: body,
        MessageGroupId: group,
        MessageDeduplicationId: key,
      }),
    );

  async function receive(most = 10, from = queue) {
    const command = new ReceiveMessageCommand({
      QueueUrl: from.url,
      MaxNumberOfMessages: most,
      MessageSystemAttributeNames: ['All'],
    });
    const { Messages: messages = [] } = await client.send(command);
    return messages;
  }

  const bodies = async (most = 10, from = queue) => (await receive(most, from)).map(({ Body }) => Body);
  const remove = (handle: string | undefined) =>
    client.send(new DeleteMessageCommand({ QueueUrl: queue.url, ReceiptHandle: handle }));

  describe('order', () => {
    it('is that of sending within a group, and several of a group may come at once', async () => {
      for (const body of ['a', 'b', 'c']) await send(body);
      expect(await bodies(2)).toEqual(['a', 'b']);
    });

    it('keeps a group waiting while a message of it is in flight, and no other group', async () => {
      for (const body of ['a', 'b']) await send(body);
      const [first] = await receive(1);
      await send('of-another', 'two');
      expect(await bodies()).toEqual(['of-another']);
      await remove(first?.ReceiptHandle);
      expect(await bodies()).toEqual(['b']);
    });

    it('keeps a message that came back before those behind it, though one of those is in flight', async () => {
      for (const body of ['a', 'b', 'c']) await send(body);
      const [a, b] = await receive(2);
      await client.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: queue.url,
          ReceiptHandle: a?.ReceiptHandle,
          VisibilityTimeout: 0,
        }),
      );
      expect(await bodies()).toEqual([]);
      await remove(b?.ReceiptHandle);
      expect(await bodies()).toEqual(['a', 'c']);
    });
  });

  describe('deduplication', () => {
    it('takes a second message of one id for five minutes without keeping it, though the first is gone', async () => {
      const first = await send('a', 'one', 'key');
      const [message] = await receive();
      await remove(message?.ReceiptHandle);
      clock.advance(300 * SECOND - 1);
      const second = await send('b', 'one', 'key');
      expect(second.MessageId).toBe(first.MessageId);
      expect(await bodies()).toEqual([]);
      clock.advance(1);
      await send('c', 'one', 'key');
      expect(await bodies()).toEqual(['c']);
    });

    it('goes by the body where the queue was made so, and is demanded where it was not', async () => {
      const command = { MessageBody: 'a', MessageGroupId: 'one' };
      await expect(
        client.send(new SendMessageCommand({ QueueUrl: queue.url, ...command })),
      ).rejects.toMatchObject({ name: 'InvalidParameterValue' });
      const byContent = queues.create(`content-${number}.fifo`, { isContentDeduplicated: true });
      await client.send(new SendMessageCommand({ QueueUrl: byContent.url, ...command }));
      await client.send(new SendMessageCommand({ QueueUrl: byContent.url, ...command }));
      expect(byContent.messages()).toHaveLength(1);
    });
  });

  describe('time', () => {
    it('shows a message after the delay of the queue and not before', async () => {
      const delayed = queues.create(`delayed-${number}.fifo`, { delaySeconds: 30 });
      await send('a', 'one', 'a', delayed);
      clock.advance(30 * SECOND - 1);
      expect(await bodies(10, delayed)).toEqual([]);
      clock.advance(1);
      expect(await bodies(10, delayed)).toEqual(['a']);
    });

    it('shows a message again when its visibility timeout ends, counts it, and knows the old handle no more', async () => {
      await send('a');
      const [first] = await receive();
      clock.advance(30 * SECOND);
      const [again] = await receive();
      expect(again).toMatchObject({
        Body: 'a',
        MessageId: first?.MessageId,
        Attributes: { ApproximateReceiveCount: '2' },
      });
      await expect(remove(first?.ReceiptHandle)).rejects.toMatchObject({ name: 'InvalidParameterValue' });
      await remove(again?.ReceiptHandle);
      expect(queue.messages()).toEqual([]);
    });

    it('lengthens and ends a visibility timeout', async () => {
      await send('a');
      const [message] = await receive();
      const change = (seconds: number) =>
        client.send(
          new ChangeMessageVisibilityCommand({
            QueueUrl: queue.url,
            ReceiptHandle: message?.ReceiptHandle,
            VisibilityTimeout: seconds,
          }),
        );
      await change(60);
      clock.advance(59 * SECOND);
      expect(await bodies()).toEqual([]);
      await change(0);
      expect(await bodies()).toEqual(['a']);
    });

    it('answers a long poll as soon as something is sent', async () => {
      const waiting = client.send(new ReceiveMessageCommand({ QueueUrl: queue.url, WaitTimeSeconds: 20 }));
      await send('a');
      expect((await waiting).Messages?.[0]?.Body).toBe('a');
    });
  });

  describe('a dead-letter queue', () => {
    it('gets what was received as often as is allowed, and the group goes on', async () => {
      const dead = queues.create(`dead-${number}.fifo`);
      const redrive = { deadLetterArn: dead.arn, maxReceives: 2 };
      const watched = queues.create(`watched-${number}.fifo`, { redrive });
      await send('poison', 'one', 'p', watched);
      await send('sound', 'one', 's', watched);
      for (const _receive of [1, 2]) {
        expect(await bodies(1, watched)).toEqual(['poison']);
        clock.advance(30 * SECOND);
      }
      expect(await bodies(1, watched)).toEqual(['sound']);
      expect(await bodies(1, dead)).toEqual(['poison']);
    });
  });

  describe('batches', () => {
    it('succeed and fail entry by entry', async () => {
      const entry = (Id: string, MessageDeduplicationId?: string) => ({
        Id,
        MessageBody: Id,
        MessageGroupId: 'one',
        MessageDeduplicationId,
      });
      const sent = await client.send(
        new SendMessageBatchCommand({ QueueUrl: queue.url, Entries: [entry('a', 'a'), entry('b')] }),
      );
      expect(sent.Successful?.map(({ Id }) => Id)).toEqual(['a']);
      expect(sent.Failed).toMatchObject([{ Id: 'b', Code: 'InvalidParameterValue', SenderFault: true }]);
      const [message] = await receive();
      const removed = await client.send(
        new DeleteMessageBatchCommand({
          QueueUrl: queue.url,
          Entries: [
            { Id: 'a', ReceiptHandle: message?.ReceiptHandle },
            { Id: 'b', ReceiptHandle: 'nonsense' },
          ],
        }),
      );
      expect(removed.Successful).toEqual([{ Id: 'a' }]);
      expect(removed.Failed).toMatchObject([{ Id: 'b', Code: 'ReceiptHandleIsInvalid' }]);
    });

    it.each([
      { what: 'no entries', ids: [], name: 'EmptyBatchRequest' },
      { what: 'one id twice', ids: ['a', 'a'], name: 'BatchEntryIdsNotDistinct' },
      {
        what: 'eleven entries',
        ids: Array.from({ length: 11 }, (_gap, index) => String(index)),
        name: 'TooManyEntriesInBatchRequest',
      },
    ])('are refused with $what', async ({ ids, name }) => {
      const Entries = ids.map((Id) => ({
        Id,
        MessageBody: 'x',
        MessageGroupId: 'g',
        MessageDeduplicationId: Id,
      }));
      await expect(
        client.send(new SendMessageBatchCommand({ QueueUrl: queue.url, Entries })),
      ).rejects.toMatchObject({ name });
      expect(queue.messages()).toEqual([]);
    });
  });

  describe('queues', () => {
    it('are made as asked, found by name, and say how they are', async () => {
      const dead = queues.create(`dead-of-${number}.fifo`);
      const policy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 3 });
      const made = {
        QueueName: `made-${number}.fifo`,
        Attributes: {
          FifoQueue: 'true',
          DelaySeconds: '30',
          VisibilityTimeout: '60',
          RedrivePolicy: policy,
        },
      };
      const { QueueUrl } = await client.send(new CreateQueueCommand(made));
      expect(await client.send(new CreateQueueCommand(made))).toMatchObject({ QueueUrl });
      expect(await client.send(new GetQueueUrlCommand({ QueueName: made.QueueName }))).toMatchObject({
        QueueUrl,
      });
      const { Attributes } = await client.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
      );
      expect(Attributes).toMatchObject({ ...made.Attributes, ApproximateNumberOfMessages: '0' });
      await expect(
        client.send(new CreateQueueCommand({ ...made, Attributes: { FifoQueue: 'true' } })),
      ).rejects.toMatchObject({ name: 'QueueNameExists' });
    });

    it('count what is visible, in flight and delayed', async () => {
      const delayed = queues.create(`counted-${number}.fifo`, { delaySeconds: 5 });
      await send('a', 'one', 'a', delayed);
      await send('b', 'two', 'b', delayed);
      clock.advance(5 * SECOND);
      await receive(1, delayed);
      await send('c', 'three', 'c', delayed);
      const { Attributes } = await client.send(
        new GetQueueAttributesCommand({ QueueUrl: delayed.url, AttributeNames: ['All'] }),
      );
      expect(Attributes).toMatchObject({
        ApproximateNumberOfMessages: '1',
        ApproximateNumberOfMessagesNotVisible: '1',
        ApproximateNumberOfMessagesDelayed: '1',
      });
    });

    it('that are not there are refused by the name that clients know', async () => {
      await expect(client.send(new GetQueueUrlCommand({ QueueName: 'missing.fifo' }))).rejects.toMatchObject({
        name: 'QueueDoesNotExist',
      });
    });
  });

  it('fails when it is told to, once', async () => {
    queues.failNext({ code: 'RequestThrottled' }, { code: 'InternalError', status: 500 }, 'drop');
    await expect(send('a')).rejects.toMatchObject({ name: 'RequestThrottled' });
    await expect(send('a')).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } });
    await expect(send('a')).rejects.toThrow();
    await send('a');
    expect(await bodies()).toEqual(['a']);
  });

  it('refuses a request that is not signed', async () => {
    const response = await fetch(queues.url, {
      method: 'POST',
      headers: { 'x-amz-target': 'AmazonSQS.GetQueueUrl' },
      body: '{"QueueName":"a.fifo"}',
    });
    expect(response.status).toBe(400);
  });
});
