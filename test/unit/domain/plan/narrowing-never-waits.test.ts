import { recordPause, recordTrips } from '../../../../shared/domain/guard/controls-recording.ts';
import { guard } from '../../../../shared/domain/guard/guard.ts';
import type { Limits } from '../../../../shared/domain/configuration/configuration.ts';
import type { Initiator } from '../../../../shared/domain/guard/controls.ts';
import type { RecordedControls } from '../../../../shared/domain/records/deployment-record.ts';
import { newControls } from '../../../../shared/domain/records/deployment-record.ts';
import { IMPOSTOR, tampered, tamperings } from '../../../builders/arbitraries-tampering.ts';
import { configuration, contoso, grant } from '../../../builders/configuration.ts';
import { connection, reference } from '../../../builders/connection.ts';
import { ACCOUNT, connectionId, projectId, roleArn } from '../../../builders/domain-ids.ts';
import { withRole } from '../../../builders/iam-model.ts';
import { bootstrapped, rules } from '../../../builders/rules.ts';
import type { SmallWorld } from '../../../builders/small-world.ts';
import {
  START,
  after,
  listEvents,
  federated,
  runOnce,
  makePlan,
  selectRole,
  showing,
} from '../../../builders/small-world.ts';
import { admitsSubject } from '../../../builders/tokens.ts';

const ADMIN = 'arn:aws:iam::aws:policy/AdministratorAccess';
const r1 = roleArn('r1');
const many = (count: number, project = 1, from = 1) =>
  Array.from({ length: count }, (_, index) =>
    connection(from + index, { references: [reference(project, `c${from + index}`)] }),
  );

/** Somebody opens the role to everybody, attaches AdministratorAccess, drops the boundary, and marks it as theirs. */
function attacked(seen: SmallWorld, arn = r1): SmallWorld {
  const opened = tamperings['opens the trust to everybody'];
  if (!opened) throw new Error('The table has no such row.');
  const role = selectRole(seen, arn);
  const iam = withRole(seen.iam, {
    ...tampered(role, [opened]),
    boundary: undefined,
    managedPolicies: [...role.managedPolicies, ADMIN],
    inlinePolicies: {},
    description: 'mine',
  });
  return { ...seen, iam };
}

/** What is left of the attack. */
function left(seen: SmallWorld, arn = r1): readonly string[] {
  const { trust, boundary, managedPolicies } = selectRole(seen, arn);
  return [
    ...(admitsSubject(trust, IMPOSTOR) ? ['impostor'] : []),
    ...(boundary === undefined ? ['no boundary'] : []),
    ...(managedPolicies.includes(ADMIN) ? ['administrator'] : []),
  ];
}

const all = ['impostor', 'no boundary', 'administrator'];
const isWidened = (seen: SmallWorld) => Object.keys(selectRole(seen, r1).inlinePolicies).length > 0;

interface Held {
  readonly seen: SmallWorld;
  readonly limits?: Partial<Limits>;
  readonly controls?: RecordedControls;
  readonly denyWindows?: ReturnType<typeof rules>['denyWindows'];
  readonly initiator?: Initiator;
}

function run({ seen, limits, controls = bootstrapped, denyWindows = [], initiator }: Held) {
  return runOnce(
    seen,
    rules({
      limits: { ...seen.configuration.limits, ...limits },
      controls,
      denyWindows,
      initiator: initiator ?? { trigger: 'schedule' },
      now: seen.now,
    }),
  );
}

const guarded = (seen: SmallWorld) =>
  guard(
    makePlan(seen),
    rules({ limits: { ...seen.configuration.limits, absencePercent: 10 }, now: seen.now }),
  );

const rested = (count = 2) => after(60, federated(many(count)));
const missing = (seen: SmallWorld, from = 2) =>
  showing(
    seen,
    many(seen.iam.roles.size).filter((_, index) => index + 1 >= from),
  );
const now = { name: 'now', from: '2026-11-01T00:00:00Z', until: '2026-12-31T00:00:00Z' };
const tripped = (scope: Parameters<typeof recordTrips>[1][number]) =>
  recordTrips(bootstrapped, [scope], START);
const project = { organization: contoso.id, project: projectId(1), account: ACCOUNT };

describe('a role that lets in an impostor and has more than it was granted is narrowed', () => {
  it.each<[string, () => Held]>([
    ['with no room for changes', () => ({ seen: rested(), limits: { changesPerPass: 0 } })],
    ['in a deny window', () => ({ seen: rested(), denyWindows: [now] })],
    [
      'under the breaker of drift',
      () => ({ seen: rested(), controls: tripped({ of: 'drift', account: ACCOUNT }) }),
    ],
    [
      'under the breaker of absence of its project',
      () => ({ seen: rested(), controls: tripped({ of: 'absence', ...project }) }),
    ],
    [
      'under the breaker of absence of its organization, as an earlier release recorded it',
      () => ({ seen: rested(), controls: tripped({ of: 'absence', organization: contoso.id }) }),
    ],
    ['while its connection is not listed', () => ({ seen: missing(rested()) })],
    [
      'while it is not clear what its connection asks for',
      () => ({ seen: showing(rested(), [connection(1, { oidc: 'unclear' }), connection(2)]) }),
    ],
  ])('%s, and not widened', (_what, held) => {
    const { seen, ...rest } = held();
    const hit = attacked(seen);
    expect(left(hit)).toEqual(all);

    const { changes, world: done, findings } = run({ seen: hit, ...rest });

    expect(left(done)).toEqual([]);
    expect(isWidened(done)).toBe(false);
    expect(changes[0]).toMatchObject({ decision: 'allowed', isWideningHeld: true, severity: 'critical' });
    expect(findings.map(({ code }) => code)).toContain('trust.loose');
    expect(listEvents(done, connectionId(1)).slice(1)).toContain('connection.drift-detected.v1');
  });

  it('when the trust that is asked for has no room, and what is granted beside it is put back', () => {
    const shared = connection(1, {
      references: Array.from({ length: 160 }, (_, index) => reference(index + 1, 'c1')),
    });
    const hit = attacked(showing(rested(), [shared, connection(2)]));
    const { findings, world: done } = run({ seen: hit });
    expect(findings.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['trust.over-quota', 'trust.loose']),
    );
    expect(left(done)).toEqual([]);
    expect(isWidened(done)).toBe(true);
    expect(admitsSubject(selectRole(done, r1).trust, 'sc://contoso/P1/c1')).toBe(true);
    expect(admitsSubject(selectRole(done, r1).trust, 'sc://contoso/P2/c1')).toBe(false);
    const again = run({ seen: after(5, done) });
    expect(again.changes).toEqual([]);
  });

  it('while it waits to be closed, which the limit of closures holds', () => {
    const seen = rested(3);
    const retired = showing(
      seen,
      many(3).map((one) => ({ ...one, oidc: 'off' })),
    );
    const { changes, world: done } = run({ seen: attacked(retired), limits: { closuresPerPass: 0 } });
    expect(left(done)).toEqual([]);
    expect(admitsSubject(selectRole(done, r1).trust, 'sc://contoso/P1/c1')).toBe(true);
    expect(changes.map(({ kind, decision }) => `${kind} ${decision}`).sort()).toEqual([
      'close held',
      'close held',
      'close held',
      'repair allowed',
    ]);
    const closed = run({ seen: after(5, done) });
    expect(admitsSubject(selectRole(closed.world, r1).trust, 'sc://contoso/P1/c1')).toBe(false);
  });

  it.each<[string, Partial<Held>]>([
    [
      'mode observe',
      { seen: { ...rested(), configuration: configuration({ grants: [grant({ mode: 'observe' })] }) } },
    ],
    ['a deployment that nobody has let write', { controls: newControls }],
    [
      'a pause',
      {
        controls: recordPause(
          bootstrapped,
          {
            scope: { of: 'everything' },
            until: START + 86_400_000,
            reason: 'audit',
            by: 'arn:aws:iam::999999999999:user/ana',
            at: START,
          },
          START,
        ),
      },
    ],
  ])('but not against %s', (_what, { seen = rested(), ...held }) => {
    const { changes, world: done } = run({ seen: attacked(seen), ...held });
    expect(changes.map(({ decision }) => decision)).toEqual(['held']);
    expect(left(done)).toEqual(all);
  });
});

describe('what the configuration replaces', () => {
  const boundary = 'arn:aws:iam::{account}:policy/another';

  it('is counted, and what it takes away is not', () => {
    const seen = rested(6);
    const next = { ...seen, configuration: configuration({ grants: [grant({ boundary })] }) };
    const { changes } = run({ seen: next, limits: { changesPerPass: 2 } });
    expect(changes.filter(({ decision }) => decision === 'allowed')).toHaveLength(2);
    const less = { ...seen, configuration: configuration({ grants: [grant({ managedPolicies: [] })] }) };
    expect(
      run({ seen: less, limits: { changesPerPass: 0 } }).changes.map(({ decision }) => decision),
    ).toEqual(Array.from({ length: 6 }, () => 'allowed'));
  });
});

describe('a limit', () => {
  it('cuts off the least dangerous', () => {
    const seen = rested(3);
    const role = (name: string) => selectRole(seen, roleArn(name));
    const worse = [
      { ...role('r1'), description: 'mine' },
      { ...role('r2'), managedPolicies: [] },
      { ...role('r3'), inlinePolicies: {}, managedPolicies: [...role('r3').managedPolicies, ADMIN] },
    ].reduce((iam, each) => withRole(iam, each), seen.iam);
    const { changes } = run({ seen: { ...seen, iam: worse }, limits: { changesPerPass: 2 } });
    expect(changes.map(({ severity, decision }) => `${severity} ${decision}`)).toEqual([
      'critical allowed',
      'medium allowed',
      'info held',
    ]);
  });

  it('is shared fairly between projects', () => {
    const mine = many(12, 1);
    const seen = after(60, federated([...mine, ...many(1, 2, 20)]));
    const renamed = [
      ...mine.map((one, index) => ({ ...one, references: [reference(1, `new${index}`)] })),
      connection(20, { references: [reference(2, 'theirs')] }),
    ];
    const { changes } = run({ seen: showing(seen, renamed), limits: { changesPerPass: 10 } });
    const allowed = changes.filter(({ decision }) => decision === 'allowed');
    expect(allowed).toHaveLength(10);
    expect(allowed.map((change) => change.target === 'role' && change.roleArn)).toContain(roleArn('r20'));
  });

  it('lets no role trust the wrong project while names that were swapped are followed', () => {
    const [a, b] = [many(4, 1), many(4, 2, 11)];
    const seen = after(60, federated([...a, ...b]));
    const swapped = (one: (typeof a)[number], project: number, other: number) => {
      const [first] = one.references;
      return {
        ...one,
        references: first ? [{ ...first, projectName: `P${other}` }] : [reference(project, one.id)],
      };
    };
    const all = [...a.map((one) => swapped(one, 1, 2)), ...b.map((one) => swapped(one, 2, 1))];
    // The same names on both sides, so that each role trusts a subject of the other project.
    const named = all.map((one) => ({
      ...one,
      references: one.references.map((each) => ({ ...each, name: `c${Number(each.name.slice(1)) % 10}` })),
    }));
    const before = after(
      60,
      federated(
        named.map((one, index) => ({
          ...one,
          references: one.references.map((each) => ({ ...each, projectName: index < 4 ? 'P1' : 'P2' })),
        })),
      ),
    );
    expect(seen.iam.roles.size).toBe(8);
    const { world: done } = run({ seen: showing(before, named), limits: { changesPercent: 0 } });
    for (const number of [1, 2, 3, 4])
      expect(admitsSubject(selectRole(done, roleArn(`r${number}`)).trust, `sc://contoso/P1/c${number}`)).toBe(
        false,
      );
    const steady = [1, 2, 3, 4, 5, 6, 7, 8].reduce(
      (known) => run({ seen: after(5, known), limits: { changesPercent: 0 } }).world,
      done,
    );
    for (const number of [1, 2, 3, 4])
      expect(
        admitsSubject(selectRole(steady, roleArn(`r${number}`)).trust, `sc://contoso/P2/c${number}`),
      ).toBe(true);
  });

  it('does not bind a person, who may say how many changes are to be made', () => {
    const fresh = { ...rested(1), inventories: federated(many(30)).inventories };
    const limits = { changesPerPass: 1, changesPercent: 0 };
    const allowed = (initiator: Initiator) =>
      run({ seen: fresh, limits, initiator }).changes.filter(({ decision }) => decision === 'allowed').length;
    expect(allowed({ trigger: 'person' })).toBe(29);
    expect(allowed({ trigger: 'person', max: 4 })).toBe(4);
    expect(allowed({ trigger: 'schedule' })).toBe(1);
    const hit = attacked(rested());
    expect(left(run({ seen: hit, initiator: { trigger: 'person', max: 0 } }).world)).toEqual([]);
  });
});

describe('a project that misses too many connections', () => {
  const both = after(60, federated([...many(6, 1), ...many(6, 2, 11)]));
  const gone = showing(both, many(6, 2, 11));

  it('trips the breaker of its own and of no other project', () => {
    const drifted = { ...selectRole(gone, roleArn('r11')), managedPolicies: [] };
    const seen = { ...gone, iam: withRole(gone.iam, drifted) };
    const { changes, trips } = guarded(seen);
    expect(trips).toEqual([{ of: 'absence', ...project }]);
    expect(changes).toMatchObject([{ roleArn: roleArn('r11'), decision: 'allowed', isWideningHeld: false }]);
  });

  it('trips that of the organization when many projects miss some', () => {
    const wide = after(60, federated([1, 2, 3, 4, 5].flatMap((each) => many(2, each, each * 10))));
    const { trips } = guarded(showing(wide, []));
    expect(trips).toEqual([{ of: 'absence', organization: contoso.id }]);
  });
});

describe('a role that is as it was before its repair, within two minutes of it', () => {
  it('is narrowed again at once where it lets in an impostor, and has a finding', () => {
    const hit = attacked(rested());
    const repaired = run({ seen: hit });
    const again = run({ seen: { ...after(1, repaired.world), iam: hit.iam } });
    expect(again.findings.map(({ code }) => code)).toContain('trust.loose');
    expect(left(again.world)).toEqual([]);
  });

  it('is settling where it only lacks something', () => {
    const seen = rested();
    const lacking = { ...seen, iam: withRole(seen.iam, { ...selectRole(seen, r1), managedPolicies: [] }) };
    const late = { ...after(1, run({ seen: lacking }).world), iam: lacking.iam };
    const settling = run({ seen: late });
    expect(settling.changes).toEqual([]);
    expect(settling.findings).toContainEqual(
      expect.objectContaining({
        code: 'role.settling',
        message: expect.stringMatching(/is settling until \d\d:\d\d/) as string,
      }),
    );
    expect(run({ seen: after(3, late) }).changes).toMatchObject([{ cause: 'drift', decision: 'allowed' }]);
  });
});
