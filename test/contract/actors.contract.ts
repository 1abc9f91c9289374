import type { ChangeTarget } from '../../shared/domain/attribution/change-target.ts';
import type { Account } from '../../shared/domain/configuration/configuration.ts';
import type { IamChange } from '../../shared/domain/attribution/iam-change.ts';
import type { ActorMemory } from '../../shared/ports/accounts.ts';
import { freshAccountId } from '../builders/recorded-items.ts';
import type { VirtualClock } from '../builders/virtual-clock.ts';

const at = (time: string) => Date.parse(time);
const role = (name: string): ChangeTarget => ({ kind: 'role', name });

/** What a memory of actors promises, on every implementation. `clock` is the memory's; every test has its own account. */
export function actorsContract(open: () => ActorMemory, clock: VirtualClock): void {
  let account: Account;
  beforeEach(() => {
    clock.set('2026-11-22T12:00:00Z');
    account = { id: freshAccountId(), partition: 'aws' };
  });

  function change(target: ChangeTarget, time: string, fields: Partial<IamChange['actor']> = {}): IamChange {
    const actor = {
      source: 'event' as const,
      principal: 'arn:aws:iam::123456789012:role/ops',
      eventId: `event-at-${time}`,
      eventName: 'AttachRolePolicy',
      time: new Date(time).toISOString(),
      link: 'https://example.com',
      ...fields,
    };
    return { account, target, actor };
  }

  const last = async (of: Account, target: ChangeTarget, since: number) =>
    (await open().list(of, target, since, () => true))[0];

  it('lists what explains it, newest first, and nothing else', async () => {
    const names = ['UpdateAssumeRolePolicy', 'TagRole', 'UpdateAssumeRolePolicy', 'DeleteRole'];
    for (const [minute, eventName] of names.entries())
      await open().remember(change(role('deploy'), `2026-11-22T11:0${minute}:00Z`, { eventName }));
    const explains = (name: string) => name === 'UpdateAssumeRolePolicy';
    const found = await open().list(account, role('deploy'), at('2026-11-22T10:00:00Z'), explains);
    expect(found.map(({ eventId }) => eventId)).toEqual([
      'event-at-2026-11-22T11:02:00Z',
      'event-at-2026-11-22T11:00:00Z',
    ]);
  });

  it('knows who changed a target last, whatever the order in which it was told', async () => {
    const second = change(role('deploy'), '2026-11-22T11:30:00Z', {
      sessionName: 'bob',
      sourceIp: '198.51.100.7',
    });
    await open().remember(second);
    await open().remember(change(role('deploy'), '2026-11-22T11:00:00Z'));
    expect(await last(account, role('deploy'), at('2026-11-22T10:00:00Z'))).toStrictEqual(second.actor);
  });

  it('knows nobody from before the time that is asked for, to the second', async () => {
    await open().remember(change(role('deploy'), '2026-11-22T11:00:00Z'));
    const find = (since: string) => last(account, role('deploy'), at(since));
    expect(await find('2026-11-22T11:00:00.900Z')).toMatchObject({ eventName: 'AttachRolePolicy' });
    expect(await find('2026-11-22T11:00:01Z')).toBeUndefined();
  });

  it('knows a role without regard to case, and keeps targets and accounts apart', async () => {
    await open().remember(change(role('Deploy'), '2026-11-22T11:00:00Z'));
    const since = at('2026-11-22T10:00:00Z');
    expect(await last(account, role('dEPLOY'), since)).toBeDefined();
    expect(await last(account, role('Deploy2'), since)).toBeUndefined();
    expect(await last(account, role('Deplo'), since)).toBeUndefined();
    expect(await last({ ...account, id: freshAccountId() }, role('Deploy'), since)).toBeUndefined();
    const arn = `arn:aws:iam::${account.id}:oidc-provider/vstoken.dev.azure.com/x`;
    await open().remember(change({ kind: 'provider', arn }, '2026-11-22T11:10:00Z', { eventId: 'other' }));
    expect(await last(account, { kind: 'provider', arn }, since)).toMatchObject({ eventId: 'other' });
  });

  it('has one entry for an event that is told twice', async () => {
    const notified = change(role('deploy'), '2026-11-22T11:00:00Z');
    await open().remember(notified);
    await open().remember(notified);
    expect(await last(account, role('deploy'), 0)).toStrictEqual(notified.actor);
  });

  it('forgets after 90 days', async () => {
    await open().remember(change(role('deploy'), '2026-11-22T12:00:00Z'));
    clock.advance(90 * 86_400_000 - 1_000);
    expect(await last(account, role('deploy'), 0)).toBeDefined();
    clock.advance(1_000);
    expect(await last(account, role('deploy'), 0)).toBeUndefined();
  });
}
