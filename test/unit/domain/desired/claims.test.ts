import type { ServiceConnection } from '../../../../shared/domain/azure-devops/service-connection.ts';
import { configuration, grant } from '../../../builders/configuration.ts';
import { connection, reference } from '../../../builders/connection.ts';
import { connectionId, roleArn } from '../../../builders/domain-ids.ts';
import { withUnreadProject, inventory } from '../../../builders/inventory.ts';
import { withRole } from '../../../builders/iam-model.ts';
import type { SmallWorld } from '../../../builders/small-world.ts';
import {
  after,
  listEvents,
  federated,
  intend,
  runOnce,
  runTimes,
  selectRole,
  showing,
  world,
} from '../../../builders/small-world.ts';
import { admitsSubject } from '../../../builders/tokens.ts';

const r1 = roleArn('r1');
const C1 = 'sc://contoso/P1/c1';
const keeping = configuration({ grants: [grant({ retire: 'keep' })] });
const sharing = configuration({ grants: [grant({ shareRole: true })] });

const at = (arn: string, fields: Partial<ServiceConnection> = {}) => ({ ...fields, requestedRoleArn: arn });
const codes = (seen: SmallWorld) => runOnce(seen).findings.map(({ code, connectionId: id }) => [code, id]);
const opens = (seen: SmallWorld, subject: string, arn = r1) =>
  admitsSubject(selectRole(seen, arn).trust, subject);

describe('an unclaimed role', () => {
  it('goes to the only connection that asks for it', () => {
    const done = federated([connection(1)]);
    expect(opens(done, C1)).toBe(true);
    expect(listEvents(done, connectionId(1))).toEqual(['connection.federated.v1']);
  });

  it('goes to nobody when two ask for it', () => {
    const both = world([connection(1), connection(2, at(r1))]);
    expect(codes(both)).toEqual(
      expect.arrayContaining([
        ['role.claimed', connectionId(1)],
        ['role.claimed', connectionId(2)],
      ]),
    );
    expect(runOnce(both).plan.changes).toEqual([]);
  });

  it('goes to both when one grant covers both and shares', () => {
    const both = federated([connection(1), connection(2, at(r1))], { configuration: sharing });
    expect([opens(both, C1), opens(both, 'sc://contoso/P1/c2')]).toEqual([true, true]);
    expect(selectRole(both, r1).tags['azfed:connection']).toBe('shared');
  });

  it.each([
    ['one of them does not share', { shareRole: false }],
    ['they are two', { shareRole: true }],
  ])('goes to nobody when two grants cover them and %s', (_what, fields) => {
    const two = configuration({
      grants: [
        grant({ name: 'one', shareRole: true, connections: { organization: '*', project: '*', name: 'c1' } }),
        grant({ name: 'two', ...fields, connections: { organization: '*', project: '*', name: 'c2' } }),
      ],
    });
    const both = world([connection(1), connection(2, at(r1))], { configuration: two });
    expect(runOnce(both).plan.changes).toEqual([]);
  });

  it('goes to one spelling of its name only: IAM takes them for one', () => {
    const both = runOnce(
      world([connection(1, at(roleArn('Deploy'))), connection(2, at(roleArn('deploy')))], {
        configuration: sharing,
      }),
    );
    expect(both.world.iam.roles.size).toBe(1);
    expect(both.findings.map(({ code }) => code)).toContain('role.case-clash');
  });
});

describe('a claimed role', () => {
  const claimed = after(60, federated([connection(1)]));

  it('stays with its connection when another asks for it', () => {
    const { findings, world: done } = runOnce(showing(claimed, [connection(1), connection(2, at(r1))]));
    expect(findings).toContainEqual(
      expect.objectContaining({ code: 'role.claimed', connectionId: connectionId(2) }),
    );
    expect([opens(done, C1), opens(done, 'sc://contoso/P1/c2')]).toEqual([true, false]);
  });

  it('stays with it when it is no longer listed and another asks for it', () => {
    const { findings, world: done } = runOnce(showing(claimed, [connection(2, at(r1))]));
    expect(findings.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['role.claimed', 'connection.missing']),
    );
    expect([opens(done, C1), opens(done, 'sc://contoso/P1/c2')]).toEqual([true, false]);
  });

  it('is left as it is when nobody can tell who asks for it: two projects told different names', () => {
    const renamed = connection(1, { references: [reference(1, 'c1'), reference(2, 'c1')] });
    const other = { ...renamed, references: [reference(1, 'new'), reference(2, 'c1')] };
    const seen = inventory([renamed]);
    const [first, second] = seen.projects.state === 'complete' ? seen.projects.value : [];
    if (!first || !second) throw new Error('Two projects were built.');
    const torn = {
      ...seen,
      projects: {
        state: 'complete' as const,
        value: [first, { ...second, connections: { state: 'complete' as const, value: [other] } }],
      },
    };
    const { plan, findings } = runOnce({ ...claimed, inventories: [torn] });
    expect(findings.map(({ code }) => code)).toContain('connection.unsettled');
    expect(plan.changes).toEqual([]);
  });

  it.each(['p1', 'P1 of old'])('is left as it is when its connection calls the project P1 %s', (stale) => {
    const seen = inventory([connection(1, { references: [reference(1, 'c1', stale)] })]);
    if (seen.projects.state === 'unknown') throw new Error('Projects were built.');
    const value = seen.projects.value.map((project) => ({ ...project, name: 'P1' }));
    const { plan, findings } = runOnce({
      ...claimed,
      inventories: [{ ...seen, projects: { state: 'complete', value } }],
    });
    expect(findings.map(({ code }) => code)).toContain('connection.unsettled');
    expect(plan.changes).toEqual([]);
  });
});

describe('a role that was meant for a connection which is gone since', () => {
  const asking = world([connection(1, at(r1))]);
  const [creation] = runOnce(asking).plan.changes.filter(({ target }) => target === 'role');
  if (creation?.target !== 'role') throw new Error('A role was planned.');
  // AWS refused the creation: nothing but the intent is left of it.
  const meant = intend(asking, creation);
  const rightful = connection(2, at(r1));
  const cutShort = (): SmallWorld => {
    const elsewhere = connection(2, at(r1, { references: [reference(2, 'c2')] }));
    return { ...after(60, meant), inventories: [withUnreadProject(inventory([connection(3), elsewhere]))] };
  };
  const codesAbout2 = (seen: SmallWorld) =>
    codes(seen).flatMap(([code, id]) => (id === connectionId(2) ? [code] : []));

  it.each([
    ['is not listed any more', [rightful]],
    ['asks for another role', [connection(1, at(roleArn('elsewhere'))), rightful]],
    ['asks for none', [connection(1, { oidc: 'off' }), rightful]],
  ])('goes to the one that asks for it where nothing was made and the first one %s', (_what, shown) => {
    const seen = after(60, showing(meant, shown));
    expect(codesAbout2(seen)).toEqual([]);
    const done = runOnce(seen).world;
    expect(opens(done, 'sc://contoso/P1/c2')).toBe(true);
    expect(opens(done, C1)).toBe(false);
    expect(selectRole(done, r1).tags['azfed:connection']).toBe(connectionId(2));
    const again = runOnce(after(60, done));
    expect(again.changes).toEqual([]);
    // It does not come back to it either.
    const back = runOnce(after(60, showing(again.world, [connection(1, at(r1)), rightful])));
    expect(back.changes.filter((one) => one.target === 'role' && one.roleArn === r1)).toEqual([]);
    expect(back.findings).toContainEqual(
      expect.objectContaining({ code: 'role.claimed', connectionId: connectionId(1) }),
    );
  });

  it('goes to it also when its own creation is refused at first', () => {
    const seen = after(60, showing(meant, [rightful]));
    const [change] = runOnce(seen).plan.changes.filter(({ target }) => target === 'role');
    const refused = intend(seen, change?.target === 'role' ? change : creation);
    expect(opens(runOnce(after(60, refused)).world, 'sc://contoso/P1/c2')).toBe(true);
  });

  it('stays with the first one, with advice, where IAM shows a role with its mark', () => {
    const made = { ...meant, iam: federated([connection(1, at(r1))]).iam };
    const { world: done, findings } = runOnce(after(60, showing(made, [rightful])));
    expect(opens(done, 'sc://contoso/P1/c2')).toBe(false);
    const claimed = findings.find(({ code }) => code === 'role.claimed');
    expect(claimed).toMatchObject({ connectionId: connectionId(2), roleArn: r1 });
    expect(claimed?.message).toContain(`azfed adopt ${connectionId(2)}`);
  });

  it.each([
    ['the look at the organization is cut short', cutShort()],
    ['its creation may show late', showing(meant, [rightful])],
    ['a role was made for it', after(60, showing(federated([connection(1, at(r1))]), [rightful]))],
    ['it still asks for it', after(60, showing(meant, [connection(1, at(r1)), rightful]))],
  ])('stays with the first one while %s', (_what, seen) => {
    expect(codesAbout2(seen)).toContain('role.claimed');
    expect(runOnce(seen).world.iam.roles.get(r1)?.tags['azfed:connection']).not.toBe(connectionId(2));
  });
});

describe('a connection that asks for it no more', () => {
  const reasons: Readonly<Record<string, Partial<ServiceConnection>>> = {
    'turned OIDC off': { oidc: 'off' },
    'asks for another role': at(roleArn('elsewhere')),
    'names no role': { requestedRoleArn: '' },
  };
  describe.each(Object.entries(reasons))('since it %s', (what, fields) => {
    // A connection has one role: with `keep` too, the one that it had before is closed.
    const isKept = what !== 'asks for another role';

    it('loses the role when its grant says close', () => {
      const before = after(60, federated([connection(1)]));
      const done = runTimes(2, showing(before, [connection(1, fields)]));
      expect(opens(done, C1)).toBe(false);
      expect(selectRole(done, r1).managedPolicies).toEqual(selectRole(before, r1).managedPolicies);
      expect(listEvents(done, connectionId(1))).toContain('connection.closed.v1');
      expect(runOnce(done).plan.changes).toEqual([]);
    });

    it('keeps the role when its grant says keep and it has no other one, and that is told', () => {
      const before = after(60, federated([connection(1)], { configuration: keeping }));
      const seen = showing(before, [connection(1, fields)]);
      expect(opens(runTimes(2, seen), C1)).toBe(isKept);
      expect(codes(seen).some(([code]) => code === 'role.kept')).toBe(isKept);
    });

    it('loses a kept role once its grant says close', () => {
      const before = after(60, federated([connection(1)], { configuration: keeping }));
      const kept = runTimes(2, showing(before, [connection(1, fields)]));
      const done = runTimes(2, { ...kept, configuration: configuration() });
      expect([opens(kept, C1), opens(done, C1)]).toEqual([isKept, false]);
      expect(listEvents(done, connectionId(1))).toContain('connection.closed.v1');
      expect(codes(done)).not.toContainEqual(['role.kept', connectionId(1)]);
      expect(runOnce(done).plan.changes).toEqual([]);
    });

    it('gets a closed role back when it asks again', () => {
      const closed = runTimes(2, showing(after(60, federated([connection(1)])), [connection(1, fields)]));
      const again = runTimes(2, showing(closed, [connection(1)]));
      expect(opens(again, C1)).toBe(true);
    });

    it('does not leave a kept role to whoever takes its former name', () => {
      const before = after(60, federated([connection(1)], { configuration: keeping }));
      const taken = showing(before, [
        connection(1, { ...fields, references: [reference(1, 'other')] }),
        connection(2, { references: [reference(1, 'c1')] }),
      ]);
      const { findings, world: done } = runOnce(taken);
      expect(opens(done, C1)).toBe(false);
      expect(findings).toContainEqual(expect.objectContaining({ code: 'connection.recreated' }));
      expect(opens(runTimes(1, after(5, done)), C1, roleArn('r2'))).toBe(true);
    });
  });

  it.each([
    ['its OIDC field became unclear', [connection(1, { oidc: 'unclear' })], configuration()],
    [
      'a second grant covers it now',
      [connection(1)],
      configuration({ grants: [grant(), grant({ name: 'twice' })] }),
    ],
  ])('is not what a connection is when %s: its role is left', (_what, connections, now) => {
    const before = after(60, federated([connection(1)]));
    const { plan } = runOnce({ ...showing(before, connections), configuration: now });
    expect(plan.changes).toEqual([]);
  });

  it('keeps both roles its own: the one before it moved, and the new one', () => {
    const moved = runTimes(
      2,
      showing(after(60, federated([connection(1)])), [connection(1, at(roleArn('b')))]),
    );
    const stolen = showing(moved, [connection(1, at(roleArn('b'))), connection(2, at(r1))]);
    expect(codes(stolen)).toContainEqual(['role.claimed', connectionId(2)]);
    expect(opens(runTimes(1, stolen), 'sc://contoso/P1/c2')).toBe(false);
  });
});

describe('a connection that is no longer seen', () => {
  const before = after(60, federated([connection(1), connection(2, { references: [reference(2, 'c2')] })]));

  it('keeps its role when the look was whole, and is told as missing once', () => {
    const once = runOnce(showing(before, [connection(2, { references: [reference(2, 'c2')] })]));
    expect(once.findings.map(({ code }) => code)).toContain('connection.missing');
    const done = runTimes(3, after(5, once.world));
    expect(opens(done, C1)).toBe(true);
    expect(listEvents(done, connectionId(1)).filter((type) => type === 'connection.missing.v1')).toHaveLength(
      1,
    );
  });

  it('is not called missing when its project was cut short', () => {
    const { findings, plan } = runOnce({
      ...before,
      inventories: before.inventories.map((one) => withUnreadProject(one)),
    });
    expect(findings.map(({ code }) => code)).toContain('read.incomplete');
    expect(findings.map(({ code }) => code)).not.toContain('connection.missing');
    expect(plan.changes).toEqual([]);
  });

  it('has its role narrowed again when somebody opens it meanwhile, and nothing else of it touched', () => {
    const role = selectRole(before, r1);
    const trust = {
      ...role.trust,
      Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRoleWithWebIdentity' }],
    };
    const opened = withRole(before.iam, { ...role, trust, description: 'mine' });
    const seen = {
      ...before,
      iam: opened,
      inventories: before.inventories.map((one) => withUnreadProject(one)),
    };
    const { findings, world: done } = runOnce(seen);
    expect(findings.map(({ code }) => code)).toContain('trust.loose');
    expect(opens(done, 'sc://contoso/P1/impostor')).toBe(false);
    expect(selectRole(done, r1).description).toBe('mine');
  });
});

describe('an account that the configuration no longer names', () => {
  it('is looked at no more, and the plan is whole without it', () => {
    const before = after(60, federated([connection(1)]));
    const { plan } = runOnce({ ...before, configuration: configuration({ accounts: [] }) });
    expect({ changes: plan.changes, isPartial: plan.isPartial }).toEqual({ changes: [], isPartial: false });
  });
});
