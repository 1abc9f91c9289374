import { IAMServiceException } from '@aws-sdk/client-iam';
import { createTokenBuckets } from '../../infra/local/aws/protocol/token-buckets.ts';
import { retrying } from '../../shared/adapters/aws/iam-client.ts';
import { createLimiter } from '../../shared/adapters/aws/limiter.ts';
import { countReads } from '../../shared/adapters/aws/single-reads.ts';
import type { RunPorts } from '../../shared/application/observe/observe.ts';
import { reconcile } from '../../shared/application/run/reconcile.ts';
import type { Rates } from '../../shared/domain/iam/pace.ts';
import type { AccountWriter } from '../../shared/ports/accounts.ts';
import { configuration, grant } from '../builders/configuration.ts';
import { connection } from '../builders/connection.ts';
import { ACCOUNT } from '../builders/domain-ids.ts';
import { createEventClock } from '../builders/event-clock.ts';
import { inventory } from '../builders/inventory.ts';
import { createMemoryAccounts } from '../doubles/memory-accounts.ts';
import { createMemoryLeases } from '../doubles/memory-leases.ts';
import { createMemoryState } from '../doubles/memory-state.ts';

const LATENCY_MS = 25;
const BUCKET = { perSecond: 20, burst: 50 };
/** Roles of one page of a list. */
const PAGE = 100;

/** Requests of IAM in virtual time: each takes a while and a token of the one bucket of the account. */
function createIam(clock: RunPorts['clock']) {
  const takeToken = createTokenBuckets(BUCKET);
  const limiter = createLimiter(ACCOUNT, { clock });
  const counts = { own: { calls: 0, throttled: 0 }, others: { calls: 0, throttled: 0 } };
  const call = async (who: keyof typeof counts) => {
    await clock.sleep(LATENCY_MS);
    counts[who].calls += 1;
    if (takeToken(ACCOUNT, clock.now())) return;
    counts[who].throttled += 1;
    throw new IAMServiceException({
      name: 'Throttling',
      message: 'Rate exceeded',
      $fault: 'client',
      $metadata: { httpStatusCode: 400 },
    });
  };
  const action = { action: 'iam:CreateRole', target: '*', isRepeatable: true } as const;
  const send = async (kind: keyof Rates, requests: number) => {
    for (let sent = 0; sent < requests; sent++)
      await retrying(action, { clock }, () => limiter(kind, () => call('own')));
  };
  return { send, counts, callAsOther: () => call('others').catch(() => undefined) };
}

/** The writer of an account in memory, each of whose methods costs the requests that it costs in AWS. */
function meter(
  writer: AccountWriter,
  { send }: ReturnType<typeof createIam>,
  countRoles: () => number,
): AccountWriter {
  return {
    ...writer,
    async readRole(role, parts) {
      await send('reads', countReads(parts));
      return writer.readRole(role, parts);
    },
    async readTogether(requests) {
      await send('reads', 2 * Math.max(1, Math.ceil(countRoles() / PAGE)));
      return writer.readTogether(requests);
    },
    async write(step) {
      await send('writes', 1);
      await writer.write(step);
    },
  };
}

/** Each role is created, given one policy and opened. */
const threeWrites = configuration({ grants: [grant({ inlinePolicies: {} })] });

/** How long a first run takes that creates so many roles, beside so many calls a second of somebody else. */
async function create(roles: number, callsOfOthers: number) {
  const clock = createEventClock(Date.parse('2026-11-22T09:00:00Z'));
  const iam = createIam(clock);
  const memory = createMemoryAccounts(clock);
  const all = Array.from({ length: roles }, (_, index) => connection(index + 1));
  const state = createMemoryState();
  let ids = 0;
  const ports: RunPorts = {
    connections: { readInventory: () => Promise.resolve(inventory(all)) },
    accounts: {
      observe: (account, scope) => memory.observe(account, scope),
      open: async (account, steps, until) => {
        const { roles: made } = memory.in(account);
        return meter(await memory.open(account, steps, until), iam, () => made.size);
      },
    },
    state,
    leases: createMemoryLeases(),
    clock,
    ids: { next: () => `run-${++ids}` },
  };
  memory.in({ id: ACCOUNT, partition: 'aws' }).quotas = {
    ...memory.in({ id: ACCOUNT, partition: 'aws' }).quotas,
    roles: 5_000,
  };
  const begun = clock.now();
  let isOver = false;
  const others = async () => {
    while (!isOver) {
      await clock.sleep(1_000 / callsOfOthers);
      await iam.callAsOther();
    }
  };
  const other = callsOfOthers > 0 ? others() : undefined;
  const report = await reconcile(ports, threeWrites, { trigger: 'person' });
  const seconds = (clock.now() - begun) / 1_000;
  isOver = true;
  await other;
  const writes = memory.in({ id: ACCOUNT, partition: 'aws' }).writes.length;
  const share = ({ calls, throttled }: { calls: number; throttled: number }) =>
    throttled / Math.max(1, calls);
  return {
    report,
    seconds,
    writes,
    refused: share(iam.counts.own),
    refusedOthers: share(iam.counts.others),
  };
}

describe('a first run in an account whose bucket takes 20 requests a second, 50 at once', () => {
  it.each([
    { roles: 100, others: 0 },
    { roles: 1_000, others: 0 },
    { roles: 100, others: 5 },
    { roles: 1_000, others: 5 },
  ])(
    'creates $roles roles hardly slower than the bucket allows, beside $others calls a second of others',
    async ({ roles, others }) => {
      const { report, seconds, writes, refused, refusedOthers } = await create(roles, others);
      expect(report.outcome).toBe('changed');
      const floor = (3 * roles - BUCKET.burst) / (BUCKET.perSecond - others);
      // With the provider.
      expect(writes).toBe(3 * roles + 1);
      expect(seconds / floor).toBeLessThan(1.3);
      expect(refused).toBeLessThan(0.02);
      expect(refusedOthers).toBeLessThan(0.05);
    },
    60_000,
  );
});
