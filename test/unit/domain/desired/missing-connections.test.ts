import type {
  Configuration,
  Grant,
  Retirement,
} from '../../../../shared/domain/configuration/configuration.ts';
import { isConverged } from '../../../../shared/domain/findings/finding.ts';
import type { OrganizationInventory } from '../../../../shared/domain/azure-devops/inventory.ts';
import { complete, unknown } from '../../../../shared/domain/kernel/result.ts';
import type { RecordedConnection } from '../../../../shared/domain/records/connection-record.ts';
import type { ServiceConnection } from '../../../../shared/domain/azure-devops/service-connection.ts';
import { configuration, contoso, grant } from '../../../builders/configuration.ts';
import { connection, reference } from '../../../builders/connection.ts';
import { connectionId, projectId, roleArn } from '../../../builders/domain-ids.ts';
import { withRole } from '../../../builders/iam-model.ts';
import { inventory } from '../../../builders/inventory.ts';
import { rules } from '../../../builders/rules.ts';
import type { SmallWorld } from '../../../builders/small-world.ts';
import {
  after,
  listEvents,
  federated,
  runOnce,
  makePlan,
  selectRole,
  showing,
} from '../../../builders/small-world.ts';

const DAY = 24 * 60;
const r1 = roleArn('r1');
const SUBJECT = 'sc://contoso/P1/c1';
const closing = configuration({ grants: [grant({ missing: 'close' })] });
const rested = (settings: Configuration = configuration()) =>
  after(60, federated([connection(1), connection(2)], { configuration: settings }));
const automatic = (seen: SmallWorld, settings = seen.configuration) =>
  runOnce({ ...seen, configuration: settings }, rules({ limits: settings.limits }));
/** One automatic run a day. */
const days = (count: number, seen: SmallWorld): SmallWorld =>
  count === 0 ? seen : days(count - 1, automatic(after(DAY, seen)).world);
const hidden = (settings?: Configuration) => automatic(showing(rested(settings), [connection(2)])).world;
const listCodes = (seen: SmallWorld, number = 1) =>
  makePlan(seen)
    .findings.filter((found) => found.connectionId === connectionId(number))
    .map(({ code }) => code);
const findRecord = (seen: SmallWorld): RecordedConnection | undefined =>
  seen.recorded.find(({ connectionId: id }) => id === connectionId(1));
const isOpen = (seen: SmallWorld) => JSON.stringify(selectRole(seen, r1).trust).includes(SUBJECT);
const isAtRest = (seen: SmallWorld) => {
  const { changes, findings } = automatic(seen);
  return isConverged(changes, findings);
};
/** Two projects, each with its own reading. */
const projects = (...lists: readonly (readonly ServiceConnection[] | 'unread' | 'odd')[]) => {
  const all: OrganizationInventory = {
    ...inventory([]),
    projects: complete(
      lists.map((list, index) => ({
        id: projectId(index + 1),
        name: `P${index + 1}`,
        connections: list === 'unread' ? unknown('throttled', 'No.') : complete(list === 'odd' ? [] : list),
        ...(list === 'odd' ? { unreadable: [unknown('odd-entry', 'An entry has no id.')] } : {}),
      })),
    ),
  };
  return [all];
};

describe('a connection that goes missing', () => {
  const first = hidden();

  it('is recorded with the time of the first run that misses it, and stays so', () => {
    const since = rested().now;
    expect(findRecord(first)?.missing).toEqual({ since });
    expect(findRecord(days(2, first))?.missing).toEqual({ since });
  });

  it('is unaccounted for after three days, not before, and its role stays open', () => {
    expect(listCodes(after(3 * DAY - 1, first))).toEqual(['connection.missing']);
    expect(listCodes(after(3 * DAY, first))).toEqual(['connection.unaccounted', 'connection.missing']);
    const later = days(30, first);
    expect([isOpen(later), makePlan(later).changes]).toEqual([true, []]);
  });

  it('waits as long as the configuration says', () => {
    const patient = configuration({ limits: { ...configuration().limits, missingWaitDays: 10 } });
    const seen = { ...first, configuration: patient };
    expect(listCodes(after(9 * DAY, seen))).not.toContain('connection.unaccounted');
    expect(listCodes(after(10 * DAY, seen))).toContain('connection.unaccounted');
  });

  it('is never converged, from the first run on', () => {
    const seen = showing(rested(), [connection(2)]);
    expect([isAtRest(rested()), isAtRest(seen), isAtRest(days(30, first))]).toEqual([true, false, false]);
  });

  it('is notified once, and reminded of', () => {
    const notified = (count: number) =>
      listEvents(days(count, first), connectionId(1)).filter((type) => type === 'connection.unaccounted.v1');
    expect(
      [notified(2), notified(3), notified(9), notified(10), notified(17)].map(({ length }) => length),
    ).toEqual([0, 1, 1, 2, 3]);
  });

  it('is accounted for when it is seen again, and the time begins anew', () => {
    const back = automatic(showing(days(5, first), [connection(1), connection(2)])).world;
    expect(findRecord(back)).not.toHaveProperty('missing');
    expect(isAtRest(back)).toBe(true);
    const again = automatic(showing(after(DAY, back), [connection(2)])).world;
    expect(listCodes(after(3 * DAY - 1, again))).toEqual(['connection.missing']);
  });

  it('is seen again under another name: it was renamed', () => {
    const renamed = connection(1, { references: [reference(1, 'other')] });
    expect(findRecord(automatic(showing(first, [renamed, connection(2)])).world)).not.toHaveProperty(
      'missing',
    );
  });

  it('is not unaccounted for where somebody has said that it was deleted', () => {
    const retiring = { by: 'ana', at: first.now, reason: 'deleted' };
    const said = {
      ...first,
      recorded: first.recorded.map((item) =>
        item.connectionId === connectionId(1) ? { ...item, retiring } : item,
      ),
    };
    const done = days(5, said);
    expect(listCodes(done)).toEqual([]);
    expect(findRecord(done)).toMatchObject({ role: { closed: { reason: 'retired' } } });
    expect(findRecord(done)).not.toHaveProperty('missing');
    expect(isAtRest(done)).toBe(true);
  });

  it('is recreated where another one holds its name, as before', () => {
    const done = days(
      4,
      showing(first, [connection(2), connection(3, { references: [reference(1, 'c1')] })]),
    );
    expect(listCodes(done)).toEqual(['connection.recreated']);
    expect(findRecord(done)).not.toHaveProperty('missing');
  });
});

describe('what could not be read', () => {
  const seen = rested();
  const running = hidden();

  it.each<[string, readonly OrganizationInventory[]]>([
    ['the organization', []],
    ['its project', projects('unread')],
    ['an entry of its project', projects('odd')],
    ['the list of projects', [{ ...inventory([]), projects: unknown('throttled', 'No.') }]],
  ])('starts no clock and stops none: %s', (_what, inventories) => {
    expect(findRecord(automatic({ ...seen, inventories }).world)).not.toHaveProperty('missing');
    const later = days(10, { ...running, inventories });
    expect(findRecord(later)?.missing).toEqual(findRecord(running)?.missing);
    expect(listCodes(later)).toEqual([]);
  });

  it('of another project does not hide what is missing, and closes nothing', () => {
    const inventories = projects([connection(2)], 'odd');
    const first = automatic({ ...rested(closing), inventories }).world;
    expect(findRecord(first)?.missing).toBeDefined();
    const later = days(4, first);
    expect([listCodes(later), isOpen(later)]).toEqual([['connection.unaccounted'], true]);
  });

  it('counts when the connection is missing again', () => {
    const later = showing(days(10, { ...running, inventories: [] }), [connection(2)]);
    expect(listCodes(later)).toContain('connection.unaccounted');
  });
});

describe('a shared connection', () => {
  const both = connection(1, { references: [reference(1, 'c1'), reference(2, 'c1')] });
  const shared = after(60, federated([both]));

  it('that one project alone lists, with both references, is seen', () => {
    const one = automatic({ ...shared, inventories: projects([], [both]) });
    expect(findRecord(one.world)).not.toHaveProperty('missing');
  });

  it('that one project alone lists, without references, is not shown: nothing is converged or taken away', () => {
    const bare = { ...both, references: [reference(2, 'c1')], hidesReferences: 'all' as const };
    const { plan, world: done } = automatic({ ...shared, inventories: projects([], [bare]) });
    expect([plan.isPartial, isOpen(done)]).toEqual([true, true]);
    expect(plan.findings.map(({ code }) => code)).toContain('connection.not-shown');
  });

  it('that no project lists is missing', () => {
    expect(findRecord(automatic({ ...shared, inventories: projects([], []) }).world)?.missing).toBeDefined();
  });
});

describe('`missing: close`', () => {
  const overdue = days(2, hidden(closing));

  it('closes the role after the waiting time, and says so', () => {
    expect(isOpen(overdue)).toBe(true);
    const { changes, world: done } = automatic(after(DAY, overdue));
    expect(changes).toMatchObject([{ kind: 'close', cause: 'change', decision: 'allowed' }]);
    expect(isOpen(done)).toBe(false);
    expect(findRecord(done)).toMatchObject({ role: { closed: { reason: 'missing', subjects: [SUBJECT] } } });
    expect(listCodes(days(3, done))).toEqual(['connection.unaccounted', 'connection.missing']);
    expect(isAtRest(days(3, done))).toBe(false);
    expect(makePlan(days(3, done)).changes).toEqual([]);
  });

  it('opens it again when the connection is seen', () => {
    const back = days(1, showing(days(3, overdue), [connection(1), connection(2)]));
    expect([isOpen(back), isAtRest(after(5, back))]).toEqual([true, true]);
    expect(findRecord(back)?.role).not.toHaveProperty('closed');
  });

  it('keeps it closed where the grant says `keep` by now, or a part of Azure DevOps is not read', () => {
    const closed = days(3, overdue);
    expect(isOpen(days(2, { ...closed, configuration: configuration() }))).toBe(false);
    expect(isOpen(days(2, { ...closed, inventories: [] }))).toBe(false);
  });

  it('retires it when the connection is seen and asks for it no more, or is said to be deleted', () => {
    const closed = days(3, overdue);
    const off = days(1, showing(closed, [connection(1, { oidc: 'off' }), connection(2)]));
    expect(findRecord(off)?.role?.closed).toMatchObject({
      reason: 'retired',
      at: off.now,
    });
    const retiring = { by: 'ana', at: 0, reason: '' };
    const said = days(1, { ...closed, recorded: closed.recorded.map((item) => ({ ...item, retiring })) });
    expect(findRecord(said)?.role?.closed?.reason).toBe('retired');
  });

  it('shuts it out of a role that others share, which stays open to them', () => {
    const sharing = configuration({ grants: [grant({ missing: 'close', shareRole: true })] });
    const two = connection(2, { requestedRoleArn: r1 });
    const start = after(60, federated([connection(1), two], { configuration: sharing }));
    const done = days(4, automatic(showing(start, [two])).world);
    expect(isOpen(done)).toBe(false);
    expect(JSON.stringify(selectRole(done, r1).trust)).toContain('sc://contoso/P1/c2');
  });

  it.each<[string, Partial<Grant>, Partial<Configuration>, string]>([
    ['a grant that only observes', { mode: 'observe' }, {}, 'mode-observe'],
    ['a grant that only repairs', { mode: 'repair' }, {}, 'mode-repair'],
    [
      'the limit of closures',
      {},
      { limits: { ...configuration().limits, closuresPerPass: 0 } },
      'limit-closures',
    ],
  ])('is held by %s', (_what, fields, settings, blockedBy) => {
    const strict = configuration({ grants: [grant({ missing: 'close', ...fields })], ...settings });
    const { changes, world: done } = automatic(after(DAY, overdue), strict);
    expect(changes).toMatchObject([{ kind: 'close', decision: 'held', blockedBy }]);
    expect(isOpen(done)).toBe(true);
  });

  it('is held by the absence breaker, while what impostors got is taken away', () => {
    const numbers = [1, 2, 3, 4];
    const limits = { ...configuration().limits, absencePercent: 10 };
    const strict = { ...closing, limits };
    const start = after(
      60,
      federated(
        numbers.map((number) => connection(number)),
        { configuration: strict },
      ),
    );
    const gone = days(2, automatic(showing(start, [])).world);
    const role = selectRole(gone, r1);
    const late = {
      ...after(DAY, gone),
      iam: withRole(gone.iam, { ...role, managedPolicies: ['arn:aws:iam::aws:policy/AdministratorAccess'] }),
    };
    const { changes, world: done } = automatic(late);
    expect(changes.filter(({ kind }) => kind === 'close').map(({ decision }) => decision)).toEqual(
      numbers.map(() => 'held'),
    );
    expect([isOpen(done), selectRole(done, r1).managedPolicies]).toEqual([true, []]);
  });
});

describe('a role that is deleted when it is retired', () => {
  it.each<[Retirement]>([['keep'], ['close'], ['delete']])(
    'is never deleted for a missing connection, with `retire: %s`',
    (retire) => {
      const settings = configuration({ grants: [grant({ retire, missing: 'close' })] });
      const year = after(365 * DAY, days(5, hidden(settings)));
      const { changes } = runOnce(year);
      expect([changes, isOpen(year)]).toEqual([[], false]);
    },
  );
});

describe('with tokens that carry the id of the connection', () => {
  it('no namesake is spoken of', () => {
    const entra = { tenantId: '00000000-0000-4000-8000-000000000001' };
    const settings = configuration({ organizations: [{ ...contoso, issuer: 'entra', entra }] });
    const [found] = makePlan(after(3 * DAY, hidden(settings))).findings.filter(
      ({ code }) => code === 'connection.unaccounted',
    );
    expect(found?.message).not.toContain('Another connection');
  });
});
