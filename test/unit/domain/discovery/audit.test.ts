import type { AuditEntry, DeletionEvidence } from '../../../../shared/domain/discovery/audit-entry.ts';
import {
  listAttributedChanges,
  classifyAuditEntries,
  advance,
  selectFreshEntries,
  isWorthWriting,
  limitDeletions,
  newCursor,
  nextWindow,
} from '../../../../shared/domain/discovery/audit-entry.ts';
import { decideDeletionFate, recordDeletion } from '../../../../shared/domain/discovery/audit-deletion.ts';
import { contoso } from '../../../builders/configuration.ts';
import { connection, reference } from '../../../builders/connection.ts';
import { connectionId, projectId } from '../../../builders/domain-ids.ts';
import { inventory, withUnreadProject } from '../../../builders/inventory.ts';
import { recordedConnection, shopRole } from '../../../builders/recorded-items.ts';

const NOON = Date.parse('2026-11-22T12:00:00Z');
const MINUTE_MS = 60_000;
const at = (minutes: number) => NOON + minutes * MINUTE_MS;

const entry = (action: string, fields: Partial<AuditEntry> = {}): AuditEntry => ({
  id: 'one',
  actionId: action.includes('.') ? action : `Library.ServiceConnection${action}`,
  at: at(0),
  actor: 'eve',
  ...fields,
});
const inShop = { projectId: projectId(1), connectionId: connectionId(1) };

describe('what entries are worth', () => {
  it.each([
    ['nothing', 'Executed', inShop, { isWhole: false, projects: [] }],
    ['a look at the project', 'Modified', inShop, { isWhole: false, projects: [projectId(1)] }],
    ['a look at everything without a project', 'Modified', {}, { isWhole: true }],
    ['a look at everything for several projects', 'DeletedFromMultipleProjects', inShop, { isWhole: true }],
    ['a look at everything for a rename', 'Project.UpdateRenameCompleted', inShop, { isWhole: true }],
    ['a look at everything for the organization', 'Organization.Update.Rename', {}, { isWhole: true }],
  ])('is %s: %s', (_classification, action, fields, expected) => {
    expect(classifyAuditEntries([entry(action, fields)])).toMatchObject(expected);
  });

  it('is a look at everything where more than five projects have changed', () => {
    const entries = [1, 2, 3, 4, 5].map((number) => entry('Modified', { projectId: projectId(number) }));
    expect(classifyAuditEntries(entries).isWhole).toBe(false);
    expect(classifyAuditEntries([...entries, entry('Created', { projectId: projectId(6) })]).isWhole).toBe(
      true,
    );
  });

  it('is evidence of a deletion by the id of the connection alone', () => {
    const evidence = { connectionId: connectionId(1), entryId: 'one', at: at(0), actor: 'eve' };
    expect(classifyAuditEntries([entry('Deleted', inShop)]).deletions).toEqual([evidence]);
    expect(classifyAuditEntries([entry('Deleted', { projectId: projectId(1) })]).deletions).toEqual([]);
    expect(classifyAuditEntries([entry('Modified', inShop)]).deletions).toEqual([]);
  });

  it('names the last who did something, to a connection or to a project as a whole', () => {
    const changes = listAttributedChanges(
      [
        entry('Modified', { ...inShop, at: at(2), actor: 'late' }),
        entry('Created', { ...inShop, at: at(1), actor: 'early' }),
        entry('Project.UpdateRenameCompleted', { projectId: projectId(1) }),
        entry('Modified', { projectId: projectId(2) }),
        entry('Modified', { connectionId: connectionId(3), actor: '' }),
      ],
      contoso,
    );
    expect(changes.map(({ of, actor }) => [of, actor.principal])).toEqual([
      [projectId(1), 'eve'],
      [connectionId(1), 'late'],
    ]);
  });
});

describe('what becomes of evidence', () => {
  const evidence: DeletionEvidence = {
    connectionId: connectionId(1),
    entryId: 'one',
    at: at(0),
    actor: 'eve',
  };
  const kept = recordedConnection({
    connectionId: connectionId(1),
    references: [reference(1, 'c1')],
    role: shopRole,
  });
  const others = inventory([connection(2)]);

  it.each([
    ['is believed where the connection is missing from a whole list', kept, others, 1, 'believe'],
    ['is dropped where azfed keeps nothing of it', undefined, others, 1, 'drop'],
    ['is dropped where it never had a role', recordedConnection(), others, 1, 'drop'],
    ['waits while the connection is listed', kept, inventory([connection(1)]), 59, 'wait'],
    ['is dropped when it is listed for an hour', kept, inventory([connection(1)]), 61, 'drop'],
    ['waits while a project cannot be read, however long', kept, withUnreadProject(others), 9_000, 'wait'],
    [
      'waits while a project that used the connection is hidden',
      { ...kept, references: [reference(1, 'c1'), reference(9, 'c1')] },
      others,
      9_000,
      'wait',
    ],
  ])('%s', (_what, recorded, seen, minutes, fate) => {
    expect(decideDeletionFate(evidence, recorded, seen, NOON + minutes * MINUTE_MS)).toBe(fate);
  });

  it('is dropped where it is of a time that has not come', () => {
    expect(decideDeletionFate({ ...evidence, at: at(60) }, kept, others, NOON)).toBe('drop');
    expect(decideDeletionFate({ ...evidence, at: at(4) }, kept, others, NOON)).toBe('believe');
  });

  it('leaves the word of a person as it was given', () => {
    const retiring = { by: 'ana', at: NOON, reason: 'sold' };
    expect(recordDeletion({ ...kept, retiring }, evidence).retiring).toBe(retiring);
    expect(recordDeletion(kept, evidence).retiring).toMatchObject({ by: 'eve', at: NOON });
  });
});

describe('how far a log was read', () => {
  const never = newCursor(contoso.id);

  it('begins a day ago, and goes on with twenty minutes read again', () => {
    const first = nextWindow(never, NOON);
    expect(first).toEqual({ from: NOON - 24 * 60 * MINUTE_MS, to: NOON });
    const read = advance(never, first, [], []);
    expect(nextWindow(read, NOON + 2 * MINUTE_MS)).toEqual({
      from: NOON - 20 * MINUTE_MS,
      to: NOON + 2 * MINUTE_MS,
    });
  });

  it('goes on from now where the table says that it was read beyond', () => {
    const { from, to } = nextWindow({ ...never, readUntil: Date.parse('2099-01-01T00:00:00.000Z') }, NOON);
    expect({ from, to }).toEqual({ from: NOON - 20 * MINUTE_MS, to: NOON });
  });

  it('catches up in steps of a day', () => {
    const read = { ...never, readUntil: at(-3 * 24 * 60) };
    const { from, to } = nextWindow(read, NOON);
    expect(to - from).toBe(24 * 60 * MINUTE_MS);
  });

  it('knows an entry again for as long as it may be shown again', () => {
    const seen = entry('Modified', inShop);
    const read = advance(never, { from: NOON, to: NOON + 10 * MINUTE_MS }, [seen], []);
    expect(selectFreshEntries(read, [seen])).toEqual([]);
    expect(selectFreshEntries(read, [{ ...seen, id: 'two' }])).toHaveLength(1);
    const later = advance(read, { from: NOON, to: NOON + 30 * MINUTE_MS }, [], []);
    expect(later.handled).toEqual([]);
  });

  it('is written down for what is new, and else now and then', () => {
    const read = advance(never, { from: NOON, to: NOON }, [], []);
    const soon = advance(read, { from: NOON, to: NOON + 2 * MINUTE_MS }, [], []);
    const late = advance(read, { from: NOON, to: NOON + 10 * MINUTE_MS }, [], []);
    const found = advance(
      read,
      { from: NOON, to: NOON + 2 * MINUTE_MS },
      [entry('Modified', { at: at(1) })],
      [],
    );
    expect([never, soon, late, found].map((one) => isWorthWriting(read, one))).toEqual([
      true,
      false,
      true,
      true,
    ]);
  });
});

it('remembers no more than an item of the table holds: the latest', () => {
  const many = Array.from({ length: 5_000 }, (_, index) =>
    entry('Modified', { id: `${'x'.repeat(100)}${index}`, at: at(0) + index }),
  );
  const evidence = many.map(({ id, at: time }) => ({
    connectionId: connectionId(1),
    entryId: id,
    at: time,
    actor: 'a'.repeat(200),
  }));
  const window = { from: at(-1), to: at(1) };
  const advanced = advance(newCursor(contoso.id), window, many.toReversed(), [...evidence, ...evidence]);
  expect(advanced.deletions).toHaveLength(many.length);
  const after = limitDeletions(advanced);
  expect(JSON.stringify(after).length).toBeLessThan(390_000);
  expect([after.handled.at(-1)?.id, after.deletions.at(-1)?.entryId]).toEqual([
    many.at(-1)?.id,
    many.at(-1)?.id,
  ]);
  expect(isWorthWriting(after, advance(after, window, [], []))).toBe(false);
});
