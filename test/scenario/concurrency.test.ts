import { applyRun } from '../../shared/application/run/reconcile.ts';
import { parseAccountId } from '../../shared/domain/kernel/ids.ts';
import { viewIam } from '../builders/iam-view.ts';
import type { IamView } from '../builders/iam-view.ts';
import type { Stage } from '../builders/stage.ts';
import { ACCOUNT, MINUTE_MS, required, setStage } from '../builders/stage.ts';
import { ADMINISTRATOR, createTampering } from '../builders/tampering.ts';

const connections = { 'Shop/a': 'role-a', 'Shop/b': 'role-b', 'Pay/c': 'role-c' };

interface NotifiedEvent {
  readonly id: string;
  readonly type: string;
}

describe('two runs over one account', () => {
  let stage: Stage;
  let golden: IamView;

  beforeAll(async () => {
    const alone = await setStage({ connections });
    await alone.runOnce();
    golden = await viewIam(alone.console);
    await alone.close();
  });

  beforeEach(async () => {
    stage = await setStage({ connections });
  });

  afterEach(() => stage.close());

  const operations = () => stage.cloud.aws.calls.map(({ operation }) => operation);
  const successful = (operation: string) =>
    stage.cloud.aws.calls.filter((call) => call.operation === operation && call.errorCode === undefined)
      .length;
  /** By event: two deliveries at once may send one of them twice, under the same id. */
  const notified = () => {
    const events = stage.cloud.receiver.received.map(({ body }) => JSON.parse(body) as NotifiedEvent);
    return [...new Map(events.map(({ id, type }) => [id, type])).values()].sort();
  };
  const federatedOnce = [
    ...Object.keys(connections).map(() => 'connection.federated.v1'),
    'provider.created.v1',
  ];
  const expectRest = async () => {
    expect(await viewIam(stage.console)).toEqual(golden);
    const { outcome, writes } = await stage.runOnce();
    expect({ outcome, ...writes }).toEqual({ outcome: 'converged', iam: [], table: 0 });
  };

  it('at once make each role once and tell of it once', async () => {
    const reports = await Promise.all([stage.runOnce(), stage.runOnce()]);

    expect(successful('CreateRole')).toBe(3);
    expect(successful('CreateOpenIDConnectProvider')).toBe(1);
    const results = reports.map((report) => report.results.map(({ result }) => result));
    expect(results).toContainEqual(['done', 'done', 'done', 'done']);
    expect(results.flat().filter((result) => result === 'done')).toHaveLength(4);
    await stage.runOnce();
    expect(notified()).toEqual(federatedOnce);
    await expectRest();
  });

  it('from one look do the work once: the later one finds its plan overtaken', async () => {
    const plans = await Promise.all([1, 2].map(() => stage.plan()));
    const [first, second] = [required(plans[0], 'plan'), required(plans[1], 'plan')];
    await applyRun(stage.ports, stage.configuration(), first);
    const before = operations().length;

    const { results } = await applyRun(stage.ports, stage.configuration(), second);

    expect(results.map(({ result }) => result)).toEqual(['failed', 'skipped', 'skipped', 'skipped']);
    expect(
      operations()
        .slice(before)
        .filter((name) => !/^(Get|List|Lookup|Assume)/.test(name)),
    ).toEqual([]);
    await stage.runOnce();
    expect(notified()).toEqual(federatedOnce);
    await expectRest();
  });

  it('from one look fix drift once', async () => {
    await stage.runOnce();
    stage.clock.advance(15 * MINUTE_MS);
    await createTampering(stage.console).attach('role-a', ADMINISTRATOR);

    await Promise.all([stage.runOnce(), stage.runOnce()]);
    await stage.runOnce();

    expect(successful('DetachRolePolicy')).toBe(1);
    expect(notified().filter((type) => type === 'connection.repaired.v1')).toHaveLength(1);
    expect(notified().filter((type) => type === 'connection.drift-detected.v1')).toHaveLength(1);
    await expectRest();
  });

  it('wait for each other: nothing is written while somebody else holds the lease', async () => {
    const account = required(parseAccountId(ACCOUNT), ACCOUNT);
    const { leases } = stage.ports;
    const lease = await leases.acquire(account, 'somebody', stage.clock.now(), 10 * MINUTE_MS);

    const { outcome, writes, results } = await stage.runOnce();

    expect({ outcome, iam: writes.iam }).toEqual({ outcome: 'partial', iam: [] });
    expect(results.map(({ result, error }) => [result, error?.code])).toEqual(
      results.map(() => ['skipped', 'lease']),
    );
    await leases.release(required(lease, 'lease'));
    await stage.runOnce();
    await expectRest();
  });

  it('that wakes after its lease has ended writes nothing more and leaves the role closed', async () => {
    const stop = stage.cloud.aws.onChange(() => {
      if (!stage.cloud.aws.events.some(({ eventName }) => eventName === 'CreateRole')) return;
      stop();
      stage.clock.advance(11 * MINUTE_MS);
    });

    const { writes, results } = await stage.runOnce();

    // Those under way beside it may have been sent before.
    expect(new Set(writes.iam)).toEqual(new Set(['CreateOpenIDConnectProvider', 'CreateRole']));
    expect(results.map(({ result }) => result)).toEqual(['done', 'failed', 'failed', 'failed']);
    for (const connection of Object.keys(connections)) {
      const token = await stage.token(connection.split('/')[0] ?? '', stage.id(connection));
      expect(await stage.assume('role-a', token)).toBe('refused');
    }
    await stage.runOnce();
    await expectRest();
  });
});
