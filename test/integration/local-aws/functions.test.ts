import { STSClient } from '@aws-sdk/client-sts';
import { createFunctionInvoker } from '../../../shared/adapters/lambda/function-invoker.ts';
import { createVirtualClock } from '../../builders/virtual-clock.ts';
import type { Keys } from './cloud.ts';
import { startCloud, stopClouds } from './cloud.ts';

afterEach(stopClouds);

const HUB_FUNCTION = 'arn:aws:lambda:us-east-1:111122223333:function:azfed-discover';

/** Any client of the SDK: nothing is sent through it. */
const client = (credentials: Keys) => new STSClient({ region: 'us-east-1', credentials });

async function open() {
  const cloud = await startCloud();
  const events: unknown[] = [];
  cloud.aws.functions.put('azfed-discover', (event) => {
    events.push(event);
    return Promise.resolve({ seen: event });
  });
  cloud.aws.functions.put('azfed-dead', () => Promise.reject(new TypeError('no handler')));
  const { accessKeyId } = cloud.aws.hubCredentials;
  const send = async (
    name: string,
    { body = '{}', ...more }: { body?: string; type?: string; key?: string } = {},
  ) => {
    const { type, key = accessKeyId } = more;
    const answer = await fetch(
      `${cloud.aws.url}/2015-03-31/functions/${encodeURIComponent(name)}/invocations`,
      {
        method: 'POST',
        headers: {
          authorization: `AWS4-HMAC-SHA256 Credential=${key}/20261122/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=0`,
          ...(type === undefined ? {} : { 'x-amz-invocation-type': type }),
        },
        body,
      },
    );
    return {
      status: answer.status,
      type: answer.headers.get('x-amzn-errortype') ?? answer.headers.get('x-amz-function-error'),
      text: await answer.text(),
    };
  };
  return { ...cloud, events, send };
}

it('invokes a function by its name and its ARN, at once, later, or not at all', async () => {
  const { send, events } = await open();
  expect(await send('azfed-discover', { body: '{"a":1}' })).toEqual({
    status: 200,
    type: null,
    text: '{"seen":{"a":1}}',
  });
  expect((await send(HUB_FUNCTION)).status).toBe(200);
  expect(await send('azfed-discover', { type: 'DryRun' })).toEqual({ status: 204, type: null, text: '' });
  expect(events).toHaveLength(2);
  expect(await send('azfed-discover', { type: 'Event' })).toEqual({ status: 202, type: null, text: '' });
  expect(events).toHaveLength(3);
});

it.each([
  ['a function that fails', 'azfed-dead', {}, 200, 'Unhandled'],
  ['a function that is missing', 'azfed-none', {}, 404, 'ResourceNotFoundException'],
  ['a name that is none', 'azfed discover', {}, 400, 'ValidationException'],
  ['another type', 'azfed-discover', { type: 'Later' }, 400, 'ValidationException'],
  ['a body that is no JSON', 'azfed-discover', { body: 'x' }, 400, 'InvalidRequestContentException'],
  [
    'more than 1 MB for later',
    'azfed-discover',
    { type: 'Event', body: JSON.stringify('x'.repeat(1_100_000)) },
    413,
    'RequestTooLargeException',
  ],
  ['a key that nobody has', 'azfed-discover', { key: 'AKIANOBODY' }, 403, 'UnrecognizedClientException'],
])('answers %s as Lambda does', async (_what, name, options, status, type) => {
  const { send } = await open();
  expect(await send(name, options)).toMatchObject({ status, type });
});

it('throttles, and refuses sessions without the right; the client says what to do', async () => {
  const cloud = await open();
  const { aws } = cloud;
  const clock = createVirtualClock();
  const own = createFunctionInvoker({
    client: client(aws.hubCredentials),
    clock,
    endpoint: aws.url,
  });
  aws.faults.next({ operation: 'Invoke' }, 'throttle', 2);
  expect(await own.invoke('azfed-discover', {})).toEqual({ seen: {} });
  aws.faults.next({ operation: 'Invoke' }, 'throttle', 3);
  await expect(own.invoke('azfed-discover', {})).rejects.toMatchObject({ code: 'function.throttled' });
  await expect(own.invoke('azfed-dead', {})).rejects.toThrow(/TypeError: no handler/);
  await expect(own.rehearse('azfed-none')).rejects.toThrow(/There is no such function/);
  const spoke = createFunctionInvoker({
    client: client(await cloud.spokeKeys()),
    clock,
    endpoint: aws.url,
  });
  await expect(spoke.rehearse('azfed-discover')).rejects.toMatchObject({
    action: 'lambda:InvokeFunction',
  });
});
