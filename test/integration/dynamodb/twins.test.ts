import { fc } from '../../builders/fast-check.ts';
import { createMemoryLeases } from '../../doubles/memory-leases.ts';
import type { AccountId } from '../../../shared/domain/kernel/ids.ts';
import type { Lease } from '../../../shared/domain/records/lease.ts';
import type { LeaseStore } from '../../../shared/ports/state.ts';
import type { LocalDynamo } from '../../builders/local-dynamo.ts';
import { openLocalDynamo } from '../../builders/local-dynamo.ts';
import { freshAccountId } from '../../builders/recorded-items.ts';

interface Deed {
  readonly kind: 'acquire' | 'isHeld' | 'release';
  readonly owner: string;
  readonly afterMs: number;
  readonly durationMs: number;
  /** Which of the grants so far is meant. */
  readonly grant: number;
}

const anyAttributedChange: fc.Arbitrary<Deed> = fc.record({
  kind: fc.constantFrom('acquire' as const, 'isHeld' as const, 'release' as const),
  owner: fc.constantFrom('a', 'b'),
  afterMs: fc.constantFrom(0, 1, 10),
  durationMs: fc.constantFrom(0, 1, 10, 20),
  grant: fc.nat(9),
});

/** Plays the deeds and writes down every answer. */
async function play(store: LeaseStore, account: AccountId, deeds: readonly Deed[]): Promise<unknown[]> {
  const grants: Lease[] = [];
  const answers: unknown[] = [];
  let now = 0;
  for (const deed of deeds) {
    now += deed.afterMs;
    const meant = grants[deed.grant % Math.max(grants.length, 1)];
    if (deed.kind === 'acquire') {
      const lease = await store.acquire(account, deed.owner, now, deed.durationMs);
      if (lease) grants.push(lease);
      answers.push(lease);
    } else if (meant && deed.kind === 'isHeld') answers.push(await store.isHeld(meant, now));
    else if (meant) await store.release(meant);
  }
  return answers;
}

describe('the lease store in memory', () => {
  let dynamo: LocalDynamo;
  beforeAll(async () => {
    dynamo = await openLocalDynamo();
  });
  afterAll(() => dynamo.close());

  it('answers like the one on DynamoDB, whatever is asked in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyAttributedChange, { minLength: 4, maxLength: 25 }), async (deeds) => {
        const account = freshAccountId();
        const ofTable = await play(dynamo.leases, account, deeds);
        expect(await play(createMemoryLeases(), account, deeds)).toEqual(ofTable);
      }),
      { numRuns: 60 },
    );
  });
});
