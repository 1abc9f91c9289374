import type {
  OrganizationInventory,
  ProjectSnapshot,
} from '../../../../shared/domain/azure-devops/inventory.ts';
import { complete, unknown } from '../../../../shared/domain/kernel/result.ts';
import {
  afterUpdate,
  assembleInventory,
  hasWholeInventory,
  overtake,
  projectUpdate,
  wholeUpdate,
} from '../../../../shared/domain/discovery/stored-inventory.ts';
import { contoso, fabrikam } from '../../../builders/configuration.ts';
import { connection, reference } from '../../../builders/connection.ts';
import { organizationId, projectId } from '../../../builders/domain-ids.ts';
import { inventory, withUnreadProject } from '../../../builders/inventory.ts';
import { stored } from '../../../builders/stored-inventory.ts';

const trouble = unknown('forbidden', 'The identity may not read this (HTTP 403).');
const inP2 = connection(2, { references: [reference(2, 'c2')] });
const seen = inventory([connection(1), inP2]);
const asStored = (snapshot: OrganizationInventory) => ({ ...snapshot, requests: 0 });

function observeConnection(
  project: ProjectSnapshot['project'],
  fields: Partial<ProjectSnapshot> = {},
): ProjectSnapshot {
  return {
    organizationId: contoso.id,
    organizationName: contoso.name,
    identity: complete({ id: contoso.id, name: contoso.name }),
    project,
    requests: 3,
    ...fields,
  };
}

const p1 = (connections: readonly ReturnType<typeof connection>[], name = 'P1') =>
  complete({ id: projectId(1), name, connections: complete(connections) });

const NOW = Date.parse('2026-11-22T09:00:00.000Z');

describe('an organization as it is stored', () => {
  it.each<[string, OrganizationInventory]>([
    ['that was read to the end', seen],
    ['with a project that was cut short', withUnreadProject(seen)],
    ['with a list of projects that was cut short', { ...seen, projects: trouble }],
    ['that nobody answered for', { ...seen, identity: trouble, projects: trouble }],
    [
      'that another one answered for',
      { ...seen, identity: complete({ id: fabrikam.id, name: 'contoso' }), projects: trouble },
    ],
    ['without projects', inventory([])],
  ])('is told as it was seen: one %s', (_what, snapshot) => {
    expect(assembleInventory(contoso, stored(snapshot))).toEqual(asStored(snapshot));
  });

  it('is unknown, not empty, before it was ever seen', () => {
    const { identity, projects } = assembleInventory(contoso, []);
    expect([identity, projects]).toMatchObject([{ code: 'not-discovered' }, { code: 'not-discovered' }]);
  });

  it('is unknown when it was seen under another name than the configuration has', () => {
    const renamed = { ...contoso, name: 'contoso-new' };
    expect(assembleInventory(renamed, stored(seen)).projects).toMatchObject({ code: 'not-discovered' });
    expect(hasWholeInventory(renamed, stored(seen))).toBe(false);
    expect(hasWholeInventory(contoso, stored(seen))).toBe(true);
  });
});

describe('a look at the whole organization', () => {
  const named = (name: string, problem?: string) => ({
    ...seen,
    identity: complete({
      id: contoso.id,
      name,
      ...(problem === undefined ? {} : { nameProblem: unknown(problem, 'Why.') }),
    }),
  });
  const readUpdatedName = (before: OrganizationInventory, snapshot: OrganizationInventory) => {
    const parts = stored(before);
    const { identity } = assembleInventory(contoso, afterUpdate(parts, wholeUpdate(parts, snapshot, NOW)));
    return identity.state === 'complete' ? identity.value.name : identity.code;
  };

  it.each<[string, OrganizationInventory, OrganizationInventory, string]>([
    ['is the confirmed one', named('Contoso'), named('CONTOSO'), 'CONTOSO'],
    [
      'is that of last time where nothing is told',
      named('Contoso'),
      named('contoso', 'timed-out'),
      'Contoso',
    ],
    [
      'is that of last time, also after a rename',
      named('Fabrikam'),
      named('contoso', 'timed-out'),
      'Fabrikam',
    ],
    [
      'keeps capitals that an address does not tell',
      named('Contoso'),
      named('contoso', 'no-capitals'),
      'Contoso',
    ],
    ['follows a rename without capitals', named('Contoso'), named('fabrikam', 'no-capitals'), 'fabrikam'],
    [
      'is not that of another organization',
      { ...named('Contoso'), identity: complete({ id: fabrikam.id, name: 'Contoso' }) },
      named('contoso', 'timed-out'),
      'contoso',
    ],
  ])('whose name %s', (_what, before, snapshot, name) => {
    expect(readUpdatedName(before, snapshot)).toBe(name);
  });

  it('changes nothing when nothing has changed, in whatever order it is told', () => {
    const backwards = inventory([inP2, connection(1)]);
    const both = [connection(1), connection(3)];
    expect(wholeUpdate(stored(seen), backwards, NOW)).toEqual({ writes: [], removals: [] });
    expect(wholeUpdate(stored(inventory(both)), inventory([...both].reverse()), NOW)).toEqual({
      writes: [],
      removals: [],
    });
  });

  it('writes the one project that has changed, on top of the version that was read', () => {
    const before = stored(seen).map((part) => ({ ...part, version: 7 }));
    const { writes } = wholeUpdate(before, inventory([connection(1, { oidc: 'off' }), inP2]), NOW);
    expect(writes).toMatchObject([{ kind: 'project', id: projectId(1), version: 7 }]);
  });

  it('calls the list whole after all of it is there', () => {
    const { writes } = wholeUpdate([], seen, NOW);
    expect(writes.map(({ kind }) => kind)).toEqual(['project', 'project', 'identity']);
  });

  it('writes where a connection has come before where it has gone', () => {
    const both = [connection(1), connection(2), connection(3, { references: [reference(2, 'c3')] })];
    const moved = [connection(1), connection(3, { references: [reference(2, 'c3')] }), inP2];
    const { writes } = wholeUpdate(stored(inventory(both)), inventory(moved), NOW);
    expect(writes).toMatchObject([{ id: projectId(2) }, { id: projectId(1) }]);
  });

  it('takes away a project that a whole list no longer has', () => {
    const { writes, removals } = wholeUpdate(stored(seen), inventory([connection(1)]), NOW);
    expect(writes).toEqual([]);
    expect(removals).toMatchObject([{ id: projectId(2) }]);
  });

  it('takes nothing away, and is all unknown, when the list was cut short', () => {
    const { writes, removals } = wholeUpdate(stored(seen), { ...seen, projects: trouble }, NOW);
    expect(removals).toEqual([]);
    expect(writes).toMatchObject([{ kind: 'identity', list: trouble }]);
    expect(assembleInventory(contoso, stored(seen, { ...seen, projects: trouble })).projects).toEqual(
      trouble,
    );
  });

  it('is the whole truth again after the list was cut short once', () => {
    const again = stored(seen, { ...seen, projects: trouble }, seen);
    expect(assembleInventory(contoso, again)).toEqual(asStored(seen));
  });
});

describe('a look at one project', () => {
  const update = (snapshot: ProjectSnapshot, project = projectId(1)) =>
    projectUpdate(stored(seen), project, snapshot, NOW);

  it('changes nothing when nothing has changed', () => {
    expect(update(observeConnection(p1([connection(1)])))).toEqual({ writes: [], removals: [] });
  });

  it('takes the place of that project alone', () => {
    const changed = update(observeConnection(p1([connection(3)], 'Renamed')));
    const { projects } = assembleInventory(contoso, afterUpdate(stored(seen), changed));
    expect(projects.state === 'complete' ? projects.value : []).toEqual(
      expect.arrayContaining([
        { id: projectId(1), name: 'Renamed', connections: complete([connection(3)]) },
        { id: projectId(2), name: 'P2', connections: complete([inP2]) },
      ]),
    );
    expect(changed.removals).toEqual([]);
  });

  it('adds a project that was made since', () => {
    const fresh = complete({ id: projectId(9), name: 'P9', connections: complete([]) });
    expect(update(observeConnection(fresh), projectId(9)).writes).toMatchObject([
      { id: projectId(9), version: 0 },
    ]);
  });

  it('makes a project that is not to be seen unknown, and takes it away no more than any other', () => {
    const updated = update(observeConnection(trouble));
    expect(updated).toMatchObject({
      writes: [{ kind: 'identity', unread: [{ id: projectId(1), name: 'P1', reason: trouble }] }],
      removals: [],
    });
    const parts = afterUpdate(stored(seen), updated);
    const { projects } = assembleInventory(contoso, parts);
    expect(projects.state === 'complete' && projects.value[0]?.connections).toMatchObject({
      state: 'unknown',
      code: 'forbidden',
      message: `${trouble.message} It was read in full before 2026-11-22 09:00 UTC.`,
    });
    expect(parts).toContainEqual(expect.objectContaining({ connections: complete([connection(1)]) }));
  });

  it('makes the project unknown when nobody says who answers', () => {
    const { writes } = update(observeConnection(trouble, { identity: trouble }));
    expect(writes).toMatchObject([{ kind: 'identity', unread: [{ id: projectId(1), reason: trouble }] }]);
  });

  it('stores nothing of a project that nobody has ever seen', () => {
    expect(update(observeConnection(trouble), projectId(9))).toEqual({ writes: [], removals: [] });
  });

  it('halts the organization when another one answers under its name', () => {
    const mismatch = unknown('identity-mismatch', 'Another organization answers under this name.');
    const identity = complete({ id: organizationId(9), name: 'contoso' });
    const halted = afterUpdate(stored(seen), update(observeConnection(mismatch, { identity })));
    expect(assembleInventory(contoso, halted)).toMatchObject({ identity, projects: mismatch });
  });
});

describe('what a person has seen since', () => {
  const after = (snapshot: OrganizationInventory) => overtake(stored(seen), snapshot);

  it.each<[string, OrganizationInventory, number]>([
    ['a connection that was not listed before', inventory([connection(1), connection(3), inP2]), 1],
    ['a connection that asks for something else', inventory([connection(1, { oidc: 'off' }), inP2]), 1],
    ['a project that they may not see, or that is gone', inventory([inP2]), 1],
    [
      'a project that was made since',
      inventory([connection(1), inP2, connection(9, { references: [reference(9, 'c9')] })]),
      9,
    ],
  ])('makes unknown the one project that has %s', (_what, snapshot, project) => {
    expect(after(snapshot)).toMatchObject([
      { kind: 'project', id: projectId(project), connections: { state: 'unknown', code: 'overtaken' } },
    ]);
    const again = afterUpdate(stored(seen), { writes: after(snapshot), removals: [] });
    expect(overtake(again, snapshot)).toEqual([]);
  });

  it('changes nothing where it is the same, where they could not see it, and where nothing was discovered', () => {
    expect(after(seen)).toEqual([]);
    expect(after(withUnreadProject(seen))).toEqual([]);
    expect(after({ ...seen, projects: trouble })).toEqual([]);
    expect(overtake([], seen)).toEqual([]);
  });

  it('is the whole truth again when discovery has looked', () => {
    const snapshot = inventory([connection(1, { oidc: 'off' }), inP2]);
    const parts = afterUpdate(stored(seen), { writes: after(snapshot), removals: [] });
    const discovered = afterUpdate(parts, wholeUpdate(parts, snapshot, NOW));
    expect(wholeUpdate(discovered, snapshot, NOW)).toEqual({ writes: [], removals: [] });
    expect(hasWholeInventory(contoso, discovered)).toBe(true);
  });
});
