import { decideOnConnection } from '../../shared/application/records/records.ts';
import { reconcile } from '../../shared/application/run/reconcile.ts';
import { parseAccountId } from '../../shared/domain/kernel/ids.ts';
import type { ServiceStage } from '../builders/service-stage.ts';
import { setServiceStage } from '../builders/service-stage.ts';
import { ACCOUNT, MINUTE_MS, ORGANIZATION, required, roleArn } from '../builders/stage.ts';

/** A person looks at Azure DevOps itself; the service rests on what discovery saw there minutes ago. */
describe('what a person does between two discoveries', () => {
  let stage: ServiceStage;
  const account = required(parseAccountId(ACCOUNT), 'account');
  const apply = (...roles: readonly string[]) =>
    reconcile(
      stage.ports,
      stage.configuration(),
      { trigger: 'person', actor: 'ana' },
      roles.length > 0 ? { scope: { account, roles } } : {},
    );
  /** A run over the whole account, by what discovery has seen until then. */
  const wake = async () => {
    await stage.sendRaw(JSON.stringify({ account }), account);
    await stage.service.processBatch();
    await stage.service.followStream();
  };
  const readRecord = async (connection: string) =>
    required(
      (await stage.records()).find(({ connectionId }) => connectionId === stage.id(connection)),
      connection,
    );
  const receivedTypes = () => stage.notified().map(({ type }) => type);

  beforeEach(async () => {
    stage = await setServiceStage({ connections: { 'Shop/a': 'role-a', 'Pay/b': 'role-b' } });
    await stage.letWrite();
    await stage.tick();
    stage.clock.advance(15 * MINUTE_MS);
  });
  afterEach(() => stage.close());

  it('is not undone: a role that was retired stays closed, and the word for it stands', async () => {
    const token = await stage.token('Shop', stage.id('Shop/a'));
    stage.cloud.azureDevOps.connections.remove(ORGANIZATION, stage.id('Shop/a'));
    const retiring = { by: 'ana', at: stage.clock.now(), reason: 'Sold.' };
    await decideOnConnection(stage.ports.state, await readRecord('Shop/a'), (known) => ({
      ...known,
      retiring,
    }));
    await apply('role-a');
    expect(await stage.assume('role-a', token)).toBe('refused');

    await wake();

    expect(await stage.assume('role-a', token)).toBe('refused');
    expect(await readRecord('Shop/a')).toMatchObject({ retiring, role: { closed: { reason: 'retired' } } });
    await stage.tick();
    expect(await stage.assume('role-a', token)).toBe('refused');
    expect(receivedTypes()).not.toContain('connection.missing.v1');
    expect(await stage.assume('role-b', await stage.token('Pay', stage.id('Pay/b')))).toBe('in');
  });

  it('is not told as a loss: a connection that was made since and has its role is not missing', async () => {
    const input = { project: 'Shop', name: 'c', roleArn: roleArn('role-c'), useOidc: true };
    const { id } = stage.cloud.azureDevOps.connections.create(ORGANIZATION, input);
    await apply();

    await wake();

    expect(receivedTypes()).not.toContain('connection.missing.v1');
    expect(await stage.assume('role-c', await stage.token('Shop', id))).toBe('in');
  });

  it('keeps nothing from being carried out after the next discovery', async () => {
    stage.cloud.azureDevOps.connections.setOidc(ORGANIZATION, stage.id('Shop/a'), false);
    await apply();
    await wake();
    expect(await readRecord('Shop/a')).toMatchObject({ role: { closed: { reason: 'retired' } } });
    stage.cloud.azureDevOps.connections.setOidc(ORGANIZATION, stage.id('Shop/a'), true);
    await stage.tick();
    expect(await stage.assume('role-a', await stage.token('Shop', stage.id('Shop/a')))).toBe('in');
  });
});
