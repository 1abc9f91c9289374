import { designRoles } from '../../../../shared/domain/desired/desired-roles.ts';
import type { ConnectionId } from '../../../../shared/domain/kernel/ids.ts';
import { newConnection } from '../../../../shared/domain/records/outbox.ts';
import type { RecordedConnection, Claim } from '../../../../shared/domain/records/connection-record.ts';
import type { ServiceConnection } from '../../../../shared/domain/azure-devops/service-connection.ts';
import {
  listPredecessorClaims,
  abandonClaims,
  findObstacle,
  revokeAccess,
  acquireClaims,
} from '../../../../shared/domain/recording/succession.ts';
import { configuration, contoso, grant } from '../../../builders/configuration.ts';
import { connection, reference } from '../../../builders/connection.ts';
import { connectionId, roleArn } from '../../../builders/domain-ids.ts';
import { withoutRole, applyStep } from '../../../builders/iam-model.ts';
import { ANA, changed, deleted } from '../../../builders/retired-world.ts';
import type { SmallWorld } from '../../../builders/small-world.ts';
import {
  after,
  listEvents,
  federated,
  intend,
  runOnce,
  runTimes,
  makePlan,
  selectRole,
  showing,
  world,
} from '../../../builders/small-world.ts';
import { admitsSubject } from '../../../builders/tokens.ts';
import { listClaims } from '../../../../shared/domain/records/connection-record.ts';

const [r1, r2] = [roleArn('r1'), roleArn('r2')];
const C1 = 'sc://contoso/P1/c1';
const before = after(60, federated([connection(1)]));
const twin = (fields: Partial<ServiceConnection> = {}) =>
  connection(2, { references: [reference(1, 'c1')], requestedRoleArn: r1, ...fields });
const opens = (seen: SmallWorld, subject = C1, arn = r1) =>
  admitsSubject(selectRole(seen, arn).trust, subject);
const codes = (seen: SmallWorld) => runOnce(seen).findings.map(({ code }) => code);
const findRecord = ({ recorded }: SmallWorld, number: number) =>
  recorded.find((item) => item.connectionId === connectionId(number));
const listClaimedRoles = (seen: SmallWorld, number: number) =>
  [findRecord(seen, number)].flatMap((item) => (item ? listClaims(item).map(({ role }) => role.arn) : []));

function designClaims(seen: SmallWorld, successor: ConnectionId): readonly Claim[] {
  const desiredRoles = designRoles(seen.configuration, seen.inventories, seen.recorded, seen.now);
  return listPredecessorClaims(desiredRoles, successor);
}

/** The world in which a person has said so; `half`: it was cut off before the others gave their claims up. */
function transferClaims(seen: SmallWorld, number = 2, extent: 'whole' | 'half' = 'whole'): SmallWorld {
  const id = connectionId(number);
  const claims = designClaims(seen, id);
  const known: RecordedConnection =
    findRecord(seen, number) ??
    newConnection({ organizationId: contoso.id, connectionId: id, references: twin().references });
  const others = seen.recorded.filter((item) => item.connectionId !== id);
  const left = others
    .map((item) => revokeAccess(item, claims, seen.now))
    .map((item) => (extent === 'half' ? item : abandonClaims(item, claims)));
  return { ...seen, recorded: [...left, acquireClaims(known, claims, ANA, seen.now)] };
}

/** The person's own run, which follows it: it alone runTimes the mark of a role on. */
const adopted = (seen: SmallWorld): SmallWorld => after(5, runOnce(seen, undefined, 'adopt').world);

const closed = runTimes(3, showing(before, [twin()]));

describe('a connection that a person lets take the place of an earlier one of its name', () => {
  it('has the role with the next run, and the earlier one nothing', () => {
    const done = adopted(transferClaims(closed));
    expect([opens(closed), opens(done)]).toEqual([false, true]);
    expect([listClaimedRoles(done, 1), listClaimedRoles(done, 2)]).toEqual([[], [r1]]);
    expect(selectRole(done, r1).id).toBe(selectRole(before, r1).id);
    expect(codes(done)).not.toContain('connection.recreated');
    expect(codes(done)).not.toContain('connection.missing');
    expect(runOnce(done).plan).toMatchObject({ changes: [], recordSyncs: [] });
  });

  it('is told of with who said so and what it has now', () => {
    const done = adopted(transferClaims(closed));
    const types = listEvents(done, connectionId(2)).filter((type) => type !== 'connection.held.v1');
    expect(types).toEqual(['connection.replaced.v1', 'connection.adopted.v1']);
    expect(findRecord(done, 2)?.outbox.pending[0]?.data).toMatchObject({
      by: ANA,
      replaces: [{ connectionId: connectionId(1), roleArn: r1 }],
      reason: `A person says that it takes the place of P1 / c1 (${connectionId(1)}).`,
    });
  });

  it('is let in by nothing but that run', () => {
    const said = transferClaims(closed);
    expect(opens(said)).toBe(false);
    expect(opens(runTimes(3, said))).toBe(false);
    expect(findRecord(said, 2)?.role).toMatchObject({ subjects: [], closed: { reason: 'retired' } });
  });

  it('is revoked again when a third one takes the name after it', () => {
    const done = after(60, adopted(transferClaims(closed)));
    const third = { ...twin(), id: connectionId(3) };
    const takenOver = runTimes(3, showing(done, [third]));
    expect(opens(takenOver)).toBe(false);
    expect(codes(takenOver)).toContain('connection.recreated');

    const again = adopted(transferClaims(takenOver, 3));
    expect(opens(again)).toBe(true);
    expect([listClaimedRoles(again, 1), listClaimedRoles(again, 2), listClaimedRoles(again, 3)]).toEqual([
      [],
      [],
      [r1],
    ]);
  });

  it('leaves the role open all along where nobody had closed it', () => {
    const observing = { configuration: configuration({ grants: [grant({ mode: 'observe' })] }) };
    const seen = { ...showing(before, [twin()]), ...observing };
    const done = adopted({ ...transferClaims(seen), configuration: before.configuration });
    expect(opens(done)).toBe(true);
    expect(findRecord(done, 2)?.role?.closed).toBeUndefined();
  });

  it('that asks for another role gets that one; the old one stays closed', () => {
    const other = runTimes(3, showing(before, [twin({ requestedRoleArn: r2 })]));
    expect(other.iam.roles.has(r2)).toBe(false);
    const done = runTimes(1, adopted(transferClaims(other)));
    expect([opens(done), opens(done, C1, r2)]).toEqual([false, true]);
    expect([...listClaimedRoles(done, 2)].sort()).toEqual([r1, r2]);
  });

  it('keeps the role that it had as its own', () => {
    const both = after(60, federated([connection(1), connection(2)]));
    const renamed = connection(2, { references: [reference(1, 'c1')] });
    const held = runTimes(3, showing(both, [renamed]));
    expect(opens(held, C1, r2)).toBe(false);
    const done = runTimes(1, adopted(transferClaims(held)));
    expect([opens(done), opens(done, C1, r2)]).toEqual([false, true]);
    expect(findRecord(done, 2)?.role?.arn).toBe(r2);
    expect(listClaimedRoles(done, 1)).toEqual([]);
  });

  it('can have the name of one whose role was deleted', () => {
    const again = showing(deleted(), [twin()]);
    expect(codes(again)).toContain('connection.recreated');
    const done = runTimes(1, adopted(transferClaims(again)));
    expect(opens(done)).toBe(true);
    expect(codes(done)).not.toContain('connection.recreated');
  });

  it('is let in by nobody while only the first half of it is recorded, and the second half ends it', () => {
    const half = transferClaims(closed, 2, 'half');
    const still = runTimes(3, half);
    expect(opens(still)).toBe(false);
    expect(opens(adopted(transferClaims(still)))).toBe(true);
    expect(transferClaims(still).recorded.flatMap(({ outbox }) => outbox.pending)).toHaveLength(
      still.recorded.flatMap(({ outbox }) => outbox.pending).length,
    );
  });
});

describe('a connection that a person lets have the role of one that is gone', () => {
  const asks = connection(2, { references: [reference(1, 'c2')], requestedRoleArn: r1 });
  const refused = runTimes(2, showing(before, [asks]));
  const C2 = 'sc://contoso/P1/c2';

  it('has it, and the other not any more, in one write', () => {
    expect(codes(refused)).toContain('role.claimed');
    expect([opens(refused), opens(refused, C2)]).toEqual([true, false]);
    const { world: done, changes } = runOnce(transferClaims(refused), undefined, 'adopt');
    expect([opens(done), opens(done, C2)]).toEqual([false, true]);
    expect(changes).toMatchObject([{ kind: 'adopt', cause: 'change' }]);
    expect(codes(done)).not.toContain('role.claimed');
  });

  it('has it after the first half of it too, and it alone', () => {
    const half = adopted(transferClaims(refused, 2, 'half'));
    expect([opens(half), opens(half, C2)]).toEqual([false, true]);
    const done = adopted(transferClaims(half));
    expect([opens(done), opens(done, C2)]).toEqual([false, true]);
    expect([listClaimedRoles(done, 1), listClaimedRoles(done, 2)]).toEqual([[], [r1]]);
  });
});

it('a role that is deleted in the middle of it and made anew lets in the successor alone', () => {
  const asks = connection(2, { references: [reference(1, 'c2')], requestedRoleArn: r1 });
  const half = transferClaims(runTimes(2, showing(before, [asks])), 2, 'half');
  const done = runTimes(20, { ...half, iam: withoutRole(half.iam, r1) });
  expect([opens(done), opens(done, 'sc://contoso/P1/c2')]).toEqual([false, true]);
});

it('a connection that comes after two that shared a role watches the names of both until it is let in', () => {
  const shared = configuration({ grants: [grant({ shareRole: true })] });
  const other = connection(3, { references: [reference(1, 'c3')], requestedRoleArn: r1 });
  const sharing = after(60, federated([connection(1), other], { configuration: shared }));
  const own = { ...sharing, configuration: before.configuration };
  const heir = connection(2, { references: [reference(1, 'c2')], requestedRoleArn: r1 });
  const said = transferClaims(runTimes(2, showing(own, [heir])));
  expect([...(findRecord(said, 2)?.role?.closed?.subjects ?? [])].sort()).toEqual([C1, 'sc://contoso/P1/c3']);
  const done = runTimes(1, said);
  expect([opens(done), opens(done, 'sc://contoso/P1/c3'), opens(done, 'sc://contoso/P1/c2')]).toEqual([
    false,
    false,
    true,
  ]);
});

describe('claims that do not pass on', () => {
  it('are those that nothing sets against the connection', () => {
    const both = after(60, federated([connection(1), connection(2)]));
    expect(designClaims(both, connectionId(2))).toEqual([]);
    expect(designClaims(closed, connectionId(1))).toEqual([]);
  });

  it('are those of others who share its role', () => {
    const shared = configuration({ grants: [grant({ shareRole: true })] });
    const two = connection(2, { references: [reference(1, 'c2')], requestedRoleArn: r1 });
    const sharing = after(60, federated([connection(1), two], { configuration: shared }));
    expect(designClaims(showing(sharing, [two]), connectionId(2))).toEqual([]);
  });

  it('are those of a connection that is still there, and those that the next run goes on with', () => {
    const [claim] = before.recorded.flatMap(listClaims);
    if (!claim) throw new Error('The first connection has a role.');
    const [there, nobody] = [new Set([connectionId(1)]), new Set<ConnectionId>()];
    const [nothing, repair] = [makePlan(before), makePlan(changed(before, { maxSessionDuration: 9_000 }))];
    expect([findObstacle(claim, there, repair), findObstacle(claim, nobody, repair)]).toEqual([
      'listed',
      undefined,
    ]);
    const intent = { changeId: 'x', at: claim.role.writtenAt, operation: 'update' } as const;
    const begun = { ...claim, role: { ...claim.role, intent } };
    expect([findObstacle(begun, nobody, repair), findObstacle(begun, nobody, nothing)]).toEqual([
      'unfinished',
      undefined,
    ]);
  });
});

describe('a role that was begun for the earlier connection', () => {
  const seen = world([connection(1)]);
  const [creation] = makePlan(seen).changes.filter((change) => change.target === 'role');
  if (!creation) throw new Error('A role is to be made.');
  const begun = intend(seen, creation);
  const again = (past: SmallWorld) => showing(after(60, past), [twin()]);
  const obstacles = (past: SmallWorld) =>
    designClaims(past, connectionId(2)).map((claim) =>
      findObstacle(claim, new Set([connectionId(2)]), makePlan(past)),
    );

  it('and never came to be is made for the one that takes its place', () => {
    const stuck = runTimes(2, again(begun));
    expect(codes(stuck)).toContain('connection.recreated');
    expect(obstacles(stuck)).toEqual([undefined]);
    const done = runTimes(1, transferClaims(stuck));
    expect(opens(done)).toBe(true);
    expect([listClaimedRoles(done, 1), listClaimedRoles(done, 2)]).toEqual([[], [r1]]);
    expect(runOnce(done).plan).toMatchObject({ changes: [], recordSyncs: [] });
  });

  it('and stands half-made is finished by the next run before it can be handed over', () => {
    const [first] = [...creation.narrowing, ...creation.widening];
    if (!first) throw new Error('It is made in steps.');
    const half = again({ ...begun, iam: applyStep(begun.iam, first, begun.now) });
    expect(obstacles(half)).toEqual(['unfinished']);
    const finished = runTimes(1, half);
    expect(obstacles(finished)).toEqual([undefined]);
    expect(opens(runTimes(1, adopted(transferClaims(finished))))).toBe(true);
  });
});
