import { reconcile } from '../../shared/application/run/reconcile.ts';
import { parseAccountId } from '../../shared/domain/kernel/ids.ts';
import type { Stage, StageOptions } from '../builders/stage.ts';
import { ACCOUNT, MINUTE_MS, required, setStage, wholeGrant } from '../builders/stage.ts';
import { ADMINISTRATOR, createTampering } from '../builders/tampering.ts';

const DAY_MS = 24 * 60 * MINUTE_MS;
const connections = { 'Shop/a': 'role-a', 'Shop/b': 'role-b' };
const observing = { grants: [{ ...wholeGrant, mode: 'observe' }] };

let stage: Stage;
/** Everything was made long ago; from now on days are counted. */
const prepare = async (options: Partial<StageOptions> = {}) => {
  stage = await setStage({ connections, ...options });
  await stage.runOnce();
  stage.clock.advance(DAY_MS);
};
afterEach(() => stage.close());

const tampering = () => createTampering(stage.console);
/** A run, and then one after each of so many days. */
const runDaily = async (days: number) => {
  for (let day = 0; day < days; day++) {
    stage.clock.advance(DAY_MS);
    await stage.runOnce();
  }
};
interface Notified {
  readonly type: string;
  readonly time: string;
  readonly data: { readonly reminder?: number };
}
/** What was told of drift since then: on which day, and which reminder it was. */
const listNotifiedDrift = (start: number) =>
  stage.cloud.receiver.received
    .map(({ body }) => JSON.parse(body) as Notified)
    .filter(({ type, time }) => /drift|repaired/.test(type) && Date.parse(time) >= start)
    .map(({ type, time, data }) => [
      Math.floor((Date.parse(time) - start) / DAY_MS),
      data.reminder ?? type.split('.')[1],
    ]);

describe('drift that nobody puts right', () => {
  it('is told again every seven days, until somebody does at the console; the next counts from its own day', async () => {
    await prepare();
    stage.configure(observing);
    const start = stage.clock.now();
    await tampering().attach('role-a', ADMINISTRATOR);
    await stage.runOnce();
    await runDaily(30);
    const reminded = [
      [0, 'drift-detected'],
      [7, 1],
      [14, 2],
      [21, 3],
      [28, 4],
    ];
    expect(listNotifiedDrift(start)).toEqual(reminded);

    await tampering().detach('role-a', ADMINISTRATOR);
    await runDaily(10);
    expect(listNotifiedDrift(start)).toEqual(reminded);

    await tampering().attach('role-a', ADMINISTRATOR);
    await runDaily(8);
    expect(listNotifiedDrift(start).slice(5)).toEqual([
      [41, 'drift-detected'],
      [48, 1],
    ]);
  });

  it('is told again no more when a person applies', async () => {
    await prepare();
    stage.configure(observing);
    const start = stage.clock.now();
    await tampering().attach('role-a', ADMINISTRATOR);
    await stage.runOnce();
    await runDaily(8);
    stage.configure({});
    await stage.runOnce({ trigger: 'person' });
    await runDaily(20);
    expect(listNotifiedDrift(start)).toEqual([
      [0, 'drift-detected'],
      [7, 1],
      [8, 'repaired'],
    ]);
  });

  it('costs no write of the table on all days but those of a reminder', async () => {
    await prepare();
    stage.configure(observing);
    await tampering().attach('role-a', ADMINISTRATOR);
    await stage.runOnce();
    const writes: number[] = [];
    for (let day = 1; day <= 8; day++) {
      stage.clock.advance(DAY_MS);
      writes.push((await stage.runOnce()).writes.table);
    }
    expect(writes.map((count) => count > 0)).toEqual([false, false, false, false, false, false, true, false]);
  });

  it('is told as often as limits.reminderDays says', async () => {
    await prepare();
    stage.configure({ ...observing, limits: { reminderDays: 2 } });
    const start = stage.clock.now();
    await tampering().attach('role-a', ADMINISTRATOR);
    await stage.runOnce();
    await runDaily(5);
    expect(listNotifiedDrift(start)).toEqual([
      [0, 'drift-detected'],
      [2, 1],
      [4, 2],
    ]);
    stage.configure({ ...observing, limits: { reminderDays: 0 } });
    await runDaily(20);
    expect(listNotifiedDrift(start)).toHaveLength(3);
  });

  it('is told again by no pass over other roles alone, and not forgotten by it', async () => {
    await prepare();
    stage.configure(observing);
    const start = stage.clock.now();
    await tampering().attach('role-a', ADMINISTRATOR);
    await stage.runOnce();
    stage.clock.advance(8 * DAY_MS);
    const account = required(parseAccountId(ACCOUNT), 'account');
    const over = (role: string) =>
      reconcile(
        stage.ports,
        stage.configuration(),
        { trigger: 'schedule' },
        { scope: { account, roles: [role] } },
      );
    const before = await stage.tableItems();
    await over('role-b');
    expect(await stage.tableItems()).toEqual(before);
    await over('role-a');
    await stage.runOnce();
    expect(listNotifiedDrift(start)).toEqual([
      [0, 'drift-detected'],
      [8, 1],
    ]);
  });

  it('is told again to each of those who share the role', async () => {
    const shared = { ...wholeGrant, shareRole: true };
    await prepare({ connections: { 'Shop/a': 'role-a', 'Pay/b': 'role-a' }, grants: [shared] });
    stage.configure({ grants: [{ ...shared, mode: 'observe' }] });
    const start = stage.clock.now();
    await tampering().attach('role-a', ADMINISTRATOR);
    await stage.runOnce();
    await runDaily(8);
    expect(listNotifiedDrift(start)).toEqual([
      [0, 'drift-detected'],
      [0, 'drift-detected'],
      [7, 1],
      [7, 1],
    ]);
    await tampering().detach('role-a', ADMINISTRATOR);
    await runDaily(8);
    expect(listNotifiedDrift(start)).toHaveLength(4);
  });
});

describe('a repair that fails again and again', () => {
  it('is told as drift and as a failure once, and is reminded of until it succeeds', async () => {
    await prepare();
    const start = stage.clock.now();
    await tampering().attach('role-a', ADMINISTRATOR);
    stage.cloud.aws.faults.next({ operation: 'DetachRolePolicy' }, 'accessDenied', Infinity);
    await stage.runOnce();
    await runDaily(15);
    stage.cloud.aws.faults.clear();
    await runDaily(8);
    expect(listNotifiedDrift(start)).toEqual([
      [0, 'drift-detected'],
      [7, 1],
      [14, 2],
      [16, 'repaired'],
    ]);
    expect(stage.cloud.receiver.received.filter(({ type }) => type === 'connection.failed.v1')).toHaveLength(
      1,
    );
  });
});
