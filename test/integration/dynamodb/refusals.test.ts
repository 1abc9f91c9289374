import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoState } from '../../../shared/adapters/dynamodb/dynamo-state-store.ts';
import { createDynamoState } from '../../../shared/adapters/dynamodb/dynamo-state-store.ts';
import { PermissionError, TransientError, UpstreamError } from '../../../shared/domain/kernel/errors.ts';
import { freshAccountId, freshOrganizationId, recordedConnection } from '../../builders/recorded-items.ts';
import { createVirtualClock } from '../../builders/virtual-clock.ts';

/** What DynamoDB Local and dynalite never answer, from a server that answers nothing else. */
describe('a table that does not serve', () => {
  let answer: { status: number; body: unknown } | 'hang up';
  let server: Server;
  let url: string;

  beforeAll(async () => {
    server = createServer((request, response) => {
      request.resume().on('end', () => {
        if (answer === 'hang up') {
          request.socket.destroy();
          return;
        }
        response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' });
        response.end(JSON.stringify(answer.body));
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });

  function open(endpoint: string): DynamoState {
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    // One attempt: the SDK's own patience is not what is tested.
    const client = new DynamoDBClient({ endpoint, region: 'local', credentials, maxAttempts: 1 });
    return createDynamoState({ table: 'azfed', client, clock: createVirtualClock() });
  }

  const refusal = (status: number, type: string, message = 'no') => ({
    status,
    body: { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message },
  });

  it.each([
    { type: 'AccessDeniedException', status: 400, error: PermissionError, code: 'permission' },
    { type: 'UnrecognizedClientException', status: 400, error: PermissionError, code: 'permission' },
    { type: 'ExpiredTokenException', status: 400, error: PermissionError, code: 'permission' },
    { type: 'ThrottlingException', status: 400, error: TransientError, code: 'state.throttled' },
    {
      type: 'ProvisionedThroughputExceededException',
      status: 400,
      error: TransientError,
      code: 'state.throttled',
    },
    {
      type: 'TransactionInProgressException',
      status: 400,
      error: TransientError,
      code: 'state.throttled',
    },
    { type: 'InternalServerError', status: 500, error: TransientError, code: 'state.unavailable' },
    { type: 'ServiceUnavailable', status: 503, error: TransientError, code: 'state.unavailable' },
    { type: 'ResourceNotFoundException', status: 400, error: UpstreamError, code: 'state.table-missing' },
    { type: 'ValidationException', status: 400, error: UpstreamError, code: 'state.refused' },
  ])('says $code for $type, whatever was asked', async ({ type, status, error, code }) => {
    answer = refusal(status, type);
    const { state, leases, history } = open(url);
    const account = freshAccountId();
    const connection = recordedConnection();
    const calls = [
      state.readConnections(freshOrganizationId()),
      state.readProviders(account),
      state.readPending(),
      state.write(connection),
      history.read(connection.connectionId),
      leases.acquire(account, 'a', 1, 1),
      leases.isHeld({ account, owner: 'a', fence: 1, until: 2 }, 1),
      leases.release({ account, owner: 'a', fence: 1, until: 2 }),
    ];
    const outcomes = await Promise.allSettled(calls);
    const failures = outcomes.flatMap((outcome): unknown[] =>
      outcome.status === 'rejected' ? [outcome.reason] : [],
    );
    expect(failures).toHaveLength(calls.length);
    expect(failures.every((failure) => failure instanceof error)).toBe(true);
    expect(failures).toEqual(calls.map(() => expect.objectContaining({ code }) as unknown));
  });

  it.each([
    { ...refusal(400, 'ValidationException', 'Item size has exceeded the maximum allowed size') },
    {
      status: 400,
      body: {
        __type: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
        message: 'Transaction cancelled',
        CancellationReasons: [
          { Code: 'None' },
          {
            Code: 'ValidationError',
            Message: 'Item size to update has exceeded the maximum allowed size',
          },
        ],
      },
    },
  ])('says that an item is too large, alone and in a transaction: $body.message', async (refused) => {
    answer = refused;
    const { state } = open(url);
    const home = freshAccountId();
    for (const attempt of [
      state.write(recordedConnection()),
      state.write(recordedConnection({ home })),
      state.writeTogether([recordedConnection(), recordedConnection()]),
      state.move(recordedConnection({ version: 1 }), home),
    ])
      await expect(attempt).rejects.toMatchObject({ code: 'state.item-too-large' });
  });

  it('names the right that is missing', async () => {
    answer = refusal(400, 'AccessDeniedException');
    await expect(open(url).state.write(recordedConnection())).rejects.toMatchObject({
      action: 'dynamodb:PutItem',
    });
    await expect(open(url).state.readPending()).rejects.toMatchObject({ action: 'dynamodb:Query' });
  });

  it.each([
    { what: 'nobody listens', endpoint: () => 'http://127.0.0.1:1' },
    { what: 'it hangs up', endpoint: () => url },
  ])('is unreachable, which may pass, when $what', async ({ endpoint }) => {
    answer = 'hang up';
    const reading = open(endpoint()).state.readConnections(freshOrganizationId());
    await expect(reading).rejects.toBeInstanceOf(TransientError);
    await expect(reading).rejects.toMatchObject({ code: 'state.unreachable' });
  });

  it('gives no list at all when its pages go round in a circle', async () => {
    answer = {
      status: 200,
      body: { Items: [], LastEvaluatedKey: { pk: { S: 'ORG#1' }, sk: { S: 'CONNECTION#1' } } },
    };
    const reading = open(url).state.readConnections(freshOrganizationId());
    await expect(reading).rejects.toMatchObject({ code: 'state.endless-pages' });
  });

  it('has granted no lease when its answer does not name the owner', async () => {
    answer = { status: 200, body: { Attributes: { fence: { N: '1' } } } };
    const asking = open(url).leases.acquire(freshAccountId(), 'a', 1, 1);
    await expect(asking).rejects.toMatchObject({ code: 'lease.unanswered' });
  });
});
