import { viewIam } from '../builders/iam-view.ts';
import type { Stage } from '../builders/stage.ts';
import { MINUTE_MS, ORGANIZATION, setStage } from '../builders/stage.ts';
import { ADMINISTRATOR, createTampering } from '../builders/tampering.ts';

const LATE_MS = 30_000;
const connections = { 'Shop/a': 'role-a', 'Shop/b': 'role-b', 'Pay/c': 'role-c' };

describe('while IAM shows everything half a minute late', () => {
  let stage: Stage;

  beforeEach(async () => {
    stage = await setStage({ connections, visibilityDelayMs: LATE_MS });
  });

  afterEach(() => stage.close());

  const notified = () => new Set(stage.cloud.receiver.received.map(({ type }) => type));
  const runEvery = async (milliseconds: number, times: number) => {
    const writes: string[] = [];
    for (let run = 0; run < times; run++) {
      writes.push(...(await stage.runOnce()).writes.iam);
      stage.clock.advance(milliseconds);
    }
    return writes;
  };

  it('creates each role once and takes nothing for drift', async () => {
    const writes = await runEvery(5_000, 12);

    expect(writes.filter((name) => name === 'CreateRole')).toHaveLength(3);
    expect(writes.filter((name) => name === 'CreateOpenIDConnectProvider')).toHaveLength(1);
    expect(writes.filter((name) => name === 'UpdateAssumeRolePolicy')).toHaveLength(3);
    expect(notified()).toEqual(new Set(['provider.created.v1', 'connection.federated.v1']));
    stage.clock.advance(5 * MINUTE_MS);
    expect((await viewIam(stage.console)).roles).toHaveProperty('role-c');
    const last = await stage.runOnce();
    expect({ outcome: last.outcome, ...last.writes }).toEqual({ outcome: 'converged', iam: [], table: 0 });
  });

  it('follows a rename once, and takes the old trust for what it is', async () => {
    await runEvery(MINUTE_MS, 5);
    stage.cloud.azureDevOps.connections.rename(ORGANIZATION, stage.id('Shop/a'), 'renamed');

    expect(await runEvery(5_000, 12)).toEqual(['UpdateAssumeRolePolicy']);

    expect(notified()).toEqual(
      new Set(['provider.created.v1', 'connection.federated.v1', 'connection.renamed.v1']),
    );
  });

  it('repairs drift once, and does not meet it again', async () => {
    await runEvery(MINUTE_MS, 5);
    await createTampering(stage.console).attach('role-a', ADMINISTRATOR);

    expect(await runEvery(5_000, 18)).toEqual(['DetachRolePolicy']);

    const types = stage.cloud.receiver.received.map(({ type }) => type);
    expect(types.filter((type) => type === 'connection.repaired.v1')).toHaveLength(1);
    expect(types.filter((type) => type === 'connection.drift-detected.v1')).toHaveLength(1);
  });
});
