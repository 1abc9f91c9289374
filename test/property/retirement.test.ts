import { fc } from '../builders/fast-check.ts';
import { recordApproval } from '../../shared/domain/guard/controls-recording.ts';
import type { Retirement } from '../../shared/domain/configuration/configuration.ts';
import type { RecordedControls } from '../../shared/domain/records/deployment-record.ts';
import type { ServiceConnection } from '../../shared/domain/azure-devops/service-connection.ts';
import { configuration, grant } from '../builders/configuration.ts';
import { connection } from '../builders/connection.ts';
import { connectionId, roleArn } from '../builders/domain-ids.ts';
import { ANA, BEN, changed, withUseUnknown } from '../builders/retired-world.ts';
import { bootstrapped, rules } from '../builders/rules.ts';
import type { SmallWorld } from '../builders/small-world.ts';
import {
  after,
  listEvents,
  federated,
  intend,
  runOnce,
  makePlan,
  selectRole,
  showing,
} from '../builders/small-world.ts';

const r1 = roleArn('r1');
const DAY_MINUTES = 24 * 60;
const DAY_MS = DAY_MINUTES * 60_000;
const WAIT_DAYS = 30;

/** What is known of a role that somebody may want to delete. */
interface Story {
  /** What Azure DevOps shows of its connection from the first day; `unread`: off, and on the last day nothing at all. */
  readonly evidence: 'off' | 'on' | 'missing' | 'unread';
  readonly waitedDays: number;
  readonly usedDaysAgo: number | 'never' | 'unknown';
  readonly saysYes: 'another person' | 'nobody' | 'who applies it' | 'an hour ago' | 'to another change';
  readonly retire: Retirement;
}

const longEnough = fc.integer({ min: WAIT_DAYS, max: 3 * WAIT_DAYS });
const tooShort = fc.integer({ min: 0, max: WAIT_DAYS - 1 });

const enough: fc.Arbitrary<Story> = fc.record({
  evidence: fc.constant('off'),
  waitedDays: longEnough,
  usedDaysAgo: fc.oneof(fc.constant('never' as const), longEnough),
  saysYes: fc.constant('another person'),
  retire: fc.constant('delete'),
});

/** One thing that is not there. */
const lacks: Readonly<Record<keyof Story, fc.Arbitrary<Partial<Story>>>> = {
  evidence: fc.record({ evidence: fc.constantFrom('on', 'missing', 'unread') }),
  waitedDays: fc.record({ waitedDays: tooShort }),
  usedDaysAgo: fc.record({ usedDaysAgo: fc.oneof(fc.constant('unknown' as const), tooShort) }),
  saysYes: fc.record({
    saysYes: fc.constantFrom('nobody', 'who applies it', 'an hour ago', 'to another change'),
  }),
  retire: fc.record({ retire: fc.constantFrom('keep', 'close') }),
};
const lackNames = Object.keys(lacks) as (keyof Story)[];

const shown: Readonly<Record<Story['evidence'], readonly ServiceConnection[]>> = {
  on: [connection(1)],
  off: [connection(1, { oidc: 'off' })],
  unread: [connection(1, { oidc: 'off' })],
  missing: [],
};

function buildWorld({ evidence, waitedDays, usedDaysAgo, retire }: Story): SmallWorld {
  const kept = federated([connection(1)], { configuration: configuration({ grants: [grant({ retire })] }) });
  const turned = runOnce(showing(after(60, kept), shown[evidence])).world;
  const waited = after(waitedDays * DAY_MINUTES, turned);
  const seen = evidence === 'unread' ? { ...waited, inventories: [] } : waited;
  if (usedDaysAgo === 'unknown') return withUseUnknown(seen);
  return usedDaysAgo === 'never' ? seen : changed(seen, { lastUsedAt: seen.now - usedDaysAgo * DAY_MS });
}

function buildControls(seen: SmallWorld, saysYes: Story['saysYes']): RecordedControls {
  if (saysYes === 'nobody') return bootstrapped;
  const { id: planId, changes: planned } = makePlan(seen);
  const changes = saysYes === 'to another change' ? ['delete-0123456789'] : planned.map(({ id }) => id);
  const by = saysYes === 'who applies it' ? ANA : BEN;
  const at = saysYes === 'an hour ago' ? seen.now - 61 * 60_000 : seen.now;
  return recordApproval(bootstrapped, { planId, changes, by }, at);
}

/** Ana applies what is planned then. */
function applied(story: Story): { readonly before: SmallWorld; readonly done: SmallWorld } {
  const before = buildWorld(story);
  const controls = buildControls(before, story.saysYes);
  const initiator = { trigger: 'person', actor: ANA } as const;
  const { limits } = before.configuration;
  return { before, done: runOnce(before, rules({ limits, now: before.now, controls, initiator })).world };
}

const isThere = ({ iam }: SmallWorld) => iam.roles.has(r1);

describe('a retirement', () => {
  it('deletes exactly where evidence, time, disuse, a second yes and the grant all say so', () => {
    const stories = fc
      .subarray(lackNames)
      .chain((missing) =>
        fc
          .tuple(enough, ...missing.map((name) => lacks[name]))
          .map(([whole, ...parts]) => ({ missing, story: Object.assign({}, whole, ...parts) as Story })),
      );
    let deletions = 0;
    fc.assert(
      fc.property(stories, ({ missing, story }) => {
        const { done } = applied(story);
        expect(isThere(done)).toBe(missing.length > 0);
        deletions += isThere(done) ? 0 : 1;
      }),
      { numRuns: 300 },
    );
    expect(deletions).toBeGreaterThan(0);
  });

  it.each(lackNames)('deletes nothing that lacks %s alone, and the same role once it is there', (name) => {
    fc.assert(
      fc.property(enough, lacks[name], (whole, lack) => {
        expect(isThere(applied({ ...whole, ...lack }).done)).toBe(true);
        expect(isThere(applied(whole).done)).toBe(false);
      }),
      { numRuns: 25 },
    );
  });

  it('keeps the whole role before the first step of it, and its names for good', () => {
    fc.assert(
      fc.property(enough, (story) => {
        const { before, done } = applied(story);
        const [change] = makePlan(before).changes;
        if (change?.target !== 'role') throw new Error('Nothing is to be deleted.');
        const role = selectRole(before, r1);
        const { snapshot } = intend(before, change).recorded[0]?.role ?? {};
        expect(role).toMatchObject({ ...snapshot });
        expect(Object.keys(snapshot ?? {})).toHaveLength(7);
        expect(done.recorded[0]?.role).toMatchObject({
          snapshot,
          closed: { subjects: ['sc://contoso/P1/c1'] },
          deletedAt: before.now,
        });
        expect(listEvents(done, connectionId(1)).at(-1)).toBe('connection.role-deleted.v1');
      }),
      { numRuns: 25 },
    );
  });
});
