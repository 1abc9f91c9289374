import type { QueueFailure } from '../../../infra/local/queues/local-queues.ts';
import {
  createDiscoverQueue,
  createReconcileQueue,
  createRedelivery,
} from '../../../shared/adapters/sqs/sqs-queue.ts';
import { PermissionError, TransientError, UpstreamError } from '../../../shared/domain/kernel/errors.ts';
import { ACCOUNT, organizationId } from '../../builders/domain-ids.ts';
import type { LocalSqs } from '../../builders/local-sqs.ts';
import { openLocalSqs } from '../../builders/local-sqs.ts';
import { createVirtualClock } from '../../builders/virtual-clock.ts';

describe('the queues on SQS', () => {
  const entry = { message: { organizationId: organizationId(1) }, key: 'one' };
  let sqs: LocalSqs;
  beforeAll(async () => {
    sqs = await openLocalSqs(createVirtualClock());
  });
  afterAll(() => sqs.close());

  it.each<{ failure: QueueFailure; error: new (...args: never) => Error }>([
    { failure: { code: 'RequestThrottled' }, error: TransientError },
    { failure: { code: 'InternalError', status: 500 }, error: TransientError },
    { failure: { entryCode: 'InternalError' }, error: TransientError },
    { failure: 'drop', error: TransientError },
    { failure: { code: 'AccessDenied', status: 403 }, error: PermissionError },
    { failure: { code: 'KmsAccessDenied' }, error: PermissionError },
    { failure: { code: 'QueueDoesNotExist' }, error: UpstreamError },
  ])(
    'say $failure with the right kind of error, and take the message the next time',
    async ({ failure, error }) => {
      const held = sqs.queues.create('failing.fifo');
      const queue = createDiscoverQueue(sqs.client, held.url);
      const before = held.messages().length;
      const key = JSON.stringify(failure).replaceAll(' ', '');
      sqs.queues.failNext(failure);
      await expect(queue.send([{ ...entry, key }])).rejects.toBeInstanceOf(error);
      expect(held.messages()).toHaveLength(before);
      await queue.send([{ ...entry, key }]);
      expect(held.messages()).toHaveLength(before + 1);
    },
  );

  it('keep one organization, and one account, in one group', async () => {
    const discover = sqs.queues.create('discover.fifo');
    const reconcile = sqs.queues.create('reconcile.fifo');
    await createDiscoverQueue(sqs.client, discover.url).send([entry]);
    await createReconcileQueue(sqs.client, reconcile.url).send([
      { message: { account: ACCOUNT, roles: ['deploy'] }, key: 'one' },
    ]);
    expect(discover.messages()).toMatchObject([{ group: organizationId(1) }]);
    expect(reconcile.messages()).toMatchObject([{ group: ACCOUNT }]);
  });

  it('say which right is missing to postpone a message, and that a receipt is none', async () => {
    const { url } = sqs.queues.create('postponing.fifo');
    const redelivery = createRedelivery(sqs.client, url);
    sqs.queues.failNext({ code: 'AccessDenied', status: 403 });
    await expect(redelivery.postpone('receipt', 15)).rejects.toMatchObject({
      name: 'PermissionError',
      action: 'sqs:ChangeMessageVisibility',
    });
    await expect(redelivery.postpone('receipt', 15)).rejects.toBeInstanceOf(UpstreamError);
  });
});
