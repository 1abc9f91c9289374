import type { Step } from '../../../../shared/domain/iam/iam-operation.ts';
import { REVOCATION_POLICY, revocation, revocationTime } from '../../../../shared/domain/plan/revocation.ts';
import { IMPOSTOR, tampered, tamperings } from '../../../builders/arbitraries-tampering.ts';
import { configuration, grant } from '../../../builders/configuration.ts';
import { connection, reference } from '../../../builders/connection.ts';
import { connectionId, roleArn } from '../../../builders/domain-ids.ts';
import { withRole } from '../../../builders/iam-model.ts';
import { rules } from '../../../builders/rules.ts';
import type { SmallWorld } from '../../../builders/small-world.ts';
import {
  after,
  listEvents,
  federated,
  intend,
  runOnce,
  makePlan,
  selectRole,
  showing,
} from '../../../builders/small-world.ts';
import { readManagedTrust } from '../../../builders/managed-trust.ts';
import { closedTrust } from '../../../../shared/domain/policy/trust-narrowing.ts';
import type { ObservedRole } from '../../../../shared/domain/iam/role.ts';

const r1 = roleArn('r1');
const revoking = configuration({ grants: [grant({ revokeSessions: true })] });
const rested = after(60, federated([connection(1)], { configuration: revoking }));
const bySchedule = (seen: SmallWorld) => runOnce(seen, rules({ now: seen.now }));
const changed = (fields: Partial<ObservedRole>, seen = rested): SmallWorld => ({
  ...seen,
  iam: withRole(seen.iam, { ...selectRole(seen, r1), ...fields }),
});
const tamper = (name: string, seen = rested) => {
  const tampering = tamperings[name];
  if (!tampering) throw new Error(`There is no tampering ${name}.`);
  return changed(tampered(selectRole(seen, r1), [tampering]), seen);
};
const role = selectRole(rested, r1);
const actions = (steps: readonly Step[] = []) => steps.map(({ action }) => action);
const isRevoking = (seen: SmallWorld) =>
  makePlan(seen).changes.some(({ narrowing }) => actions(narrowing).includes('revokeSessions'));
const readRevocation = (seen: SmallWorld) => selectRole(seen, r1).inlinePolicies[REVOCATION_POLICY];
const taken = showing(rested, [connection(2, { references: connection(1).references })]);
const { description } = role;

describe('older sessions are revoked', () => {
  it.each<[string, SmallWorld]>([
    ['when somebody let an impostor in', tamper('opens the trust to a pattern')],
    [
      'when somebody attached a policy',
      changed({ managedPolicies: [...role.managedPolicies, 'arn:aws:iam::aws:policy/AdministratorAccess'] }),
    ],
    [
      'when somebody replaced a policy',
      changed({ inlinePolicies: { deploy: { Version: '2012-10-17', Statement: [] } } }),
    ],
    ['when somebody took the boundary away', changed({ boundary: undefined })],
    ['when somebody made sessions longer', changed({ maxSessionDuration: 43_200 })],
    ['when an impostor holds the name', taken],
  ])('%s', (_what, seen) => {
    expect(isRevoking(seen)).toBe(true);
    const silent = { ...seen, configuration: configuration() };
    expect(isRevoking(silent)).toBe(false);
    expect(makePlan(silent).changes).not.toEqual([]);
  });
});

describe('sessions go on', () => {
  it.each<[string, SmallWorld]>([
    ['when somebody narrowed the role', changed({ managedPolicies: [], maxSessionDuration: 3_600 })],
    ['when somebody changed marks', changed({ description: 'mine', tags: { mine: 'yes' } })],
    [
      'when a policy is taken out of the grant',
      {
        ...rested,
        configuration: configuration({ grants: [grant({ revokeSessions: true, managedPolicies: [] })] }),
      },
    ],
    [
      'when an old name ends',
      after(31, runOnce(showing(rested, [connection(1, { references: [reference(1, 'new')] })])).world),
    ],
    ['when the connection asks for the role no more', showing(rested, [connection(1, { oidc: 'off' })])],
  ])('%s', (_what, seen) => {
    expect(makePlan(seen).changes).not.toEqual([]);
    expect(isRevoking(seen)).toBe(false);
  });
});

describe('a revocation', () => {
  const wide = tamper('opens the trust to a pattern', changed({ managedPolicies: [] }));
  const done = bySchedule(wide);

  it('comes after the narrowing and before the widening, with the time at which it is written', () => {
    const [change] = makePlan(wide).changes;
    expect(actions(change?.narrowing)).toEqual(['setTrust', 'readBack', 'revokeSessions']);
    expect(actions(change?.widening)).toContain('attachManagedPolicy');
    expect(change?.reason).toContain('Its older sessions are revoked.');
    expect(readRevocation(done.world)).toEqual(revocation(revocationTime(wide.now)));
  });

  it('comes between the narrowing and the opening of a trust that is both too wide and too narrow', () => {
    const trust = JSON.parse(
      JSON.stringify(role.trust).replaceAll('sc://contoso/P1/c1', IMPOSTOR),
    ) as typeof role.trust;
    const [change] = makePlan(changed({ trust })).changes;
    expect(actions([...(change?.narrowing ?? []), ...(change?.widening ?? [])])).toEqual([
      'setTrust',
      'readBack',
      'revokeSessions',
      'setTrust',
      'readBack',
    ]);
  });

  it('has no part in the id of the change, so that a yes to it holds when it is planned again', () => {
    const [now, later] = [wide, after(10, wide)].map((seen) => makePlan(seen).changes.map(({ id }) => id));
    expect(later).toEqual(now);
  });

  it('is neither drift nor an incident afterwards, and is kept', () => {
    const later = bySchedule(after(5, done.world));
    expect({ changes: later.changes, world: later.world.iam }).toEqual({
      changes: [],
      world: done.world.iam,
    });
    expect(later.findings.map(({ code }) => code)).not.toContain('role.incident');
    const fixed = bySchedule(changed({ description: 'mine' }, after(5, done.world))).world;
    expect(selectRole(fixed, r1).description).toBe(description);
    expect(readRevocation(fixed)).toEqual(readRevocation(done.world));
  });

  it('is put back, with its time, when somebody deletes it, and before anything is widened', () => {
    const seen = changed({ inlinePolicies: role.inlinePolicies, managedPolicies: [] }, after(5, done.world));
    const [change] = makePlan(seen).changes;
    expect(change?.cause).toBe('drift');
    expect(actions(change?.narrowing)).toEqual(['putInlinePolicy', 'readBack']);
    expect(readRevocation(bySchedule(seen).world)).toEqual(readRevocation(done.world));
  });

  it('gives way to a later one', () => {
    const again = bySchedule(tamper('opens the trust to a pattern', after(60, done.world))).world;
    expect(readRevocation(again)).toEqual(revocation(revocationTime(again.now)));
    expect(bySchedule(after(5, again)).changes).toEqual([]);
  });

  it('is removed when every session that it is about has ended, and that is no drift', () => {
    expect(bySchedule(after(12 * 60, done.world)).changes).toEqual([]);
    const ended = bySchedule(after(12 * 60 + 1, done.world));
    expect(ended.changes).toMatchObject([
      { kind: 'repair', cause: 'change', decision: 'allowed', narrowing: [] },
    ]);
    expect(readRevocation(ended.world)).toBeUndefined();
    expect(listEvents(ended.world, connectionId(1)).at(-1)).toBe('connection.changed.v1');
    expect(bySchedule(after(5, ended.world)).changes).toEqual([]);
  });

  it.each([
    ['of somebody else is an answer to an incident', rested],
    ['of somebody else is one beside ours, too', after(5, done.world)],
  ])('%s', (_what, seen) => {
    const theirs = {
      ...role.inlinePolicies,
      [REVOCATION_POLICY]: revocation(Date.parse('2026-11-22T23:00:00Z')),
    };
    const { findings, world } = bySchedule(changed({ inlinePolicies: theirs, managedPolicies: [] }, seen));
    expect(findings.map(({ code }) => code)).toContain('role.incident');
    expect(JSON.stringify(readRevocation(world))).toContain('2026-11-22T23:00:00.000Z');
    expect(selectRole(world, r1).managedPolicies).toEqual([]);
  });

  it('is finished after a run that ended between its record and its writing', () => {
    const [change] = makePlan(wide).changes;
    if (change?.target !== 'role') throw new Error('The role is to be put back.');
    const meant = intend(wide, change);
    const recorded = meant.recorded.map((item) =>
      item.role ? { ...item, role: { ...item.role, sessionsRevokedBefore: revocationTime(wide.now) } } : item,
    );
    const narrowed = withRole(wide.iam, { ...selectRole(wide, r1), trust: role.trust });
    const ended = bySchedule(after(5, { ...meant, iam: narrowed, recorded })).world;
    expect(readRevocation(ended)).toEqual(revocation(revocationTime(ended.now)));
    expect(selectRole(ended, r1).managedPolicies).toEqual(role.managedPolicies);
  });

  it.each([
    ['a repair', wide, role.trust],
    ['a closing', taken, closedTrust({ bindings: readManagedTrust(role.trust) ?? [], statements: [] })],
  ])('is made up for after a run that ended when %s had narrowed the trust', (_what, seen, trust) => {
    const change = makePlan(seen).changes.find(({ narrowing }) =>
      actions(narrowing).includes('revokeSessions'),
    );
    if (change?.target !== 'role') throw new Error('The role is to be narrowed.');
    const cut = { ...intend(seen, change), iam: withRole(seen.iam, { ...role, trust }) };
    const notified = listEvents(cut, connectionId(1)).length;
    const next = bySchedule(after(5, cut));
    expect(readRevocation(next.world)).toEqual(revocation(revocationTime(next.world.now)));
    expect(listEvents(next.world, connectionId(1)).slice(notified)).toEqual([
      change.kind === 'close' ? 'connection.recreated.v1' : 'connection.repaired.v1',
    ]);
    expect(bySchedule(after(5, next.world)).changes).toEqual([]);
  });

  it('is believed after a run that ended between its writing and the record of the change', () => {
    const [change] = makePlan(wide).changes;
    if (change?.target !== 'role') throw new Error('The role is to be put back.');
    const meant = intend(wide, change);
    const recorded = meant.recorded.map((item) =>
      item.role ? { ...item, role: { ...item.role, sessionsRevokedBefore: revocationTime(wide.now) } } : item,
    );
    const steady = bySchedule(after(5, { ...done.world, recorded }));
    expect(steady.changes).toEqual([]);
    expect(bySchedule(after(12 * 60 + 1, steady.world)).changes).toMatchObject([{ cause: 'change' }]);
  });
});
