import { reconcile } from '../../shared/application/run/reconcile.ts';
import { makeReport } from '../../shared/application/reporting/report-document.ts';
import { TransientError } from '../../shared/domain/kernel/errors.ts';
import type { Stage } from '../builders/stage.ts';
import { ACCOUNT, MINUTE_MS, ORGANIZATION, setStage, wholeGrant } from '../builders/stage.ts';
import { ADMINISTRATOR, createTampering } from '../builders/tampering.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await setStage({ connections: { 'Shop/a': 'role-a', 'Shop/b': 'role-b', 'Pay/c': 'role-c' } });
});
afterEach(() => stage.close());

const passes = async () => (await stage.ports.runs.latest(10)).entries;
const nothing = { repaired: 0, created: 0, changed: 0, closed: 0, held: 0, failed: 0 };

/** Everything was made, long enough ago to be converged. */
async function federated(): Promise<void> {
  await stage.runOnce();
  stage.clock.advance(15 * MINUTE_MS);
}

it('remembers of a run what it made, with its id, its time and who asked', async () => {
  const { run } = await stage.runOnce();
  expect(await passes()).toEqual([
    {
      run: { id: run.id, trigger: 'schedule' },
      time: new Date(stage.clock.now()).toISOString(),
      accounts: [ACCOUNT],
      inOrder: 0,
      drifted: 0,
      deeds: { ...nothing, created: 3 },
    },
  ]);
});

it('remembers what was put right beside what was in order, the latest run first', async () => {
  await federated();
  await createTampering(stage.console).attach('role-a', ADMINISTRATOR);
  await stage.runOnce({ trigger: 'person' });
  expect(await passes()).toMatchObject([
    { run: { trigger: 'person' }, inOrder: 2, drifted: 1, deeds: { ...nothing, repaired: 1 } },
    { deeds: { ...nothing, created: 3 } },
  ]);
});

it('tells held and failed from done', async () => {
  await federated();
  stage.configure({ grants: [{ ...wholeGrant, maxSessionDuration: 43_200 }], limits: { changesPerPass: 2 } });
  stage.cloud.aws.faults.next({ operation: 'UpdateRole' }, 'accessDenied');
  await stage.runOnce();
  const [latest] = await passes();
  expect(latest).toMatchObject({
    inOrder: 0,
    drifted: 0,
    deeds: { ...nothing, changed: 1, held: 1, failed: 1 },
  });
});

it('counts roles that were closed', async () => {
  await federated();
  stage.cloud.azureDevOps.connections.setOidc(ORGANIZATION, stage.id('Shop/a'), false);
  await stage.runOnce();
  expect((await passes())[0]).toMatchObject({ inOrder: 2, deeds: { ...nothing, closed: 1 } });
});

it('keeps nothing of a run that found nothing to do, of one that was held, or of one that only looked', async () => {
  await federated();
  const before = await passes();
  expect((await stage.runOnce()).writes).toEqual({ iam: [], table: 0 });
  await createTampering(stage.console).attach('role-a', ADMINISTRATOR);
  await stage.plan();
  stage.configure({ grants: [{ ...wholeGrant, mode: 'observe' }] });
  expect((await stage.runOnce()).outcome).toBe('held');
  expect(await passes()).toEqual(before);
});

it('ends a run as it would have ended when the table does not take the entry', async () => {
  await federated();
  await createTampering(stage.console).attach('role-a', ADMINISTRATOR);
  const append = () => Promise.reject(new TransientError('state.unavailable', 'planted'));
  const { outcome } = await reconcile({ ...stage.ports, runs: { append } }, stage.configuration(), {
    trigger: 'person',
  });
  expect(outcome).toBe('changed');
});

it('shows passes in the report, as people look at them', async () => {
  await federated();
  const { runs: shown } = await makeReport(stage.ports, stage.configuration());
  expect(shown).toEqual(await passes());
  expect(shown).toHaveLength(1);
});
