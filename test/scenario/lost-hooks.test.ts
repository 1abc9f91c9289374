import type { SubscriptionState } from '../../shared/domain/azure-devops/hook-subscription.ts';
import type { ServiceStage } from '../builders/service-stage.ts';
import { setServiceStage } from '../builders/service-stage.ts';
import { MINUTE_MS, ORGANIZATION, READER_PAT, required } from '../builders/stage.ts';

let stage: ServiceStage;
beforeEach(async () => {
  stage = await setServiceStage({ connections: { 'Shop/a': 'role-a', 'Pay/b': 'role-b' } });
});
afterEach(() => stage.close());

const hooks = () => stage.cloud.azureDevOps.hooks;
const subscriptions = () => stage.cloud.azureDevOps.snapshot().organizations[0]?.subscriptions ?? [];
const first = () => required([...subscriptions()].sort((a, b) => (a.id < b.id ? -1 : 1))[0], 'subscription');
const lost = () =>
  stage
    .notified()
    .filter(({ type }) => type === 'hook.subscription-lost.v1')
    .map(({ data }) => data);
const become = (status: SubscriptionState) => {
  hooks().setStatus(ORGANIZATION, first().id, status);
};

describe('a service hook subscription', () => {
  it.each(['disabledByUser', 'disabledBySystem', 'disabledByInactiveIdentity', 'onProbation'] as const)(
    'that is %s is told once, and again when it was well in between',
    async (status) => {
      await stage.tick();
      expect(lost()).toEqual([]);
      become(status);
      await stage.tick();
      await stage.tick();
      expect(lost()).toMatchObject([
        {
          organization: { name: ORGANIZATION },
          subscriptions: [
            {
              project: { id: first().publisherInputs['projectId'] },
              event: first().eventType,
              state: status,
            },
          ],
        },
      ]);
      become('enabled');
      await stage.tick();
      become(status);
      await stage.tick();
      expect(lost()).toHaveLength(2);
    },
  );

  it('that is no longer listed is told as missing, of all projects in one event', async () => {
    await stage.tick();
    for (const { id } of subscriptions()) hooks().remove(ORGANIZATION, id);
    await stage.tick();
    const [notified, ...others] = lost();
    expect(others).toEqual([]);
    expect(notified?.['subscriptions']).toHaveLength(4);
    expect(JSON.stringify(notified)).toContain('"state":"missing"');
  });

  it('is not missed where the service has never been shown any, or where the list cannot be read', async () => {
    const { organizations, faults } = stage.cloud.azureDevOps;
    organizations.setPat(ORGANIZATION, { token: READER_PAT, access: 'read', seesHooks: false });
    become('enabled');
    await stage.tick();
    organizations.setPat(ORGANIZATION, { token: READER_PAT, access: 'read' });
    await stage.tick();
    faults.next({ operation: 'subscriptions' }, 'sign-in-page-203', Infinity);
    become('disabledByUser');
    await stage.tick();
    expect(lost()).toEqual([]);
    faults.clear();
    await stage.tick();
    expect(lost()).toHaveLength(1);
  });

  it('is not missed where the list of projects was cut short', async () => {
    await stage.tick();
    become('disabledByUser');
    const { faults } = stage.cloud.azureDevOps;
    faults.next({ operation: 'projects' }, 'count-mismatch', Infinity);
    await stage.tick();
    expect(lost()).toEqual([]);
    faults.clear();
    await stage.tick();
    expect(lost()).toHaveLength(1);
  });

  it('that a person took away is not missed', async () => {
    await stage.tick();
    await stage.service.unsubscribe();
    expect(subscriptions()).toEqual([]);
    await stage.tick();
    expect(lost()).toEqual([]);
  });

  it('that is as it was costs one request a sweep and no write', async () => {
    await stage.letWrite();
    await stage.tick();
    stage.clock.advance(15 * MINUTE_MS);
    await stage.tick();
    const [items, asked] = [await stage.tableItems(), stage.cloud.azureDevOps.calls.length];
    await stage.tick();
    expect(await stage.tableItems()).toEqual(items);
    const calls = stage.cloud.azureDevOps.calls.slice(asked);
    expect(calls.filter(({ operation }) => operation === 'subscriptions')).toHaveLength(1);
  });
});
