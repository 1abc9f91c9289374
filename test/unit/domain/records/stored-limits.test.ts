import { underNames } from '../../../../shared/domain/records/discovered-names.ts';
import { limitConnection, limitControls } from '../../../../shared/domain/records/stored-limits.ts';
import type { Instant } from '../../../../shared/domain/kernel/durations.ts';
import type { RecordedControls } from '../../../../shared/domain/records/deployment-record.ts';
import { newControls } from '../../../../shared/domain/records/deployment-record.ts';
import type { RecordedRole } from '../../../../shared/domain/records/connection-record.ts';
import { recordedConnection, shopRole } from '../../../builders/recorded-items.ts';

const now = Date.parse('2026-11-22T10:00:00.000Z');
const at = (minutes: number) => now + minutes * 60_000;
const NEVER = Date.parse('2099-01-01T00:00:00.000Z');
const role: RecordedRole = { ...shopRole, writtenAt: at(-60) };
/** Its discovery has shown it as `aws-prod` now, and as `old` before. */
const item = recordedConnection();
const names = (name: string, projectName = 'Shop') =>
  item.references.slice(0, 1).map((one) => ({ ...one, projectName, name }));
const named = { ...item, earlierReferences: names('old') };
const limited = (fields: Partial<RecordedRole>, of = named) =>
  limitConnection({ ...of, role: { ...role, ...fields } }, now).role;
const bound = (subject: string) =>
  item.references.slice(0, 1).map(({ projectId }) => ({ projectId, subject }));
const controls = (fields: Partial<RecordedControls>) => limitControls({ ...newControls, ...fields }, now);
const former = (until: Instant) => [{ subject: 'sc://contoso/Shop/old', until }];
const pause = (from: Instant, until: Instant) => ({
  scope: { of: 'everything' } as const,
  at: from,
  until,
  reason: '',
  by: '',
});
const breaker = { scope: { of: 'drift', account: shopRole.account } as const, at: at(-60) };
const approval = (from: Instant, until: Instant) => ({ planId: '', changes: [], by: '', at: from, until });

describe('what azfed itself could have written is kept', () => {
  it('of a record', () => {
    const fields = {
      subjects: bound('sc://contoso/Shop/aws-prod'),
      formerSubjects: former(at(29)),
      intent: { changeId: 'repair-1', at: at(-2), operation: 'repair' as const },
      closed: { reason: 'retired' as const, subjects: [], at: at(-5) },
      deletedAt: at(-4),
      restoredAt: at(-3),
      repairs: [at(-3), at(-2)],
      absentSince: at(-1),
      sessionsRevokedBefore: at(59),
    };
    expect(limited(fields)).toEqual({ ...role, ...fields });
  });

  it('of the controls', () => {
    const fields = {
      pauses: [pause(at(-60), at(7 * 24 * 60 - 60))],
      breakers: [{ ...breaker, resumed: { by: 'ana', until: at(59) } }],
      approvals: [approval(at(-10), at(50))],
    };
    expect(controls(fields)).toEqual({ ...newControls, ...fields });
  });
});

describe('a stored value beyond it counts for nothing, or for the least that holds', () => {
  it.each([
    ['is kept of the past', { since: at(-9), notifiedAt: at(-1), reminders: 2 }, true],
    ['since a time in the future', { since: NEVER }, false],
    ['notified in the future', { since: at(-9), notifiedAt: NEVER }, false],
  ])('a missing connection: %s', (_what, missing, isKept) => {
    const item = limitConnection(recordedConnection({ role, missing }), now);
    expect(item.missing).toEqual(isKept ? missing : undefined);
  });

  it.each<[string, Partial<RecordedRole>, Partial<RecordedRole>]>([
    ['a former subject until 2099', { formerSubjects: former(NEVER) }, { formerSubjects: [] }],
    ['a former subject for a day', { formerSubjects: former(at(24 * 60)) }, { formerSubjects: [] }],
    ['repairs in the future', { repairs: [at(-1), NEVER] }, { repairs: [at(-1)] }],
    [
      'more repairs than are counted',
      { repairs: [1, 2, 3, 4, 5, 6].map((n) => at(n - 10)) },
      { repairs: [2, 3, 4, 5, 6].map((n) => at(n - 10)) },
    ],
    [
      'closed in the future',
      { closed: { reason: 'retired', subjects: [], at: NEVER } },
      { closed: { reason: 'retired', subjects: [], at: at(0) } },
    ],
    ['deleted in the future', { deletedAt: NEVER }, { deletedAt: at(0) }],
    ['made again in the future', { restoredAt: NEVER }, { restoredAt: at(0) }],
    ['a write in the future', { writtenAt: NEVER }, { writtenAt: 0 }],
  ])('%s', (_what, fields, expected) => {
    expect(limited(fields)).toEqual({ ...role, ...expected });
  });

  it.each<[string, Partial<RecordedRole>]>([
    ['absent in the future', { absentSince: NEVER }],
    ['absent since before it was last written', { absentSince: Date.parse('2020-01-01T00:00:00.000Z') }],
    ['an intent in the future', { intent: { changeId: '', at: NEVER, operation: 'repair' } }],
    ['sessions revoked in the future', { sessionsRevokedBefore: NEVER }],
  ])('%s', (_what, fields) => {
    expect(limited(fields)).toEqual(role);
  });

  it('the word of a person that is given in the future', () => {
    const retiring = { by: 'eve', at: NEVER, reason: '' };
    expect(limitConnection({ ...item, retiring }, now)).toEqual(item);
    const given = { ...item, retiring: { ...retiring, at: at(-1) } };
    expect(limitConnection(given, now)).toEqual(given);
  });

  it.each<[string, Partial<RecordedControls>, Partial<RecordedControls>]>([
    ['a deployment that may write from 2099 on', { bootstrapped: { by: 'eve', at: NEVER } }, {}],
    [
      'a pause for ever',
      { pauses: [pause(at(-60), NEVER)] },
      { pauses: [pause(at(-60), at(7 * 24 * 60 - 60))] },
    ],
    ['a pause that begins in the future', { pauses: [pause(NEVER, NEVER)] }, { pauses: [] }],
    [
      'a breaker that is resumed for ever',
      { breakers: [{ ...breaker, resumed: { by: 'ana', until: NEVER } }] },
      { breakers: [breaker] },
    ],
    ['an approval for ever', { approvals: [approval(at(-10), NEVER)] }, { approvals: [] }],
    ['an approval of the future', { approvals: [approval(NEVER, NEVER)] }, { approvals: [] }],
  ])('%s', (_what, fields, expected) => {
    expect(controls(fields)).toEqual({ ...newControls, ...expected });
  });
});

describe('a subject of a record counts only under a name that discovery has shown', () => {
  const OWN = 'sc://contoso/Shop/aws-prod';

  it.each<[string, string, boolean]>([
    ['the name that it has', OWN, true],
    ['the name that it had', 'sc://contoso/Shop/old', true],
    ['the same under the name that the organization had', 'sc://fabrikam/Shop/aws-prod', true],
    ['another connection of the project', 'sc://contoso/Shop/mine', false],
    ['the same name in another project', 'sc://contoso/Pay/aws-prod', false],
    ['the same name in another case', 'sc://contoso/Shop/AWS-prod', false],
    ['a name that begins with it', 'sc://contoso/Shop/aws-prod/x', false],
    ['no subject of a connection', 'repo:contoso/shop', false],
  ])('%s: %s', (_what, subject, counts) => {
    const until = at(20);
    expect(limited({ formerSubjects: [{ subject, until }] })?.formerSubjects).toHaveLength(Number(counts));
    expect(limited({ subjects: bound(subject) })?.subjects).toHaveLength(Number(counts));
    const earlier = limitConnection({ ...named, earlier: [{ ...role, subjects: bound(subject) }] }, now);
    expect(earlier.earlier[0]?.subjects).toHaveLength(Number(counts));
  });

  it('and the name is kept from the rename on, for as long as a role lets the connection in under it', () => {
    const open = { ...item, role: { ...role, subjects: bound(OWN) } };
    const renamed = underNames(open, names('new'));
    expect(renamed).toEqual({ ...open, references: names('new'), earlierReferences: names('aws-prod') });
    expect(underNames(renamed)).toEqual(renamed);
    expect(limitConnection(renamed, now).role?.subjects).toEqual(bound(OWN));
    const over = { ...renamed, role: { ...role, subjects: bound('sc://contoso/Shop/new') } };
    expect(underNames(over)).not.toHaveProperty('earlierReferences');
    expect(underNames(renamed, names('aws-prod'))).not.toHaveProperty('earlierReferences');
  });
});
