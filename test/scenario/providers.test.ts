import { viewIam } from '../builders/iam-view.ts';
import type { Stage } from '../builders/stage.ts';
import { MINUTE_MS, setStage } from '../builders/stage.ts';
import { createTampering } from '../builders/tampering.ts';
import { createTrouble } from '../builders/wire.ts';
import { statusRows } from '../../shared/application/observe/connection-status.ts';

describe('a provider that AWS refuses to make', () => {
  const trouble = createTrouble();
  let stage: Stage;

  beforeEach(async () => {
    stage = await setStage({ connections: { 'Shop/prod': 'shop-prod', 'Pay/prod': 'pay-prod' }, trouble });
  });
  afterEach(async () => {
    trouble.fix();
    await stage.close();
  });

  const notified = () => stage.cloud.receiver.received.map(({ type }) => type);

  it('keeps the roles that need it from being made, whoever asks, until it is there', async () => {
    trouble.refuse('CreateOpenIDConnectProvider');
    for (const trigger of ['schedule', 'person'] as const) {
      const { outcome, results } = await stage.runOnce({ trigger });
      expect(outcome).toBe('failed');
      expect(results.map(({ result, error }) => [result, error?.code])).toEqual([
        ['failed', 'permission'],
        ['skipped', 'provider'],
        ['skipped', 'provider'],
      ]);
      expect((await viewIam(stage.console)).roles).toEqual({});
    }
    expect(notified()).not.toContain('connection.federated.v1');

    trouble.fix();
    stage.clock.advance(30 * MINUTE_MS);
    expect((await stage.runOnce()).outcome).toBe('changed');
    expect(notified().filter((type) => type === 'connection.federated.v1')).toHaveLength(2);
    expect((await stage.runOnce()).outcome).toBe('converged');
  });

  it('is told of at each role that trusts it, and such a role is narrowed and not widened', async () => {
    await stage.runOnce();
    stage.clock.advance(15 * MINUTE_MS);
    const by = createTampering(stage.console);
    await by.deleteProvider();
    await by.attach('shop-prod', 'arn:aws:iam::aws:policy/AdministratorAccess');
    await by.detach('shop-prod', 'arn:aws:iam::aws:policy/ReadOnlyAccess');
    await by.detach('pay-prod', 'arn:aws:iam::aws:policy/ReadOnlyAccess');
    trouble.refuse('CreateOpenIDConnectProvider');

    const { outcome, writes } = await stage.runOnce({ trigger: 'person' });
    expect(outcome).toBe('partial');
    expect(writes.iam).not.toContain('AttachRolePolicy');
    expect(writes.iam).toContain('DetachRolePolicy');

    await by.attach('shop-prod', 'arn:aws:iam::aws:policy/ReadOnlyAccess');
    await by.attach('pay-prod', 'arn:aws:iam::aws:policy/ReadOnlyAccess');
    stage.clock.advance(15 * MINUTE_MS);
    const plan = await stage.plan();
    const missing = plan.findings.filter(({ code }) => code === 'provider.missing');
    expect(missing.map(({ connectionId }) => connectionId).sort()).toEqual(
      [stage.id('Shop/prod'), stage.id('Pay/prod')].sort(),
    );
    expect(statusRows(plan, plan.controls).map(({ state }) => state)).not.toContain('converged');
  });
});
