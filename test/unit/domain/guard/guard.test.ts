import type { BlockedReason } from '../../../../shared/domain/records/blocked-reason.ts';
import type { Limits, Mode } from '../../../../shared/domain/configuration/configuration.ts';
import type { DenyWindow } from '../../../../shared/domain/configuration/deny-window.ts';
import type { Initiator } from '../../../../shared/domain/guard/controls.ts';
import { tampered, tamperings } from '../../../builders/arbitraries-tampering.ts';
import { configuration, contoso, fabrikam, grant } from '../../../builders/configuration.ts';
import { connection, reference } from '../../../builders/connection.ts';
import { roleArn } from '../../../builders/domain-ids.ts';
import { withRole, withoutRole } from '../../../builders/iam-model.ts';
import { inventory } from '../../../builders/inventory.ts';
import { guard } from '../../../../shared/domain/guard/guard.ts';
import { newControls } from '../../../../shared/domain/records/deployment-record.ts';
import { bootstrapped, rules } from '../../../builders/rules.ts';
import type { SmallWorld } from '../../../builders/small-world.ts';
import {
  after,
  listEvents,
  federated,
  runOnce,
  makePlan,
  selectRole,
  showing,
  world,
} from '../../../builders/small-world.ts';

const free: Limits = configuration().limits;

interface Rules {
  readonly limits?: Partial<Limits>;
  readonly trigger?: Initiator['trigger'];
  readonly isBootstrapped?: boolean;
  readonly denyWindows?: readonly DenyWindow[];
}

/** For each change of the run, in order, why it is held; `undefined` for one that is allowed. */
function holds(
  seen: SmallWorld,
  { limits, trigger = 'schedule', isBootstrapped = true, denyWindows = [] }: Rules = {},
): readonly (BlockedReason | undefined)[] {
  const controls = isBootstrapped ? bootstrapped : newControls;
  const all = rules({ limits: { ...free, ...limits }, initiator: { trigger }, controls, denyWindows });
  return runOnce(seen, all).changes.map((change) =>
    change.decision === 'held' ? change.blockedBy : undefined,
  );
}

const under = (mode: Mode, seen: SmallWorld): SmallWorld => ({
  ...seen,
  configuration: configuration({ grants: [grant({ mode })] }),
});
const many = (count: number) => Array.from({ length: count }, (_, index) => connection(index + 1));
const numbers = (count: number) => many(count).map((_, index) => index + 1);
const rested = (count: number) => after(60, federated(many(count)));

/** The first so many roles with another description. */
const drifted = (count: number, seen: SmallWorld): SmallWorld => ({
  ...seen,
  iam: numbers(count).reduce((iam, number) => {
    const role = selectRole(seen, roleArn(`r${number}`));
    return withRole(iam, { ...role, description: 'mine' });
  }, seen.iam),
});
const retired = (count: number, seen: SmallWorld) =>
  showing(
    seen,
    many(seen.iam.roles.size).map((one, index) => (index < count ? { ...one, oidc: 'off' } : one)),
  );
/** The first so many connections not listed. */
const missing = (count: number, seen: SmallWorld) => showing(seen, many(seen.iam.roles.size).slice(count));
const deleted = (seen: SmallWorld) => ({ ...seen, iam: withoutRole(seen.iam, roleArn('r1')) });
const recreated = (seen: SmallWorld) =>
  showing(seen, [
    connection(99, { references: [reference(1, 'c1')] }),
    ...many(seen.iam.roles.size).slice(1),
  ]);

/** Provider and role, as a new connection needs them. */
const fresh = world([connection(1)]);
const gone = runOnce(deleted(rested(1))).world;

describe('a mode', () => {
  it.each<[Mode, string, SmallWorld, readonly (BlockedReason | undefined)[]]>([
    ['observe', 'a creation', fresh, ['mode-observe', 'mode-observe']],
    ['observe', 'drift', drifted(1, rested(1)), ['mode-observe']],
    ['observe', 'a retirement', retired(1, rested(1)), ['mode-observe']],
    ['observe', 'a takeover', recreated(rested(1)), ['mode-observe']],
    ['repair', 'a creation', fresh, ['mode-repair', 'mode-repair']],
    ['repair', 'drift', drifted(1, rested(1)), [undefined]],
    ['repair', 'a role that is gone', after(5, gone), [undefined]],
    ['repair', 'a retirement', retired(1, rested(1)), ['mode-repair']],
    ['repair', 'a takeover', recreated(rested(1)), [undefined]],
    ['enforce', 'a creation', fresh, [undefined, undefined]],
    ['enforce', 'drift', drifted(1, rested(1)), [undefined]],
    ['enforce', 'a retirement', retired(1, rested(1)), [undefined]],
  ])('of %s answers %s so', (mode, _what, seen, expected) => {
    expect(holds(under(mode, seen))).toEqual(expected);
  });

  it('holds a person too', () => {
    expect(holds(under('observe', fresh), { trigger: 'person' })).toEqual(['mode-observe', 'mode-observe']);
  });

  it('of a grant that is no longer there does not keep its roles open', () => {
    const seen = { ...rested(1), configuration: configuration({ grants: [] }) };
    expect(holds(seen)).toEqual([undefined]);
  });
});

describe('a deployment that no person has let write', () => {
  it('is only observed by a schedule', () => {
    expect(holds(fresh, { isBootstrapped: false })).toEqual(['not-bootstrapped', 'not-bootstrapped']);
    expect(holds(fresh, { isBootstrapped: false, trigger: 'person' })).toEqual([undefined, undefined]);
    expect(holds(fresh)).toEqual([undefined, undefined]);
  });
});

describe('a limit', () => {
  it('of changes holds what comes after it', () => {
    expect(holds(drifted(3, rested(3)), { limits: { changesPerPass: 2 } })).toEqual([
      undefined,
      undefined,
      'limit-changes',
    ]);
    expect(holds(drifted(2, rested(3)), { limits: { changesPerPass: 2 } })).toEqual([undefined, undefined]);
  });

  it('of closures holds what comes after it, and changes are not counted with them', () => {
    const seen = retired(3, rested(3));
    expect(holds(seen, { limits: { closuresPerPass: 1, changesPerPass: 0 } })).toEqual([
      undefined,
      'limit-closures',
      'limit-closures',
    ]);
    expect(holds(seen, { limits: { closuresPerPass: 3 } })).toEqual([undefined, undefined, undefined]);
  });

  it.each<[string, SmallWorld, Partial<Limits>, number]>([
    ['changes a part of what is kept', drifted(6, rested(6)), { changesPercent: 50 }, 3],
    ['is rounded down', drifted(5, rested(5)), { changesPercent: 50 }, 2],
    ['lets one change through at least', drifted(3, rested(3)), { changesPercent: 0 }, 1],
    ['is not the smaller one', drifted(6, rested(6)), { changesPercent: 50, changesPerPass: 2 }, 2],
    ['is everything', drifted(6, rested(6)), { changesPercent: 100 }, 6],
    ['closes a part of what is kept', retired(6, rested(6)), { closuresPercent: 34 }, 2],
    ['lets one closure through at least', retired(3, rested(3)), { closuresPercent: 0 }, 1],
    ['is none of what is new: provider and roles', world(many(6)), { changesPercent: 0 }, 7],
    [
      'is none of what is new beside what is kept',
      { ...drifted(2, rested(4)), inventories: [inventory(many(6))] },
      { changesPercent: 25 },
      3,
    ],
  ])('in percent %s', (_what, seen, limits, expected) => {
    const held = holds(seen, { limits });
    expect(held.filter((reason) => reason === undefined)).toHaveLength(expected);
    expect(held.filter((reason) => reason !== undefined && !reason.startsWith('limit-'))).toEqual([]);
  });

  it('is not used up by what waits for a person anyway', () => {
    const seen = drifted(2, rested(2));
    const role = selectRole(seen, roleArn('r1'));
    const denied = {
      ...role,
      maxSessionDuration: 3_600,
      boundary: 'arn:aws:iam::aws:policy/AWSDenyAll',
      description: selectRole(rested(2), roleArn('r1')).description,
    };
    expect(holds({ ...seen, iam: withRole(seen.iam, denied) }, { limits: { changesPerPass: 1 } })).toEqual([
      'incident',
      undefined,
    ]);
  });

  it('that cuts off the provider keeps the roles that need it from being made', () => {
    expect(holds(fresh, { limits: { changesPerPass: 0 } })).toEqual(['limit-changes', 'provider']);
    expect(holds(fresh, { limits: { changesPerPass: 2 } })).toEqual([undefined, undefined]);
  });
});

describe('a provider that is held', () => {
  it('holds the roles of its own organization and of no other', () => {
    const organizations = [contoso, fabrikam];
    const grants = [
      grant({
        name: 'one',
        mode: 'enforce',
        connections: { organization: 'contoso', project: '*', name: '*' },
      }),
      grant({
        name: 'two',
        mode: 'observe',
        connections: { organization: 'fabrikam', project: '*', name: '*' },
      }),
    ];
    const seen = world([], {
      configuration: configuration({ organizations, grants }),
      inventories: [inventory([connection(1)]), inventory([connection(2)], fabrikam)],
    });
    expect([...holds(seen)].sort()).toEqual(['mode-observe', 'mode-observe', undefined, undefined]);
  });
});

describe('a provider that two organizations share', () => {
  const TENANT = '77a3b2c1-0000-4000-8000-0000000000aa';
  const organizations = [contoso, fabrikam].map((one) => ({
    ...one,
    issuer: 'entra' as const,
    entra: { tenantId: TENANT },
  }));
  const grants = (first: Mode, second: Mode) =>
    [
      ['contoso', first],
      ['fabrikam', second],
    ].map(([organization = '', mode]) =>
      grant({
        name: organization,
        mode: mode as Mode,
        connections: { organization, project: '*', name: '*' },
      }),
    );
  const shared = (first: Mode = 'enforce', second: Mode = 'enforce') =>
    world([], {
      configuration: configuration({ organizations, grants: grants(first, second) }),
      inventories: [inventory([connection(1)]), inventory([connection(2)], fabrikam)],
    });
  const suspended = (...ids: readonly (typeof contoso.id)[]) => ({
    ...bootstrapped,
    pauses: ids.map((id) => ({
      scope: { of: 'organization' as const, id },
      reason: 'r',
      by: 'p',
      at: Date.parse('2026-11-22T08:00:00Z'),
      until: Date.parse('2027-01-01T00:00:00Z'),
    })),
  });
  const kindsHeld = (seen: SmallWorld, controls = bootstrapped, trigger: Initiator['trigger'] = 'schedule') =>
    runOnce(seen, rules({ limits: free, initiator: { trigger }, controls })).changes.map((change) => [
      change.target === 'provider' ? 'provider' : change.roleArn.split('/').at(-1),
      change.decision === 'held' ? change.blockedBy : change.isWideningHeld ? 'narrowed' : 'allowed',
    ]);

  it.each<[string, SmallWorld, typeof bootstrapped, readonly (readonly string[])[]]>([
    [
      'is made for the second while the first is suspended',
      shared(),
      suspended(contoso.id),
      [
        ['provider', 'allowed'],
        ['r1', 'paused'],
        ['r2', 'allowed'],
      ],
    ],
    [
      'is made for the first while the second is suspended',
      shared(),
      suspended(fabrikam.id),
      [
        ['provider', 'allowed'],
        ['r1', 'allowed'],
        ['r2', 'paused'],
      ],
    ],
    [
      'waits when both are suspended',
      shared(),
      suspended(contoso.id, fabrikam.id),
      [
        ['provider', 'paused'],
        ['r1', 'paused'],
        ['r2', 'paused'],
      ],
    ],
    [
      'waits when one is suspended and the other only observes, however strong the mode of the first',
      shared('enforce', 'observe'),
      suspended(contoso.id),
      [
        ['provider', 'paused'],
        ['r1', 'paused'],
        ['r2', 'mode-observe'],
      ],
    ],
  ])('%s', (_what, seen, controls, expected) => {
    expect(kindsHeld(seen, controls)).toEqual(expected);
  });

  it('keeps the roles of both closed when it is held', () => {
    const limited = rules({ limits: { ...free, changesPerPass: 0 }, initiator: { trigger: 'schedule' } });
    const held = runOnce(shared(), limited).changes.map(
      (change) => change.decision === 'held' && change.blockedBy,
    );
    expect(held).toEqual(['limit-changes', 'provider', 'provider']);
  });

  it.each(['repair', 'adopt'] as const)(
    'lets a role be narrowed and not widened by %s while it is held',
    (kind) => {
      const rest = after(60, runOnce(shared()).world);
      const [first, second] = ['r1', 'r2'].map((name) => selectRole(rest, roleArn(name)));
      if (!first || !second) throw new Error('Two roles are expected.');
      const less = { ...first, managedPolicies: [] };
      const other = { ...second, managedPolicies: ['arn:aws:iam::aws:policy/AdministratorAccess'] };
      const iam = { ...withRole(withRole(rest.iam, less), other), providers: new Map() };
      const planned = makePlan({ ...rest, iam });
      const changes = planned.changes.map((change) =>
        change.target === 'provider' ? { ...change, hold: 'second-look' as const } : { ...change, kind },
      );
      const guarded = guard(
        { ...planned, changes },
        rules({ limits: free, initiator: { trigger: 'schedule' } }),
      );
      const decisions = new Map(
        guarded.changes.map((change) => [
          change.target === 'provider' ? 'provider' : change.roleArn,
          change.decision === 'held' ? change.blockedBy : change.steps.map(({ action }) => action),
        ]),
      );
      expect(Object.fromEntries(decisions)).toEqual({
        provider: 'second-look',
        [roleArn('r1')]: 'provider',
        [roleArn('r2')]: ['detachManagedPolicy', 'readBack'],
      });
    },
  );
});

describe('the breaker of drift', () => {
  it.each<[number, number, readonly (BlockedReason | undefined)[]]>([
    [3, 3, [undefined, undefined, undefined]],
    [4, 20, [undefined, undefined, undefined, undefined]],
    [4, 10, ['breaker-drift', 'breaker-drift', 'breaker-drift', 'breaker-drift']],
  ])('with %d of %d roles drifted at 20 %%', (count, all, expected) => {
    expect(holds(drifted(count, rested(all)), { limits: { driftPercent: 20 } })).toEqual(expected);
  });

  it('lets a person through, and closures', () => {
    const limits = { driftPercent: 20 };
    const seen = drifted(5, rested(6));
    expect(new Set(holds(seen, { limits, trigger: 'person' }))).toEqual(new Set([undefined]));
    const taken = { ...seen, inventories: recreated(seen).inventories };
    expect(holds(taken, { limits })[0]).toBeUndefined();
    expect(runOnce(taken, rules({ limits: { ...free, ...limits } })).findings).toContainEqual(
      expect.objectContaining({ code: 'account.drift-breaker' }),
    );
  });
});

describe('the breaker of absence', () => {
  it.each<[number, number, BlockedReason | undefined]>([
    [3, 5, undefined],
    [4, 5, 'breaker-absence'],
    [4, 50, undefined],
    [6, 50, 'breaker-absence'],
  ])('with %d of %d connections missing at 10 %%', (count, all, expected) => {
    const seen = rested(all);
    const last = selectRole(seen, roleArn(`r${all}`));
    const tampering = tamperings['detaches all policies'];
    if (!tampering) throw new Error('The table has no such row.');
    const attacked = { ...missing(count, seen), iam: withRole(seen.iam, tampered(last, [tampering])) };
    expect(holds(attacked, { limits: { absencePercent: 10 } })).toEqual([expected]);
    expect(holds(attacked, { limits: { absencePercent: 10 }, trigger: 'person' })).toEqual([undefined]);
  });
});

describe('what the planner holds', () => {
  it('waits for a second look, for a person as well', () => {
    expect(holds(deleted(rested(1)), { trigger: 'person' })).toEqual(['second-look']);
    expect(holds(after(5, gone))).toEqual([undefined]);
  });
});

describe('a deny window', () => {
  const denyWindows = [{ name: 'sunday', from: '2026-11-22T00:00:00Z', until: '2026-11-23T00:00:00Z' }];

  it.each<[string, SmallWorld, readonly (BlockedReason | undefined)[]]>([
    ['a creation', fresh, ['deny-window', 'deny-window']],
    ['drift', drifted(1, rested(1)), ['deny-window']],
    ['a retirement', retired(1, rested(1)), ['deny-window']],
    ['no takeover: an impostor does not wait for Monday', recreated(rested(1)), [undefined]],
  ])('holds %s in an automatic run', (_what, seen, expected) => {
    expect(holds(seen, { denyWindows })).toEqual(expected);
    expect(holds(seen).every((reason) => reason === undefined)).toBe(true);
  });

  it('holds no person', () => {
    expect(holds(drifted(1, rested(1)), { denyWindows, trigger: 'person' })).toEqual([undefined]);
  });

  it('holds nothing when it is over', () => {
    const [window] = denyWindows;
    const past = [{ name: 'past', from: '2026-11-01T00:00:00Z', until: window?.from ?? '' }];
    expect(holds(drifted(1, rested(1)), { denyWindows: past })).toEqual([undefined]);
  });

  it('keeps nothing from being told', () => {
    const seen = drifted(1, rested(1));
    const notified = runOnce(seen, rules({ denyWindows })).world;
    expect(listEvents(notified, connection(1).id).at(-1)).toBe('connection.drift-detected.v1');
    expect(notified.iam).toBe(seen.iam);
  });
});
