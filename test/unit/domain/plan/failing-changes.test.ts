import { everybodySeen } from '../../../builders/recorded-items.ts';
import type { Change, RoleChange } from '../../../../shared/domain/plan/change.ts';
import {
  ConflictError,
  InvariantError,
  PermissionError,
  TransientError,
  UpstreamError,
  explainFailure,
} from '../../../../shared/domain/kernel/errors.ts';
import type { ExplainedFailure } from '../../../../shared/domain/kernel/errors.ts';
import { formatInstant } from '../../../../shared/domain/kernel/durations.ts';
import { recordApplied, recordFailed, recordIntent } from '../../../../shared/domain/recording/recording.ts';
import {
  recordProviderDone,
  recordProviderFailed,
  recordProviderIntent,
} from '../../../../shared/domain/recording/provider-recording.ts';
import type { RecordedConnection } from '../../../../shared/domain/records/connection-record.ts';
import { addNextAttempts } from '../../../../shared/domain/plan/failing-changes.ts';
import { limitConnection } from '../../../../shared/domain/records/stored-limits.ts';
import { notifyTransitions } from '../../../../shared/domain/recording/notify-transitions.ts';
import { connection } from '../../../builders/connection.ts';
import { withRole } from '../../../builders/iam-model.ts';
import type { SmallWorld } from '../../../builders/small-world.ts';
import { after, federated, makePlan, selectRole, world } from '../../../builders/small-world.ts';
import { roleArn } from '../../../builders/domain-ids.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const rested = after(60, federated([connection(1)]));
const drifted = (description: string): SmallWorld => ({
  ...rested,
  iam: withRole(rested.iam, { ...selectRole(rested, roleArn('r1')), description }),
});
const only = <Target extends Change['target']>(seen: SmallWorld, target: Target) => {
  const found = makePlan(seen).changes.find((change) => change.target === target);
  if (found?.target !== target) throw new Error(`A change of a ${target} is planned.`);
  return found as Extract<Change, { target: Target }>;
};
const getBinding = ({ bindings }: RoleChange) => {
  const [binding] = bindings;
  if (!binding) throw new Error('Somebody is bound to it.');
  return binding;
};
const no: ExplainedFailure = {
  nature: 'refused',
  code: 'permission',
  awsCode: 'AccessDenied',
  message: 'No.',
};
const at = (day: number) => rested.now + day * DAY_MS;

const repair = only(drifted('mine'), 'role');
const creation = only(world([connection(2)]), 'role');
const blank = (change: RoleChange): RecordedConnection => {
  const { organization, connectionId, references } = getBinding(change);
  const outbox = { pending: [], nextSequence: 1 };
  const record = { version: 0, earlier: [], notified: [], outbox } as const;
  return { kind: 'connection', organizationId: organization.id, connectionId, references, ...record };
};
const fail = (item: RecordedConnection, day: number, failure = no, change = repair, reminderDays = 7) =>
  recordFailed(item, change, getBinding(change), failure, { now: at(day), reminderDays });
const events = ({ outbox }: Pick<RecordedConnection, 'outbox'>) =>
  outbox.pending.map(({ type, data }) => [type, data['reminder']]);

describe('a change that keeps failing', () => {
  const twice = fail(fail(blank(repair), 0), 3);

  it('is recorded with its first and last time, how often, and the text and code of AWS', () => {
    expect(twice.failing).toEqual([
      {
        arn: repair.roleArn,
        changeId: repair.id,
        kind: 'repair',
        since: at(0),
        lastAt: at(3),
        times: 2,
        nextAttemptAt: at(3) + 30 * MINUTE_MS,
        ...no,
        toldAt: at(0),
        reminders: 0,
      },
    ]);
  });

  it('counts on when another change of the same role fails, and takes the latest text', () => {
    const another = only(drifted('yours'), 'role');
    const throttled = { nature: 'transient', code: 'throttled', message: 'Rate exceeded' } as const;
    expect(fail(twice, 4, throttled, another).failing).toEqual(
      [
        {
          ...twice.failing?.[0],
          ...throttled,
          changeId: another.id,
          times: 3,
          lastAt: at(4),
          toldAt: at(4),
        },
      ].map(({ awsCode: _, nextAttemptAt: __, ...one }) => one),
    );
  });

  it('is over when the change was done', () => {
    const applied = { steps: [], isWideningHeld: false, roleId: selectRole(rested, repair.roleArn).id };
    expect(recordApplied(twice, repair, getBinding(repair), applied, at(4))).not.toHaveProperty('failing');
  });

  it.each<[string, Parameters<typeof notifyTransitions>[1]['findings'], boolean]>([
    ['is over when nothing of the role is to be done', [], false],
    [
      'stays while not everything was read',
      [{ code: 'read.incomplete', severity: 'high', message: 'Not read.', evidence: {} }],
      true,
    ],
  ])('%s', (_title, findings, stays) => {
    const report = {
      changes: [],
      absences: [],
      presence: everybodySeen,
      findings,
      reminderDays: 7,
      isOnboarding: false,
    };
    const [notified = twice] = notifyTransitions([twice], report, at(4));
    expect(notified.failing !== undefined).toBe(stays);
  });

  it('keeps a bounded text without control characters', () => {
    const hostile = fail(blank(repair), 0, { ...no, message: `\u001b[31m${'é'.repeat(2_000)}` });
    const message = hostile.failing?.[0]?.message ?? '';
    expect(message).toMatch(/^\\u\{1b\}\[31mé+…$/);
    expect(Array.from(message)).toHaveLength(500);
  });

  it('counts for nothing with times that azfed cannot have written', () => {
    const forged = { ...twice, failing: twice.failing?.map((one) => ({ ...one, toldAt: at(900) })) ?? [] };
    expect(limitConnection(forged, at(4)).failing).toEqual([]);
  });
});

describe('the wait of a change that AWS refuses', () => {
  /** Minutes until the next attempt, after each of so many failures, each made as soon as it may be. */
  const waits = (count: number, failure = no) => {
    let [item, now] = [blank(creation), at(0)];
    return Array.from({ length: count }, () => {
      item = recordFailed(item, creation, getBinding(creation), failure, { now, reminderDays: 7 });
      const next = item.failing?.[0]?.nextAttemptAt;
      const wait = next === undefined ? 0 : (next - now) / MINUTE_MS;
      now += Math.max(wait, 15) * MINUTE_MS;
      return wait;
    });
  };

  it('begins with its second failure and doubles up to six hours', () => {
    expect(waits(8)).toEqual([0, 30, 60, 120, 240, 360, 360, 360]);
    expect(waits(3, { nature: 'rejected', code: 'quota', message: 'Full.' })).toEqual([0, 30, 60]);
  });

  it.each(['transient', 'conflict', 'defect'] as const)('is none of a failure that is %s', (nature) => {
    expect(waits(4, { nature, code: 'other', message: 'No.' })).toEqual([0, 0, 0, 0]);
  });

  it('begins anew with another change of the same role', () => {
    const another = only(drifted('yours'), 'role');
    const changed = fail(fail(fail(blank(repair), 0), 1), 2, no, another);
    expect(changed.failing?.[0]).not.toHaveProperty('nextAttemptAt');
  });

  it('counts for nothing where it is longer than azfed ever waits', () => {
    const known = fail(fail(blank(creation), 0, no, creation), 1, no, creation);
    const readNextAttempt = (item: RecordedConnection) =>
      addNextAttempts([creation], [item], [])[0]?.nextAttemptAt;
    expect(readNextAttempt(known)).toBe(known.failing?.[0]?.nextAttemptAt);
    const forged = known.failing?.map((one) => ({ ...one, nextAttemptAt: at(2) })) ?? [];
    expect(readNextAttempt({ ...known, failing: forged })).toBeUndefined();
  });
});

describe('a creation that keeps failing', () => {
  const daily = (days: number, reminderDays = 7) => {
    let item = blank(creation);
    for (let day = 0; day <= days; day++) item = fail(item, day, no, creation, reminderDays);
    return item;
  };

  it.each<[number, number, readonly unknown[]]>([
    [6, 7, [undefined]],
    [7, 7, [undefined, 1]],
    [15, 7, [undefined, 1, 2]],
    [30, 0, [undefined]],
  ])(
    'after %d days with reminders every %d days was told with these numbers',
    (days, reminderDays, expected) => {
      expect(events(daily(days, reminderDays))).toEqual(expected.map((one) => ['connection.failed.v1', one]));
    },
  );

  it('reminds with since when, how often and the text of AWS', () => {
    expect(daily(7).outbox.pending.at(-1)?.data).toMatchObject({
      error: { code: 'permission', message: 'No.' },
      failing: {
        kind: 'create',
        since: formatInstant(at(0)),
        lastAt: formatInstant(at(7)),
        times: 8,
        awsCode: 'AccessDenied',
      },
    });
  });

  it('is not told as done', () => {
    const intended = recordIntent(blank(repair), repair, getBinding(repair), at(0));
    const { data } = fail(intended, 0).outbox.pending.at(-1) ?? {};
    expect(data?.['reason']).toBe(repair.occasion);
  });
});

describe('a provider that keeps failing', () => {
  const creating = only({ ...rested, iam: { ...rested.iam, providers: new Map() } }, 'provider');
  const failed = (day: number, item = recordProviderIntent(undefined, creating, at(0))) =>
    recordProviderFailed(item, creating, no, { now: at(day), reminderDays: 7 });

  it('is recorded, reminded of, and over when it was made', () => {
    const late = failed(8, failed(1, failed(0)));
    expect(late.failing).toMatchObject([{ arn: creating.providerArn, times: 3, since: at(0), reminders: 1 }]);
    expect(events(late)).toEqual([
      ['provider.failed.v1', undefined],
      ['provider.failed.v1', 1],
    ]);
    expect(recordProviderDone(late, ['api://AzureADTokenExchange'], at(9))).not.toHaveProperty('failing');
  });
});

describe('the nature of a failure', () => {
  const answer = Object.assign(new Error('User is not authorized'), { name: 'AccessDenied' });
  const options = { cause: answer };
  const denied = new PermissionError('iam:PutRolePolicy', 'No.', options);

  it.each<[string, unknown, Partial<ExplainedFailure>]>([
    ['a refusal', denied, { nature: 'refused', awsCode: 'AccessDenied', code: 'permission' }],
    ['a throttled call', new TransientError('throttled', 'Slow down.'), { nature: 'transient' }],
    ['a quota', new UpstreamError('quota', 'Full.'), { nature: 'rejected' }],
    ['a role that moved', new ConflictError('moved', 'Other.'), { nature: 'conflict' }],
    ['a bug', new InvariantError('lost', 'Ours.'), { nature: 'defect' }],
    ['no error of azfed', new TypeError('Ours.'), { nature: 'defect', code: 'unexpected' }],
    [
      'several refusals',
      new UpstreamError('permission', 'No. No.', { cause: denied }),
      { nature: 'refused', awsCode: 'AccessDenied', message: 'No. No.' },
    ],
  ])('of %s', (_title, error, expected) => {
    expect(explainFailure(error)).toMatchObject(expected);
  });
});
