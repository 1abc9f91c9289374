import { GatheredReads } from '../../../shared/application/run/gathered-reads.ts';
import { PermissionError, TransientError } from '../../../shared/domain/kernel/errors.ts';
import type { RoleArn } from '../../../shared/domain/kernel/ids.ts';
import type { AccountWriter, RoleReading } from '../../../shared/ports/accounts.ts';
import { roleArn } from '../../builders/domain-ids.ts';
import { createEventClock } from '../../builders/event-clock.ts';

const parts = { managedPolicies: false, inlinePolicies: [] };
const [one, two, three] = [roleArn('one'), roleArn('two'), roleArn('three')];
const reading = (arn: RoleArn) => ({ arn }) as RoleReading;

/** A writer of which all roles are there, and that tells what it was asked. */
function createWriter(together?: AccountWriter['readTogether']) {
  const asked: string[] = [];
  const writer: Pick<AccountWriter, 'readRole' | 'readTogether'> = {
    readRole(role) {
      asked.push(role);
      return Promise.resolve(reading(role));
    },
    readTogether(requests) {
      asked.push(`${requests.length} together`);
      return together
        ? together(requests)
        : Promise.resolve(new Map(requests.map(({ role }) => [role, reading(role)])));
    },
  };
  return { writer, asked };
}

/** A change that records its intent and reads a role. */
const readAfterIntent = (reads: GatheredReads, role: RoleArn) =>
  reads.during(async () => {
    await Promise.resolve();
    return reads.readRole(role, parts);
  });

const readAll = (reads: GatheredReads, roles: readonly RoleArn[]) =>
  Promise.all(roles.map((role) => readAfterIntent(reads, role)));

describe('reads of changes that are under way side by side', () => {
  it('are one bulk read when all of them wait', async () => {
    const { writer, asked } = createWriter();
    const reads = new GatheredReads(writer, createEventClock());
    expect(await readAll(reads, [one, two])).toEqual([reading(one), reading(two)]);
    expect(asked).toEqual(['2 together']);
  });

  it('wait for a change that still writes, and not for one that sleeps', async () => {
    const clock = createEventClock();
    const { writer, asked } = createWriter();
    const reads = new GatheredReads(writer, clock);
    const times: number[] = [];
    const read = async (role: RoleArn) => {
      await reads.readRole(role, parts);
      times.push(clock.now());
    };
    await Promise.all([
      reads.during(async () => {
        await Promise.resolve();
        await read(one);
      }),
      reads.during(async () => {
        await clock.sleep(1_000);
        await read(two);
      }),
      reads.during(async () => {
        await reads.sleep(60_000);
        await read(three);
      }),
    ]);
    expect(asked).toEqual(['2 together', three]);
    expect(times).toEqual([1_000, 1_000, 60_000]);
  });

  it('do not wait for those who write when enough of them wait', async () => {
    const clock = createEventClock();
    const { writer, asked } = createWriter();
    const reads = new GatheredReads(writer, clock);
    const many = Array.from({ length: 50 }, (_, index) => roleArn(`r${index}`));
    const writing = reads.during(() => clock.sleep(60_000));
    await readAll(reads, many);
    expect(asked).toEqual(['50 together']);
    expect(clock.now()).toBe(0);
    await writing;
  });

  it.each([
    ['takes no fewer requests', () => Promise.resolve(undefined)],
    ['is refused', () => Promise.reject(new PermissionError('iam:ListRoles', 'No.'))],
    ['does not come', () => Promise.reject(new TransientError('throttled', 'Later.'))],
  ])('are single ones where the bulk read %s', async (_what, together) => {
    const { writer, asked } = createWriter(together);
    const reads = new GatheredReads(writer, createEventClock());
    expect(await readAll(reads, [one, two])).toEqual([reading(one), reading(two)]);
    expect(asked).toEqual(['2 together', one, two]);
  });

  it('show a role as absent that the bulk read does not show', async () => {
    const { writer } = createWriter(() => Promise.resolve(new Map([[one, reading(one)]])));
    const reads = new GatheredReads(writer, createEventClock());
    expect(await readAll(reads, [one, two])).toEqual([reading(one), undefined]);
  });

  it('end with the error of one alone, and with a bug of the bulk read all', async () => {
    const bug = new TypeError('planted');
    const away = new TransientError('unavailable', 'Away.');
    const single = createWriter(() => Promise.resolve(undefined));
    const refusing = {
      ...single.writer,
      readRole: (role: RoleArn) => (role === one ? Promise.reject(away) : Promise.resolve(reading(role))),
    };
    const outcomes = (writer: Pick<AccountWriter, 'readRole' | 'readTogether'>) => {
      const reads = new GatheredReads(writer, createEventClock());
      return Promise.allSettled([one, two].map((role) => readAfterIntent(reads, role)));
    };
    expect(await outcomes(refusing)).toMatchObject([{ reason: away }, { value: reading(two) }]);
    const { writer } = createWriter(() => Promise.reject(bug));
    expect(await outcomes(writer)).toMatchObject([{ reason: bug }, { reason: bug }]);
  });
});
