import {
  pauseProblems,
  recordApproval,
  recordBootstrap,
  recordConfiguration,
  recordPause,
  recordResume,
  recordTrips,
} from '../../../../shared/domain/guard/controls-recording.ts';
import { breakerState } from '../../../../shared/domain/guard/controls.ts';
import { ConfigError } from '../../../../shared/domain/kernel/errors.ts';
import { formatInstant } from '../../../../shared/domain/kernel/durations.ts';
import { parseAccountId } from '../../../../shared/domain/kernel/ids.ts';
import type {
  BreakerScope,
  Pause,
  PauseScope,
  RecordedControls,
} from '../../../../shared/domain/records/deployment-record.ts';
import { newControls } from '../../../../shared/domain/records/deployment-record.ts';
import { ACCOUNT, connectionId, organizationId } from '../../../builders/domain-ids.ts';
import { START } from '../../../builders/small-world.ts';

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;
const at = (milliseconds: number) => START + milliseconds;
const ana = 'arn:aws:iam::999999999999:user/ana';
const elsewhere = parseAccountId('999999999999') ?? ACCOUNT;

const everything: PauseScope = { of: 'everything' };
const account: PauseScope = { of: 'account', id: ACCOUNT };
const drift: BreakerScope = { of: 'drift', account: ACCOUNT };
const absence: BreakerScope = { of: 'absence', organization: organizationId(1) };

const pause = (scope: PauseScope, fields: Partial<Pause> = {}): Pause => ({
  scope,
  until: at(HOUR),
  reason: 'audit',
  by: ana,
  at: at(0),
  ...fields,
});
const notified = ({ outbox }: RecordedControls) => outbox.pending.map(({ type, data }) => ({ type, data }));

describe('the first yes', () => {
  it('is recorded and told once, and the first one counts', () => {
    const first = recordBootstrap(newControls, ana, START);
    expect(first.bootstrapped).toEqual({ by: ana, at: at(0) });
    expect(notified(first)).toEqual([{ type: 'deployment.bootstrapped.v1', data: { by: ana } }]);
    expect(recordBootstrap(first, 'another', START + HOUR)).toBe(first);
    const forged = { ...first, bootstrapped: { by: 'eve', at: Date.parse('2099-01-01T00:00:00.000Z') } };
    expect(recordBootstrap(forged, ana, START).bootstrapped?.by).toBe(ana);
  });
});

describe('a pause', () => {
  it('is recorded beside others and told with who, why and until when', () => {
    const paused = recordPause(recordPause(newControls, pause(everything), START), pause(account), START);
    expect(paused.pauses).toEqual([pause(everything), pause(account)]);
    expect(notified(paused)[1]).toEqual({
      type: 'deployment.suspended.v1',
      data: { scope: `account ${ACCOUNT}`, by: ana, until: formatInstant(at(HOUR)), reason: 'audit' },
    });
  });

  it('takes the place of one of its scope', () => {
    const longer = pause(account, { until: at(2 * HOUR), reason: 'still' });
    const paused = recordPause(recordPause(newControls, pause(account), START), longer, START);
    expect(paused.pauses).toEqual([longer]);
  });

  it('leaves behind what has ended', () => {
    const later = pause(account, { until: at(3 * HOUR) });
    expect(
      recordPause(recordPause(newControls, pause(everything), START), later, START + HOUR).pauses,
    ).toEqual([later]);
  });

  it.each<[string, Partial<Pause>, readonly string[]]>([
    ['of a millisecond', { until: at(1) }, []],
    ['of seven days', { until: at(7 * DAY) }, []],
    ['of more than seven days', { until: at(7 * DAY + 1) }, ['until']],
    ['that has ended', { until: at(0) }, ['until']],
    ['without an end', { until: NaN }, ['until']],
    ['without a reason', { reason: ' \t' }, ['reason']],
    ['with a reason of 500 characters', { reason: 'x'.repeat(500) }, []],
    ['with a novel', { reason: 'x'.repeat(501) }, ['reason']],
    ['with nothing right', { until: NaN, reason: '' }, ['until', 'reason']],
  ])('%s is recorded, or refused with everything that is wrong', (_what, fields, wrong) => {
    const wanted = pause(account, fields);
    expect(pauseProblems(wanted, START).map(({ where }) => where)).toEqual(wrong);
    const record = () => recordPause(newControls, wanted, START);
    if (wrong.length > 0) expect(record).toThrow(ConfigError);
    else expect(record().pauses).toEqual([wanted]);
  });
});

describe('a breaker', () => {
  const tripped = recordTrips(newControls, [drift, absence], START);

  it('is recorded and told once for each scope', () => {
    expect(tripped.breakers).toEqual([
      { scope: drift, at: at(0) },
      { scope: absence, at: at(0) },
    ]);
    expect(notified(tripped).map(({ type }) => type)).toEqual([
      'deployment.breaker-tripped.v1',
      'deployment.breaker-tripped.v1',
    ]);
    expect(recordTrips(tripped, [drift], START + HOUR)).toBe(tripped);
    expect(recordTrips(tripped, [], START)).toBe(tripped);
  });

  it('that was resumed trips and is told again', () => {
    const resumed = recordResume(tripped, account, ana, START);
    const again = recordTrips(resumed, [drift], START + HOUR);
    expect(breakerState(again, drift, START + HOUR)).toBe('tripped');
    expect(notified(again)).toHaveLength(4);
  });

  it.each<[PauseScope, readonly BreakerScope[]]>([
    [everything, [drift, absence]],
    [account, [drift]],
    [{ of: 'account', id: elsewhere }, []],
    [{ of: 'organization', id: organizationId(1) }, [absence]],
    [{ of: 'organization', id: organizationId(2) }, []],
    [{ of: 'grant', name: 'all' }, []],
    [{ of: 'connection', id: connectionId(1) }, []],
  ])('is resumed, or not, with %p', (scope, expected) => {
    const resumed = recordResume(tripped, scope, ana, START + HOUR);
    const allowed = [drift, absence].filter((one) => breakerState(resumed, one, START + HOUR) === 'allowed');
    expect(allowed).toEqual(expected);
    expect(resumed === tripped).toBe(expected.length === 0);
  });
});

describe('a resume', () => {
  const paused = recordPause(recordPause(newControls, pause(everything), START), pause(account), START);

  it('ends the pause of its own scope, and says who did it', () => {
    const resumed = recordResume(paused, everything, ana, START);
    expect(resumed.pauses).toEqual([pause(account)]);
    expect(notified(resumed).at(-1)).toEqual({
      type: 'deployment.resumed.v1',
      data: { scope: 'everything', by: ana, breakers: [] },
    });
  });

  it('of what is not paused changes nothing and tells nothing', () => {
    expect(recordResume(paused, { of: 'grant', name: 'all' }, ana, START)).toBe(paused);
    expect(recordResume(paused, everything, ana, START + HOUR)).toBe(paused);
  });
});

describe('the configuration in force', () => {
  const deployed = { version: 0, sha256: 'a' };
  const published = { by: ana, at: formatInstant(START) };
  const first = { version: 1, sha256: 'b', published };
  const refused = { version: 2, reason: 'It is cut short.' };

  it('is no news while it is the deployed one', () => {
    expect(recordConfiguration(newControls, deployed, START)).toBe(newControls);
  });

  it('is notified once for each version, with its publisher', () => {
    const recorded = recordConfiguration(newControls, first, START);
    expect(notified(recorded)).toEqual([
      {
        type: 'deployment.configuration-changed.v1',
        data: { version: 1, sha256: 'b', before: 0, ...published },
      },
    ]);
    expect(recordConfiguration(recorded, first, START)).toBe(recorded);
  });

  it('is notified once where the newest version cannot be used, and again for a later one', () => {
    const recorded = recordConfiguration(newControls, { ...first, refused }, START);
    expect(notified(recorded).map(({ type }) => type)).toEqual([
      'deployment.configuration-changed.v1',
      'deployment.configuration-refused.v1',
    ]);
    expect(recordConfiguration(recorded, { ...first, refused }, START)).toBe(recorded);
    const later = { ...first, refused: { ...refused, version: 3 } };
    expect(notified(recordConfiguration(recorded, later, START))).toHaveLength(3);
    const well = recordConfiguration(recorded, { version: 3, sha256: 'c', published }, START);
    expect(well.configuration).toEqual({ version: 3, sha256: 'c' });
  });

  it('is not taken back by a function that looked earlier', () => {
    const recorded = recordConfiguration(newControls, { version: 2, sha256: 'c', published }, START);
    expect(recordConfiguration(recorded, first, START)).toBe(recorded);
  });
});

describe('an approval', () => {
  it('lasts an hour, is told, and leaves behind those that have ended', () => {
    const given = { planId: 'plan-1', changes: ['a', 'b'], by: ana };
    const first = recordApproval(newControls, given, START);
    expect(first.approvals).toEqual([{ ...given, at: at(0), until: at(HOUR) }]);
    expect(notified(first)).toEqual([{ type: 'deployment.approved.v1', data: given }]);
    expect(recordApproval(first, given, START + HOUR - 1).approvals).toHaveLength(2);
    expect(recordApproval(first, given, START + HOUR).approvals).toHaveLength(1);
  });
});
