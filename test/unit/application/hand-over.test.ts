import { createMemoryState } from '../../doubles/memory-state.ts';
import { transferClaims } from '../../../shared/application/connections/hand-over.ts';
import type { RecordedConnection } from '../../../shared/domain/records/connection-record.ts';
import { connection, reference } from '../../builders/connection.ts';
import { connectionId } from '../../builders/domain-ids.ts';
import { ANA, deleted, retired } from '../../builders/retired-world.ts';
import { after, federated, runOnce, showing } from '../../builders/small-world.ts';
import { listClaims } from '../../../shared/domain/records/connection-record.ts';

const references = [reference(1, 'c1')];
const twin = connection(2, { references });
const before = after(60, federated([connection(1)]));
const closed = runOnce(showing(before, [twin])).world;

const only = ({ recorded: [item] }: { readonly recorded: readonly RecordedConnection[] }) => {
  if (!item) throw new Error('There is no record.');
  return item;
};
const listClaimedRoles = (item: RecordedConnection) => listClaims(item).map(({ role }) => role);

/** A person was shown one record and says yes when the table has another. */
async function sayYes(shown: RecordedConnection, now: RecordedConnection) {
  const state = createMemoryState();
  await state.write({ ...now, version: 0 });
  const { organizationId } = shown;
  const successor = { organizationId, connectionId: connectionId(2), references };
  const said = transferClaims(state, { successor, claims: listClaims(shown), by: ANA }, closed.now);
  const code = await said.then(
    () => 'done',
    (error: unknown) => (error as { readonly code: string }).code,
  );
  return { code, recorded: await state.readConnections(organizationId) };
}

describe('what azfed keeps for one connection, handed over to another', () => {
  it('is as it stood with the other, with no impostor any more, when nothing has moved since it was shown', async () => {
    const { code, recorded } = await sayYes(only(closed), only(closed));
    expect(code).toBe('done');
    const had = only(closed).role;
    expect(recorded.map((item) => [item.connectionId, listClaimedRoles(item)])).toEqual([
      [connectionId(1), []],
      [connectionId(2), [{ ...had, closed: { ...had?.closed, reason: 'retired' } }]],
    ]);
  });

  it.each([
    ['closed the role', only(before), only(closed)],
    ['deleted the role', only(retired(31)), only(deleted())],
  ])('stays where it is when a run has %s while the person was thinking', async (_what, shown, now) => {
    const { code, recorded } = await sayYes(shown, now);
    expect(code).toBe('moved');
    expect(recorded.map((item) => [item.connectionId, listClaimedRoles(item)])).toEqual([
      [connectionId(1), listClaimedRoles(now)],
    ]);
  });
});
