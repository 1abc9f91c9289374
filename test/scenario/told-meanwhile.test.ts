import { decideOnConnection } from '../../shared/application/records/records.ts';
import { deliver } from '../../shared/application/delivery/deliver.ts';
import type { Stage } from '../builders/stage.ts';
import { MINUTE_MS, required, setStage } from '../builders/stage.ts';
import { createTampering } from '../builders/tampering.ts';
import type { Trouble } from '../builders/wire.ts';
import { createTrouble } from '../builders/wire.ts';

const ADMINISTRATOR = 'arn:aws:iam::aws:policy/AdministratorAccess';

describe('an event that is delivered while the run that told it goes on', () => {
  let stage: Stage;
  let trouble: Trouble;

  beforeEach(async () => {
    trouble = createTrouble();
    stage = await setStage({ connections: { 'Shop/a': 'role-a' }, trouble });
    await stage.runOnce();
    stage.clock.advance(15 * MINUTE_MS);
  });
  afterEach(() => stage.close());

  it('does not cost the run its record: the repair is done and told by this run', async () => {
    await createTampering(stage.console).attach('role-a', ADMINISTRATOR);
    const mark = stage.cloud.receiver.received.length;
    // As the stream of the table does it: the drift is told while the role is put back.
    trouble.visit('DetachRolePolicy', () => deliver(stage.ports, stage.configuration().webhooks));

    const { outcome, results } = await stage.runOnce();

    expect({ outcome, results }).toMatchObject({ outcome: 'changed', results: [{ result: 'done' }] });
    expect(stage.cloud.receiver.received.slice(mark).map(({ type }) => type)).toEqual([
      'connection.drift-detected.v1',
      'connection.repaired.v1',
    ]);
    expect((await stage.runOnce()).writes).toEqual({ iam: [], table: 0 });
  });

  it('does not hide what a person decides meanwhile: that stands, and the next run tells what was done', async () => {
    await createTampering(stage.console).attach('role-a', ADMINISTRATOR);
    const [item] = await stage.records();
    const retiring = {
      by: 'ana',
      at: stage.clock.now(),
      reason: 'The team is gone.',
    };
    trouble.visit('DetachRolePolicy', () =>
      decideOnConnection(stage.ports.state, required(item, 'record'), (known) => ({ ...known, retiring })),
    );

    const { results } = await stage.runOnce();

    expect(results).toMatchObject([{ result: 'failed', error: { code: 'state.conflict' } }]);
    expect((await stage.records())[0]).toMatchObject({ retiring });
    const mark = stage.cloud.receiver.received.length;
    expect((await stage.runOnce()).writes.iam).toEqual([]);
    expect(stage.cloud.receiver.received.slice(mark).map(({ type }) => type)).toEqual([
      'connection.repaired.v1',
    ]);
  });
});
