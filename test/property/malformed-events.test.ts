import { readFileSync } from 'node:fs';
import type { Context } from 'aws-lambda';
import { createHandler as createDeliver } from '../../functions/deliver/create-handler.ts';
import { createHandler as createDiscover } from '../../functions/discover/create-handler.ts';
import { createHandler as createHook } from '../../functions/hook/create-handler.ts';
import { createHandler as createIamChange } from '../../functions/iam-change/create-handler.ts';
import { createHandler as createReconcile } from '../../functions/reconcile/create-handler.ts';
import { createHandler as createReport } from '../../functions/report/create-handler.ts';
import { TransientError, isDefect } from '../../shared/domain/kernel/errors.ts';
import { configuration, contoso } from '../builders/configuration.ts';
import { ACCOUNT } from '../builders/domain-ids.ts';
import { fc } from '../builders/fast-check.ts';
import { sqsRecord } from '../builders/sqs-records.ts';
import { createVirtualClock } from '../builders/virtual-clock.ts';
import { createMemoryTelemetry } from '../doubles/memory-telemetry.ts';

const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(`test/fixtures/events/${name}.json`, 'utf8'));

/** Everything outside is out of reach: an event that is right gets as far as that. */
const refuse = () => Promise.reject(new TransientError('test.unreachable', 'Nothing is reached here.'));
const unreachable = new Proxy({}, { get: () => refuse });
const clock = createVirtualClock();
const telemetry = createMemoryTelemetry();
const portNames = `accounts actors attributedChanges changes connections cursors inventory lanes leases memory partitions passwords
  queue reconcileQueue requests runs session slices state`;
const ports = {
  ...Object.fromEntries(portNames.split(/\s+/).map((name) => [name, unreachable])),
  ...{ clock, telemetry, ids: { next: () => 'id' }, sender: { send: refuse } },
} as never;
const common = { ports, telemetry, clock, configuration: configuration() };
const context = { functionName: 'f', awsRequestId: 'r', getRemainingTimeInMillis: () => 60_000 } as Context;
const queued = (body: unknown) => ({ Records: [sqsRecord('m1', ACCOUNT, body)] });
const image = { pk: { S: 'ACCOUNT#1' }, sk: { S: 'CONNECTION#1' }, gsi2pk: { S: 'PENDING' } };
const streamed = { Records: [{ dynamodb: { Keys: { pk: image.pk, sk: image.sk }, NewImage: image } }] };

type Handle = (event: never, context: Context) => Promise<unknown>;
const queueParts = {
  redelivery: unreachable as never,
  reconcileQueue: unreachable as never,
  requests: unreachable as never,
  remoteRuns: unreachable as never,
};

const handlers: Readonly<Record<string, { readonly handle: Handle; readonly valid: unknown }>> = {
  hook: {
    handle: createHook({ ports, organizations: [contoso] }),
    valid: {
      ...(fixture('rest-api-proxy') as object),
      body: readFileSync('test/fixtures/events/service-hook.json', 'utf8'),
    },
  },
  'iam-change': { handle: createIamChange(common), valid: fixture('cloudtrail-user') },
  discover: {
    handle: createDiscover({ ...common, ...queueParts }),
    valid: queued({ organizationId: contoso.id }),
  },
  reconcile: {
    handle: createReconcile({ ...common, ...queueParts, reportQueue: unreachable as never }),
    valid: queued({ account: ACCOUNT }),
  },
  report: {
    handle: createReport({ ...common, ...queueParts, store: unreachable as never, assets: {} as never }),
    valid: queued({ report: true }),
  },
  deliver: {
    handle: createDeliver({ ports, telemetry, webhooks: [], readItems: refuse }),
    valid: streamed,
  },
};

/** Every place in a value, as the way to it. */
function listPaths(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([name, member]) => listPaths(member, [...path, name]))];
}

function replaceMember(value: unknown, [name, ...rest]: readonly string[], by: unknown): unknown {
  if (name === undefined) return by;
  const members = value as Readonly<Record<string, unknown>>;
  const changed = { ...members, [name]: replaceMember(members[name], rest, by) };
  return Array.isArray(value) ? Object.values(changed) : changed;
}

/** Anything, and a right event in which something is something else. What comes to a function is JSON. */
const malformed = (valid: unknown) =>
  fc.oneof(
    fc.jsonValue(),
    fc
      .tuple(fc.constantFrom(...listPaths(valid)), fc.option(fc.jsonValue(), { nil: undefined }))
      .map(([path, by]) => replaceMember(valid, path, by)),
  );

describe.each(Object.entries(handlers))('the function %s', (name, { handle, valid }) => {
  it('says of every event what is wrong with it, and fails in no other way', async () => {
    await fc.assert(
      fc.asyncProperty(malformed(valid), async (event) => {
        const outcome: unknown = await handle(event as never, context).catch((error: unknown) => error);
        if (outcome instanceof Error) expect(isDefect(outcome)).toBe(false);
        if (name === 'hook')
          expect([200, 202, 401, 503]).toContain((outcome as { statusCode?: number }).statusCode);
      }),
      { numRuns: 300 },
    );
  });
});

it.each([null, {}, { headers: null, body: null }, { headers: { authorization: 5 } }, 'text'])(
  'the hook refuses %j with 401',
  async (event) => {
    expect(await handlers['hook']?.handle(event as never, context)).toEqual({ statusCode: 401, body: '' });
  },
);

it.each(['discover', 'reconcile', 'report', 'deliver'])('%s names what it takes', async (name) => {
  await expect(handlers[name]?.handle({ key1: 'value1' } as never, context)).rejects.toMatchObject({
    code: 'event.unknown',
    message: expect.stringMatching(/^The event is none that this function takes\. It takes .+\.$/) as string,
  });
});
