import type { Change } from '../../../../shared/domain/plan/change.ts';
import type { BlockedReason } from '../../../../shared/domain/records/blocked-reason.ts';
import {
  breakerState,
  listCoveredConnections,
  inForce,
  isApproved,
  keepApprovals,
  otherPauses,
  ownApproval,
  findPause,
  sameScope,
  scopeKey,
  waitsForApproval,
} from '../../../../shared/domain/guard/controls.ts';
import { parseAccountId } from '../../../../shared/domain/kernel/ids.ts';
import type { Initiator } from '../../../../shared/domain/guard/controls.ts';
import type {
  Approval,
  BreakerScope,
  Controls,
  Pause,
  PauseScope,
} from '../../../../shared/domain/records/deployment-record.ts';
import type { People } from '../../../../shared/domain/configuration/people.ts';
import { newControls } from '../../../../shared/domain/records/deployment-record.ts';
import { configuration, grant } from '../../../builders/configuration.ts';
import { connection } from '../../../builders/connection.ts';
import { ACCOUNT, connectionId, organizationId, roleArn } from '../../../builders/domain-ids.ts';
import { START, federated, makePlan, world } from '../../../builders/small-world.ts';

const HOUR = 60 * 60_000;
const at = (hours: number) => START + hours * HOUR;
const [ana, ben] = ['arn:aws:iam::999999999999:user/ana', 'arn:aws:iam::999999999999:user/ben'];
const elsewhere = parseAccountId('999999999999') ?? ACCOUNT;

const person = (actor: string): Initiator => ({ trigger: 'person', actor });

const pause = (scope: PauseScope, until = at(1)): Pause => ({
  scope,
  until,
  reason: 'audit',
  by: ana,
  at: at(0),
});
const having = (controls: Partial<Controls>): Controls => ({ ...newControls, ...controls });

const own: readonly PauseScope[] = [
  { of: 'everything' },
  { of: 'organization', id: organizationId(1) },
  { of: 'account', id: ACCOUNT },
  { of: 'grant', name: 'all' },
  { of: 'connection', id: connectionId(1) },
];
const others: readonly PauseScope[] = [
  { of: 'organization', id: organizationId(2) },
  { of: 'account', id: elsewhere },
  { of: 'grant', name: 'All' },
  { of: 'connection', id: connectionId(2) },
];

/** The provider of the organization, and the role of its one connection. */
const changes = makePlan(world([connection(1)])).changes;
const getChange = (target: Change['target']): Change => {
  const found = changes.find((change) => change.target === target);
  if (!found) throw new Error(`The plan has no change of a ${target}.`);
  return found;
};

describe('a pause', () => {
  it.each(own)('of $of holds the role below it, until it ends', (scope) => {
    const controls = having({ pauses: [pause(scope)] });
    expect(findPause(controls, getChange('role'), START)).toEqual(pause(scope));
    expect(findPause(controls, getChange('role'), START + HOUR - 1)).toEqual(pause(scope));
    expect(findPause(controls, getChange('role'), START + HOUR)).toBeUndefined();
  });

  it.each(others)('of another $of holds nothing', (scope) => {
    expect(findPause(having({ pauses: [pause(scope)] }), getChange('role'), START)).toBeUndefined();
  });

  it('of a grant or connection leaves the provider, which others need too', () => {
    const held = own.filter((scope) =>
      findPause(having({ pauses: [pause(scope)] }), getChange('provider'), START),
    );
    expect(held.map(({ of }) => of)).toEqual(['everything', 'organization', 'account']);
  });

  it('that has ended does not hide one that has not', () => {
    const pauses = [pause({ of: 'everything' }, at(-1)), pause({ of: 'account', id: ACCOUNT })];
    expect(findPause(having({ pauses }), getChange('role'), START)?.scope.of).toBe('account');
  });
});

describe('what a scope covers', () => {
  const { recorded } = federated([connection(1), connection(2)]);
  const shared = federated([connection(1), connection(2, { requestedRoleArn: roleArn('r1') })], {
    configuration: configuration({ grants: [grant({ shareRole: true })] }),
  });
  const listIds = (scope: PauseScope, items = recorded) =>
    listCoveredConnections(scope, items).map((item) => item.connectionId);

  it('is what azfed keeps there', () => {
    expect(own.map((scope) => listIds(scope).length)).toEqual([2, 2, 2, 2, 1]);
    expect(others.map((scope) => listIds(scope))).toEqual([[], [], [], [connectionId(2)]]);
  });

  it('is everybody in a role that is shared', () => {
    expect(listIds({ of: 'connection', id: connectionId(1) }, shared.recorded).sort()).toEqual([
      connectionId(1),
      connectionId(2),
    ]);
  });

  it('is held by the other pauses that cover some of it', () => {
    const pauses = [...own, ...others].map((scope) => pause(scope));
    const left = (scope: PauseScope, now = START) =>
      otherPauses(having({ pauses }), scope, recorded, now).map((other) => scopeKey(other.scope));
    expect(left({ of: 'connection', id: connectionId(1) })).toEqual(own.slice(0, 4).map(scopeKey));
    expect(left({ of: 'everything' })).toEqual(
      [...own.slice(1), { of: 'connection', id: connectionId(2) } as const].map(scopeKey),
    );
    expect(left({ of: 'account', id: elsewhere })).toEqual(['everything']);
    expect(left({ of: 'everything' }, START + HOUR)).toEqual([]);
  });
});

describe('a scope', () => {
  it('is the same as itself and no other', () => {
    const scopes: readonly (PauseScope | BreakerScope)[] = [
      ...own,
      ...others,
      { of: 'drift', account: ACCOUNT },
      { of: 'absence', organization: organizationId(1) },
    ];
    expect(new Set(scopes.map(scopeKey)).size).toBe(scopes.length);
    for (const a of scopes) expect(scopes.filter((b) => sameScope(a, b))).toEqual([a]);
  });
});

describe('a breaker', () => {
  const scope: BreakerScope = { of: 'drift', account: ACCOUNT };
  const readState = (breakers: Controls['breakers'], hours: number) =>
    breakerState(having({ breakers }), scope, START + hours * HOUR);

  it('is closed until it trips, and stays tripped however long', () => {
    expect(readState([], 0)).toBe('closed');
    expect(readState([{ scope: { of: 'drift', account: elsewhere }, at: at(0) }], 0)).toBe('closed');
    expect(readState([{ scope, at: at(0) }], 10_000)).toBe('tripped');
  });

  it('that a person has resumed is allowed for a while, then closed', () => {
    const resumed = [{ scope, at: at(-1), resumed: { by: ana, until: at(1) } }];
    expect([0, 0.999, 1].map((hours) => readState(resumed, hours))).toEqual(['allowed', 'allowed', 'closed']);
  });
});

describe('an approval', () => {
  const change = getChange('role');
  const approval: Approval = { planId: 'plan-1', changes: [change.id], by: ana, at: at(0), until: at(1) };
  const controls = having({ approvals: [approval] });

  it('counts for everybody but the one who gave it, for an hour, for that change', () => {
    expect(isApproved(controls, change.id, person(ben), START)).toBe(true);
    expect(isApproved(controls, change.id, { trigger: 'schedule' }, START)).toBe(true);
    expect(isApproved(controls, change.id, person(ana), START)).toBe(false);
    expect(isApproved(controls, change.id, person(ben), START + HOUR)).toBe(false);
    expect(isApproved(controls, getChange('provider').id, person(ben), START)).toBe(false);
  });

  it('counts for nobody where either of the two people is unknown', () => {
    expect(isApproved(controls, change.id, { trigger: 'person' }, START)).toBe(false);
    const byUnknown = having({ approvals: [{ ...approval, by: '' }] });
    const initiators: readonly Initiator[] = [person(ben), { trigger: 'person' }, { trigger: 'schedule' }];
    expect(initiators.map((initiator) => isApproved(byUnknown, change.id, initiator, START))).toEqual([
      false,
      false,
      false,
    ]);
  });

  it.each<[string, People | undefined, boolean]>([
    ['no list is configured, so that AWS decides', undefined, true],
    ['its giver is an approver', { approvers: [ana] }, true],
    ['its giver is of a kind that includes approvers', { operators: [ben], retirers: [ana] }, true],
    ['its giver is an approver no more', { approvers: [ben] }, false],
    ['its giver is a reader now', { readers: [ana], operators: [ben] }, false],
    ['the lists are empty', {}, false],
  ])('counts, or not, where %s', (_when, people, counts) => {
    expect(keepApprovals(controls, people)).toEqual(counts ? controls : having({}));
  });

  it('of two people counts for both', () => {
    const both = having({ approvals: [approval, { ...approval, by: ben }] });
    expect([ana, ben].map((who) => isApproved(both, change.id, person(who), START))).toEqual([true, true]);
  });

  it('is known to be the own one while it lasts', () => {
    expect(ownApproval(controls, change.id, ana, START)).toBe(approval);
    expect(ownApproval(controls, change.id, ben, START)).toBeUndefined();
    expect(ownApproval(controls, change.id, ana, START + HOUR)).toBeUndefined();
  });

  it.each<[string, BlockedReason | undefined, boolean]>([
    ['approval', 'approval', true],
    ['conflict', 'conflict', true],
    ['disputed', 'disputed', true],
    ['incident', 'incident', false],
    ['second-look', 'second-look', false],
    ['nothing', undefined, false],
  ])('is wanted, or not, of a change that waits for %s', (_what, hold, expected) => {
    const held = hold ? { ...change, hold } : change;
    expect(waitsForApproval(having({}), held, ben, START)).toBe(expected);
    expect(waitsForApproval(controls, held, ben, START)).toBe(expected);
    expect(waitsForApproval(controls, held, ana, START)).toBe(false);
  });

  it('is wanted of a change whose widening alone waits', () => {
    expect(waitsForApproval(having({}), { ...change, wideningHold: 'conflict' }, ana, START)).toBe(true);
    expect(waitsForApproval(having({}), { ...change, wideningHold: 'incident' }, ana, START)).toBe(false);
  });
});

describe('what is in force', () => {
  it('is without what has ended', () => {
    const scope: BreakerScope = { of: 'drift', account: ACCOUNT };
    const controls = having({
      pauses: [pause({ of: 'everything' }), pause({ of: 'account', id: ACCOUNT }, at(2))],
      approvals: [{ planId: 'plan-1', changes: [], by: ana, at: at(0), until: at(1) }],
      breakers: [
        { scope, at: at(0) },
        { scope: { of: 'drift', account: elsewhere }, at: at(0), resumed: { by: ana, until: at(1) } },
      ],
    });
    expect(inForce(controls, START)).toEqual(controls);
    expect(inForce(controls, START + HOUR)).toEqual({
      ...controls,
      pauses: controls.pauses.slice(1),
      approvals: [],
      breakers: [{ scope, at: at(0) }],
    });
  });
});
