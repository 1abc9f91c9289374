import type { AuditEntry } from '../../../../shared/domain/discovery/audit-entry.ts';
import { judgeReplacement } from '../../../../shared/domain/discovery/replacement.ts';
import { connectionId } from '../../../builders/domain-ids.ts';

const [earlier, namesake] = [connectionId(1), connectionId(2)];
const TERRAFORM = 'terraform@contoso.invalid';
const at = (minute: number) => Date.UTC(2026, 10, 29, 10, minute);

function makeEntry(
  action: string,
  id: typeof earlier,
  minute: number,
  fields: Partial<AuditEntry> = {},
): AuditEntry {
  return {
    id: `${minute};x;${id}`,
    actionId: `Library.ServiceConnection${action}`,
    at: at(minute),
    connectionId: id,
    actor: 'Terraform',
    actorIds: [TERRAFORM, 'd0d0d0d0-1111-4222-8333-444444444444'],
    ...fields,
  };
}
const deleted = makeEntry('Deleted', earlier, 0);
const created = makeEntry('Created', namesake, 1);
const byAnna = { actorIds: ['anna@contoso.invalid'] };

const judge = (entries: readonly AuditEntry[] | undefined, trusted: readonly string[] = [TERRAFORM]) => {
  const verdict = judgeReplacement({ earlier, namesake }, entries, trusted);
  return verdict.state === 'open' ? verdict.obstacle : verdict.proof.actor;
};

describe('a namesake that automation made', () => {
  it('is a replacement where one trusted identity deleted the one and created the other, in turn', () => {
    expect(judgeReplacement({ earlier, namesake }, [created, deleted], [TERRAFORM])).toEqual({
      state: 'replaced',
      proof: {
        actor: TERRAFORM,
        deletedAt: '2026-11-29T10:00:00.000Z',
        createdAt: '2026-11-29T10:01:00.000Z',
        entries: [deleted.id, created.id],
      },
    });
    expect(judge([deleted, created], ['d0d0d0d0-1111-4222-8333-444444444444'])).toMatch(/^d0d0/);
    expect(judge([deleted, created, makeEntry('Shared', namesake, 5)])).toBe(TERRAFORM);
    expect(judge([deleted, created, makeEntry('Deleted', connectionId(9), 3, byAnna)])).toBe(TERRAFORM);
  });

  const rows: readonly (readonly [string, readonly AuditEntry[] | undefined, string])[] = [
    ['a log that could not be read to its end', undefined, 'log-unread'],
    ['a log without the deletion', [created], 'no-deletion'],
    ['a log without the creation', [deleted], 'no-creation'],
    ['a log of other connections', [{ ...deleted, connectionId: connectionId(9) }, created], 'no-deletion'],
    ['a deletion by somebody else', [{ ...deleted, ...byAnna }, created], 'other-actor'],
    ['a creation by somebody else', [deleted, { ...created, ...byAnna }], 'other-actor'],
    [
      'one of several deletions by somebody else',
      [{ ...deleted, ...byAnna, id: 'first' }, makeEntry('Deleted', earlier, 1), created],
      'other-actor',
    ],
    [
      'the display name of the identity, which anybody may choose',
      [deleted, { ...created, ...byAnna, actor: TERRAFORM }],
      'other-actor',
    ],
    ['an entry that does not say who', [deleted, { ...created, actorIds: [] }], 'other-actor'],
    ['a creation long after', [deleted, makeEntry('Created', namesake, 16)], 'not-in-turn'],
    ['a creation before the deletion', [makeEntry('Deleted', earlier, 3), created], 'not-in-turn'],
    [
      'a change by somebody else since',
      [deleted, created, makeEntry('Modified', namesake, 30, byAnna)],
      'changed-since',
    ],
  ];
  it.each(rows)('is held with %s', (_what, entries, obstacle) => {
    expect(judge(entries)).toBe(obstacle);
  });

  it('is held where no identity is trusted, or one of another spelling', () => {
    expect(judge([deleted, created], [])).toBe('no-identity');
    expect(judge([deleted, created], [TERRAFORM.toUpperCase()])).toBe('other-actor');
  });
});
