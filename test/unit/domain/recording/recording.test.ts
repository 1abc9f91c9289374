import { parseAccountId } from '../../../../shared/domain/kernel/ids.ts';
import type { RoleArn } from '../../../../shared/domain/kernel/ids.ts';
import { recordIntent } from '../../../../shared/domain/recording/recording.ts';
import type { RecordedConnection } from '../../../../shared/domain/records/connection-record.ts';
import { CLOSED_SUBJECT } from '../../../../shared/domain/policy/trust-document.ts';
import { configuration, contoso, fabrikam, grant } from '../../../builders/configuration.ts';
import { connection, reference } from '../../../builders/connection.ts';
import { ACCOUNT, connectionId, organizationId, roleArn } from '../../../builders/domain-ids.ts';
import { withRole } from '../../../builders/iam-model.ts';
import { recordedConnection, shopRole } from '../../../builders/recorded-items.ts';
import { inventory } from '../../../builders/inventory.ts';
import { rules } from '../../../builders/rules.ts';
import type { SmallWorld } from '../../../builders/small-world.ts';
import {
  START,
  after,
  federated,
  intend,
  runOnce,
  makePlan,
  selectRole,
  showing,
  world,
} from '../../../builders/small-world.ts';

const r1 = roleArn('r1');
const sharing = configuration({ grants: [grant({ shareRole: true })] });
const second = connection(2, { requestedRoleArn: r1 });
const both = after(60, federated([connection(1), second], { configuration: sharing }));
const bySchedule = (seen: SmallWorld) => runOnce(seen, rules());
const findRecord = ({ recorded }: SmallWorld, number: number) =>
  recorded.find((item) => item.connectionId === connectionId(number))?.role;

/** Somebody shortens sessions while the grant makes them longer: a conflict, whatever else happens. */
const torn = (seen: SmallWorld): SmallWorld => ({
  ...seen,
  iam: withRole(seen.iam, { ...selectRole(seen, r1), maxSessionDuration: 3_600 }),
  configuration: configuration({ grants: [grant({ shareRole: true, maxSessionDuration: 43_200 })] }),
});

describe('a change of which only the narrowing was done', () => {
  it('records who was revoked, so that the holder of that name stays out', () => {
    const takenOver = showing(torn(both), [connection(3, { references: [reference(1, 'c1')] }), second]);
    const done = bySchedule(takenOver);
    expect(done.changes).toMatchObject([{ decision: 'allowed', isWideningHeld: true }]);
    expect(findRecord(done.world, 1)).toMatchObject({
      subjects: [],
      closed: { reason: 'recreated', subjects: ['sc://contoso/P1/c1'] },
    });
    const later = bySchedule(after(60, done.world));
    expect(later.findings).toContainEqual(
      expect.objectContaining({ code: 'connection.recreated', connectionId: connectionId(3) }),
    );
    expect(later.world.iam.roles.size).toBe(1);
  });

  it('leaves a trust that was narrowed in conflict: it is not opened without a person', () => {
    const role = selectRole(both, r1);
    const trust = JSON.parse(
      JSON.stringify(role.trust).replace(/\["sc:[^\]]*\]/, '["sc://contoso/P1/c1","sc://contoso/P9/x"]'),
    ) as typeof role.trust;
    const seen = {
      ...showing(both, [connection(1), second, connection(3, { requestedRoleArn: r1 })]),
      iam: withRole(both.iam, { ...role, trust, description: 'mine' }),
    };
    const first = bySchedule(seen);
    expect(first.changes).toMatchObject([{ cause: 'conflict', isWideningHeld: true }]);
    const next = bySchedule(after(60, first.world));
    expect(next.changes).toMatchObject([{ cause: 'conflict', decision: 'held', blockedBy: 'conflict' }]);
    expect(JSON.stringify(selectRole(next.world, r1).trust)).not.toContain('P9');
    expect(runOnce(next.world).changes).toMatchObject([{ decision: 'allowed', isWideningHeld: false }]);
  });
});

describe('an intent', () => {
  const fresh = world([connection(1)]);
  const getChange = (seen: SmallWorld) => {
    const change = makePlan(seen).changes.find(({ target }) => target === 'role');
    if (change?.target !== 'role') throw new Error('A role is to be made.');
    return change;
  };

  it('takes no further role into a record that has no room, and goes on with those that it has', () => {
    const change = getChange(fresh);
    const [binding] = change.bindings;
    if (!binding) throw new Error('The change is about a connection.');
    const earlier = Array.from({ length: 1_000 }, (_, index) => ({
      ...shopRole,
      arn: roleArn(`old-${index}`),
    }));
    const full = recordedConnection({ earlier });
    const makeIntent = (item: RecordedConnection, arn: RoleArn) =>
      recordIntent(item, { ...change, roleArn: arn }, binding, START);

    expect(() => makeIntent(full, r1)).toThrow(/1000 roles, and its record has no room.*azfed release/s);
    expect(makeIntent(full, roleArn('old-7')).earlier[7]?.intent).toBeDefined();
    expect(makeIntent(recordedConnection({ earlier: earlier.slice(0, 50) }), r1).role?.arn).toBe(r1);
  });

  it('of a creation that was never recorded keeps the time of its first attempt', () => {
    const first = intend(fresh, getChange(fresh));
    const later = after(60, first);
    expect(findRecord(intend(later, getChange(later)), 1)?.intent?.at).toBe(START);
  });

  it('of any other change has its own time', () => {
    const rested = after(60, federated([connection(1)]));
    const seen = { ...rested, iam: withRole(rested.iam, { ...selectRole(rested, r1), description: 'mine' }) };
    expect(findRecord(intend(seen, getChange(seen)), 1)?.intent?.at).toBe(seen.now);
  });
});

describe('the marks of a role', () => {
  it('name its connection and organization by their ids', () => {
    const { tags, description } = selectRole(federated([connection(1)]), r1);
    expect(tags).toEqual({
      team: 'shop',
      'azfed:connection': connectionId(1),
      'azfed:grant': 'all',
      'azfed:organization': organizationId(1),
    });
    expect(description).toContain(connectionId(1));
  });

  it('say so when organizations share it', () => {
    const organizations = [contoso, fabrikam];
    const done = federated([], {
      configuration: { ...sharing, organizations },
      inventories: [inventory([connection(1)]), inventory([second], fabrikam)],
    });
    expect(selectRole(done, r1).tags).toMatchObject({
      'azfed:connection': 'shared',
      'azfed:organization': 'several',
    });
    expect(JSON.stringify(selectRole(done, r1).trust)).not.toContain(CLOSED_SUBJECT);
  });
});

describe('what the configuration no longer names', () => {
  it('is no account of ours, though another one is there', () => {
    const other = parseAccountId('999999999999');
    if (!other) throw new Error('That is an account.');
    const rested = after(60, federated([connection(1)]));
    const { plan } = runOnce({
      ...rested,
      configuration: configuration({ accounts: [{ id: other, partition: 'aws' }] }),
    });
    expect({ changes: plan.changes, isPartial: plan.isPartial }).toEqual({ changes: [], isPartial: false });
    expect(ACCOUNT).not.toBe(other);
  });
});

describe('a provider whose creation failed', () => {
  it('is not taken for one that somebody deleted', () => {
    const [created] = federated([connection(1)]).providers;
    if (!created) throw new Error('The provider is recorded.');
    const intent = { changeId: 'create-1', at: 0, operation: 'create' as const };
    const [change] = makePlan({
      ...world([connection(1)]),
      providers: [{ ...created, audiences: [], intent }],
    }).changes;
    expect(change).toMatchObject({ target: 'provider', cause: 'new' });
  });
});
