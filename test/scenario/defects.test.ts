import type { RunReport } from '../../shared/application/run/reconcile.ts';
import { DefectiveRun, reconcile } from '../../shared/application/run/reconcile.ts';
import {
  ConflictError,
  InvariantError,
  PermissionError,
  TransientError,
  UpstreamError,
} from '../../shared/domain/kernel/errors.ts';
import type { RecordedItem } from '../../shared/domain/records/connection-record.ts';
import type { WriteStep } from '../../shared/domain/iam/iam-operation.ts';
import { viewIam } from '../builders/iam-view.ts';
import type { Stage } from '../builders/stage.ts';
import { MINUTE_MS, setStage } from '../builders/stage.ts';
import { ADMINISTRATOR, READ_ONLY, createTampering } from '../builders/tampering.ts';

const connections = { 'Shop/a': 'role-a', 'Shop/b': 'role-b', 'Shop/c': 'role-c' };
type Ports = Stage['ports'];

let stage: Stage;

beforeEach(async () => {
  stage = await setStage({ connections });
  await stage.runOnce();
  stage.clock.advance(15 * MINUTE_MS);
  const by = createTampering(stage.console);
  for (const role of ['role-a', 'role-b', 'role-c']) await by.attach(role, ADMINISTRATOR);
});
afterEach(() => stage.close());

const run = (ports: Partial<Ports>): Promise<RunReport> =>
  reconcile({ ...stage.ports, ...ports }, stage.configuration(), { trigger: 'schedule' });

/** What the run comes to, and the bug that it throws. */
async function runDefective(ports: Partial<Ports>) {
  const error = await run(ports).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof DefectiveRun)) throw new Error(`The run did not throw its bug: ${String(error)}`);
  return error;
}

const readPolicies = async (role: string) => (await viewIam(stage.console)).roles[role]?.managedPolicies;
const concernsRole = (step: WriteStep, role: string) => 'role' in step && step.role.endsWith(role);

const withWriter = (fail: (step: WriteStep) => Error | undefined): Pick<Ports, 'accounts'> => ({
  accounts: {
    ...stage.ports.accounts,
    open: async (account, steps, until) => {
      const writer = await stage.ports.accounts.open(account, steps, until);
      return {
        ...writer,
        write: (step) => {
          const error = fail(step);
          return error ? Promise.reject(error) : writer.write(step);
        },
      };
    },
  },
});

const withTable = (fail: (item: RecordedItem) => Error | undefined): Pick<Ports, 'state'> => ({
  state: {
    ...stage.ports.state,
    write: (item) => {
      const error = fail(item);
      return error ? Promise.reject(error) : stage.ports.state.write(item);
    },
  },
});

const findLastEvent = (item: RecordedItem) => item.outbox.pending.at(-1)?.type;

describe('an error of azfed itself', () => {
  it.each([
    ['a TypeError', new TypeError('planted')],
    ['an InvariantError', new InvariantError('planted', 'planted')],
    ['an error of no class that azfed knows', new Error('planted')],
  ])('escapes after everything else was done and recorded: %s', async (_name, bug) => {
    const { report, errors } = await runDefective(
      withWriter((step) => (concernsRole(step, 'role-a') ? bug : undefined)),
    );

    expect(errors).toEqual([bug]);
    expect(report.outcome).toBe('failed');
    expect(report.results.map(({ result }) => result).sort()).toEqual(['done', 'done', 'failed']);
    expect(await readPolicies('role-b')).toEqual([READ_ONLY]);
    expect(await readPolicies('role-c')).toEqual([READ_ONLY]);
    const notified = (await stage.records()).flatMap(({ outbox }) => outbox.pending.map(({ type }) => type));
    expect(notified.filter((type) => type === 'connection.failed.v1')).toHaveLength(1);
    expect(notified.filter((type) => type === 'connection.repaired.v1')).toHaveLength(2);
  });

  it('escapes from every place that goes on after trouble outside', async () => {
    const bug = new TypeError('planted');
    const reject = () => Promise.reject(bug);
    const places: readonly Partial<Ports>[] = [
      { leases: { ...stage.ports.leases, acquire: reject } },
      { leases: { ...stage.ports.leases, isHeld: reject } },
      { leases: { ...stage.ports.leases, release: reject } },
      { accounts: { ...stage.ports.accounts, open: reject } },
      { runs: { ...stage.ports.runs, append: reject } },
      withTable(() => bug),
    ];
    for (const place of places) {
      await createTampering(stage.console).attach('role-a', ADMINISTRATOR);
      expect((await runDefective(place)).errors).toContain(bug);
      stage.clock.advance(15 * MINUTE_MS);
    }
  });

  it('escapes from the attribution of drift and of wishes', async () => {
    const actors = [{ list: () => Promise.reject(new TypeError('planted')) }];
    await expect(run({ actors })).rejects.toThrow('planted');
  });
});

describe('what the outside does', () => {
  it('is the result of its change also when it cannot be recorded', async () => {
    const refusal = new PermissionError('iam:DetachRolePolicy', 'An SCP forbids it.');
    const refused = withWriter((step) => (concernsRole(step, 'role-a') ? refusal : undefined));
    const away = withTable((item) =>
      findLastEvent(item) === 'connection.failed.v1'
        ? new TransientError('state.unavailable', 'away')
        : undefined,
    );

    const { results, outcome, failures } = await run({ ...refused, ...away });

    expect(results.find(({ result }) => result === 'failed')?.error).toEqual({
      code: 'permission',
      message: 'An SCP forbids it.',
      nature: 'refused',
    });
    expect({ outcome, failures }).toEqual({
      outcome: 'partial',
      failures: [{ code: 'state.unavailable', message: 'away' }],
    });
    expect(results.filter(({ result }) => result === 'done')).toHaveLength(2);
  });

  it('leaves a lost lease a lost lease, and writes nothing after it', async () => {
    const lost = { ...stage.ports.leases, isHeld: () => Promise.resolve(false) };
    const conflicting = withTable((item) =>
      findLastEvent(item) === 'connection.failed.v1'
        ? new ConflictError('state.conflict', 'newer')
        : undefined,
    );

    const { results } = await run({ leases: lost, ...conflicting });

    expect(results.map(({ result, error }) => [result, error?.code])).toEqual([
      ['failed', 'lease'],
      ['failed', 'lease'],
      ['failed', 'lease'],
    ]);
  });

  it('does not keep other accounts waiting when a lease cannot be asked for, and is told', async () => {
    const acquire = () => Promise.reject(new TransientError('state.throttled', 'The table is busy.'));

    const { results, outcome } = await run({ leases: { ...stage.ports.leases, acquire } });

    expect(outcome).toBe('partial');
    expect(results.map(({ result, error }) => [result, error?.code])).toEqual(
      results.map(() => ['skipped', 'state.throttled']),
    );
  });

  it.each([
    ['a conflict', new ConflictError('state.conflict', 'newer'), 'changed', []],
    [
      'a record that is too large',
      new UpstreamError('state.item-too-large', 'too large'),
      'partial',
      [{ code: 'state.item-too-large', message: 'too large' }],
    ],
  ] as const)(
    'stops no repair when a record cannot catch up: %s',
    async (_name, error, outcome, failures) => {
      // A rename back in IAM by hand: role-a is as its grant says, and the record is not.
      await createTampering(stage.console).detach('role-a', ADMINISTRATOR);
      const stale = (await stage.records()).find(({ role }) => role?.arn.endsWith('role-a'));
      if (!stale?.role) throw new Error('There is no record of role-a.');
      await stage.ports.state.write({ ...stale, role: { ...stale.role, written: {} } });
      const isStale = (item: RecordedItem) =>
        item.kind === 'connection' && item.connectionId === stale.connectionId;

      const ended = await run(withTable((item) => (isStale(item) ? error : undefined)));

      expect({ outcome: ended.outcome, failures: ended.failures }).toEqual({ outcome, failures });
      expect(ended.results.map(({ result }) => result)).toEqual(['done', 'done']);
      expect(await readPolicies('role-b')).toEqual([READ_ONLY]);
    },
  );
});
