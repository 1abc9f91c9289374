import { limitConnection, limitControls } from '../../../shared/domain/stored-limits.ts';
import type { RecordedControls } from '../../../shared/domain/recorded-controls.ts';
import { newControls } from '../../../shared/domain/recorded-controls.ts';
import type { RecordedRole } from '../../../shared/domain/recorded.ts';
import { recordedConnection, shopRole } from '../../builders/recorded-items.ts';

const now = Date.parse('2026-11-22T10:00:00.000Z');
const at = (minutes: number) => new Date(now + minutes * 60_000).toISOString();
const NEVER = '2099-01-01T00:00:00.000Z';
const role: RecordedRole = { ...shopRole, writtenAt: at(-60) };
const limited = (fields: Partial<RecordedRole>) =>
  limitConnection(recordedConnection({ role: { ...role, ...fields } }), now).role;
const controls = (fields: Partial<RecordedControls>) => limitControls({ ...newControls, ...fields }, now);
const former = (until: string) => [{ subject: 'sc://contoso/Shop/old', until }];
const pause = (from: string, until: string) => ({
  scope: { of: 'everything' } as const,
  at: from,
  until,
  reason: '',
  by: '',
});
const breaker = { scope: { of: 'drift', account: shopRole.account } as const, at: at(-60) };
const approval = (from: string, until: string) => ({ planId: '', changes: [], by: '', at: from, until });

describe('what azfed itself could have written is kept', () => {
  it('of a record', () => {
    const fields = {
      formerSubjects: former(at(29)),
      repairs: [at(-3), at(-2)],
      absentSince: at(-1),
      sessionsRevokedBefore: at(-1),
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
  it.each<[string, Partial<RecordedRole>, Partial<RecordedRole>]>([
    ['a former subject until 2099', { formerSubjects: former(NEVER) }, { formerSubjects: [] }],
    ['a former subject for a day', { formerSubjects: former(at(24 * 60)) }, { formerSubjects: [] }],
    ['repairs in the future', { repairs: [at(-1), NEVER] }, { repairs: [at(-1)] }],
    [
      'more repairs than are counted',
      { repairs: [1, 2, 3, 4, 5, 6].map((n) => at(n - 10)) },
      { repairs: [2, 3, 4, 5, 6].map((n) => at(n - 10)) },
    ],
    ['a write in the future', { writtenAt: NEVER }, { writtenAt: '1970-01-01T00:00:00.000Z' }],
  ])('%s', (_what, fields, expected) => {
    expect(limited(fields)).toEqual({ ...role, ...expected });
  });

  it.each<[string, Partial<RecordedRole>]>([
    ['absent in the future', { absentSince: NEVER }],
    ['sessions revoked in the future', { sessionsRevokedBefore: NEVER }],
  ])('%s', (_what, fields) => {
    expect(limited(fields)).toEqual(role);
  });

  it.each<[string, Partial<RecordedControls>, Partial<RecordedControls>]>([
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
