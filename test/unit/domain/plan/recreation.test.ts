import type { ServiceConnection } from '../../../../shared/domain/azure-devops/service-connection.ts';
import { configuration, grant } from '../../../builders/configuration.ts';
import { connection, reference } from '../../../builders/connection.ts';
import { connectionId, roleArn } from '../../../builders/domain-ids.ts';
import { inventory } from '../../../builders/inventory.ts';
import { complete, unknown } from '../../../../shared/domain/kernel/result.ts';
import type { SmallWorld } from '../../../builders/small-world.ts';
import {
  after,
  listEvents,
  federated,
  runOnce,
  runTimes,
  selectRole,
  showing,
} from '../../../builders/small-world.ts';
import { admitsSubject } from '../../../builders/tokens.ts';

const [r1, r2] = [roleArn('r1'), roleArn('r2')];
const C1 = 'sc://contoso/P1/c1';
const before = after(60, federated([connection(1)]));
const opens = (seen: SmallWorld, subject = C1, arn = r1) =>
  admitsSubject(selectRole(seen, arn).trust, subject);
const twin = (fields: Partial<ServiceConnection> = {}) =>
  connection(2, { references: [reference(1, 'c1')], ...fields });

describe('another connection under the name of one that is gone', () => {
  it.each([
    ['of the same type, asking for the same role', { requestedRoleArn: r1 }],
    ['of the same type, asking for another role', {}],
    ['of the same type, without OIDC', { oidc: 'off' as const }],
    ['of another type', { type: 'generic' }],
  ])('%s, closes the role and gets none', (_what, fields) => {
    const { findings, world: done } = runOnce(showing(before, [twin(fields)]));
    expect(opens(done)).toBe(false);
    expect(done.iam.roles.has(r2)).toBe(false);
    expect(findings.filter(({ code }) => code === 'connection.recreated')).toHaveLength(2);
    expect(listEvents(done, connectionId(1))).toEqual(['connection.federated.v1', 'connection.recreated.v1']);

    const later = runTimes(5, after(60 * 24, done));
    expect(opens(later)).toBe(false);
    expect(later.iam.roles.has(r2)).toBe(false);
    expect(listEvents(later, connectionId(1))).toHaveLength(2);
  });

  it('that differs in case is another name: the role is left, and lets it not in', () => {
    const { findings, world: done } = runOnce(
      showing(before, [connection(2, { references: [reference(1, 'C1')] })]),
    );
    expect(findings.map(({ code }) => code)).not.toContain('connection.recreated');
    expect(findings.map(({ code }) => code)).toContain('connection.missing');
    expect([opens(done), opens(done, 'sc://contoso/P1/C1')]).toEqual([true, false]);
  });

  it('closes the role when the grant only repairs, and does not when it only observes', () => {
    const under = (mode: 'repair' | 'observe') =>
      runOnce({ ...showing(before, [twin()]), configuration: configuration({ grants: [grant({ mode })] }) });
    expect(opens(under('repair').world)).toBe(false);
    const observed = under('observe');
    expect(opens(observed.world)).toBe(true);
    expect(observed.changes).toMatchObject([{ decision: 'held', blockedBy: 'mode-observe' }]);
  });

  it('is remembered by a former name too, after the role was closed in its overlap', () => {
    const renamed = runTimes(1, showing(before, [connection(1, { references: [reference(1, 'new')] })]));
    const closed = runTimes(
      2,
      showing(renamed, [connection(1, { references: [reference(1, 'new')], oidc: 'off' })]),
    );
    const { findings } = runOnce(showing(closed, [twin()]));
    expect(findings.map(({ code }) => code)).toContain('connection.recreated');
  });

  it('is not let in by a role that an interrupted run opened before it was recorded', () => {
    const [created] = before.recorded;
    if (!created?.role) throw new Error('The role is recorded.');
    const { id: _, ...role } = created.role;
    const intent = {
      changeId: 'create-1',
      at: role.writtenAt,
      operation: 'create' as const,
    };
    const crashed = { ...created, role: { ...role, subjects: [], written: {}, intent } };
    const { world: done } = runOnce({ ...showing(before, [twin()]), recorded: [crashed] });
    expect(opens(done)).toBe(false);
    expect(done.iam.roles.has(r2)).toBe(false);
  });

  it('does not cost a connection the role that it had before it took the name', () => {
    const both = after(60, federated([connection(1), connection(2)]));
    const done = runTimes(
      3,
      showing(both, [connection(2, { references: [reference(1, 'c2'), reference(2, 'x', 'P1')] })]),
    );
    expect(opens(done, 'sc://contoso/P1/c2', r2)).toBe(true);
    const takenOver = runTimes(
      3,
      showing(done, [
        connection(2, { references: [reference(1, 'c1')] }),
        connection(3, { references: [reference(1, 'c9')] }),
      ]),
    );
    expect(opens(takenOver)).toBe(false);
    expect(opens(takenOver, C1, r2)).toBe(false);
  });

  it('has it rightfully when it took the name while its owner was still seen, and keeps it when that one goes', () => {
    const freed = showing(before, [connection(1, { references: [reference(1, 'new')], oidc: 'off' })]);
    const closed = runTimes(2, freed);
    const taken = runTimes(
      2,
      showing(closed, [connection(1, { references: [reference(1, 'new')], oidc: 'off' }), twin()]),
    );
    expect(opens(taken, C1, r2)).toBe(true);
    const gone = runTimes(3, showing(taken, [twin()]));
    const { findings } = runOnce(gone);
    expect(findings).not.toContainEqual(
      expect.objectContaining({ code: 'connection.recreated', connectionId: connectionId(2) }),
    );
    expect([opens(gone), opens(gone, C1, r2)]).toEqual([false, true]);
  });

  it('is positive evidence even when the project of the other could not be read', () => {
    const seen = inventory([twin({ references: [reference(1, 'c1'), reference(2, 'c1')] })]);
    const [first, second] = seen.projects.state === 'complete' ? seen.projects.value : [];
    if (!first || !second) throw new Error('Two projects were built.');
    const partial = {
      ...seen,
      projects: complete([{ ...first, connections: unknown('denied', 'Denied.') }, second]),
    };
    expect(opens(runOnce({ ...before, inventories: [partial] }).world)).toBe(false);
  });
});

describe('two connections under one name at the same time', () => {
  it('cannot be told apart by their tokens: the role is closed', () => {
    expect(opens(runOnce(showing(before, [connection(1), twin()])).world)).toBe(false);
  });
});
