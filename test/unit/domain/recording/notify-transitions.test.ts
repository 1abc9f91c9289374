import { recordFailed } from '../../../../shared/domain/recording/recording.ts';
import { configuration, grant } from '../../../builders/configuration.ts';
import { connection, reference } from '../../../builders/connection.ts';
import { connectionId, roleArn } from '../../../builders/domain-ids.ts';
import { withRole } from '../../../builders/iam-model.ts';
import { rules } from '../../../builders/rules.ts';
import type { SmallWorld } from '../../../builders/small-world.ts';
import {
  after,
  listEvents,
  federated,
  intend,
  runOnce,
  makePlan,
  selectRole,
  showing,
  world,
} from '../../../builders/small-world.ts';

const r1 = roleArn('r1');
const rested = after(60, federated([connection(1)]));
const observing = configuration({ grants: [grant({ mode: 'observe' })] });
const drifted = (seen: SmallWorld, description: string): SmallWorld => ({
  ...seen,
  iam: withRole(seen.iam, { ...selectRole(seen, r1), description }),
});
const schedule = rules();
const notified = (seen: SmallWorld, number = 1) => listEvents(seen, connectionId(number)).slice(1);
/** A few runs over a world in which nothing happens. */
const resting = (seen: SmallWorld) =>
  [1, 2, 3].reduce((past) => runOnce(after(5, past), schedule).world, seen);

describe('what is held', () => {
  it('is told once, with its reason', () => {
    const done = resting({ ...world([connection(1)]), configuration: observing });
    expect(listEvents(done, connectionId(1))).toEqual(['connection.held.v1']);
    expect(done.recorded[0]?.outbox.pending[0]?.data).toMatchObject({ action: { decision: 'mode-observe' } });
    expect(done.recorded[0]?.role).toBeUndefined();
  });

  it('is told as drift when somebody changed IAM, and again when it is another change', () => {
    const first = resting(drifted({ ...rested, configuration: observing }, 'mine'));
    expect(notified(first)).toEqual(['connection.drift-detected.v1']);
    const second = resting(drifted(first, 'theirs'));
    expect(notified(second)).toEqual(['connection.drift-detected.v1', 'connection.drift-detected.v1']);
  });

  it('is told again after it was over', () => {
    const first = resting(drifted({ ...rested, configuration: observing }, 'mine'));
    const over = resting({ ...first, iam: rested.iam });
    expect(notified(over)).toHaveLength(1);
    expect(over.recorded[0]?.notified).toEqual([]);
    expect(notified(resting(drifted(over, 'mine')))).toHaveLength(2);
  });

  it('is not told again when it is let go: drift that was told is only told to be repaired', () => {
    const held = resting(drifted({ ...rested, configuration: observing }, 'mine'));
    const done = runOnce({ ...held, configuration: configuration() }).world;
    expect(notified(done)).toEqual(['connection.drift-detected.v1', 'connection.repaired.v1']);
  });
});

describe('what is missing', () => {
  const gone = resting(showing(rested, []));

  it('is told once', () => {
    expect(notified(gone)).toEqual(['connection.missing.v1']);
  });

  it('is not told again when the organization could not be read in between', () => {
    const unseen = resting({ ...gone, inventories: [] });
    expect(notified(resting(showing(unseen, [])))).toEqual(['connection.missing.v1']);
  });

  it('is told again when it had been there in between', () => {
    const back = resting(showing(gone, [connection(1)]));
    expect(notified(resting(showing(back, [])))).toEqual(['connection.missing.v1', 'connection.missing.v1']);
  });

  it('is not told again when its role had to be fixed', () => {
    const sharing = configuration({ grants: [grant({ shareRole: true })] });
    const second = connection(2, { requestedRoleArn: r1 });
    const both = after(60, federated([connection(1), second], { configuration: sharing }));
    const alone = resting(showing(both, [second]));
    const done = resting(drifted(alone, 'mine'));
    expect(notified(done)).toEqual([
      'connection.missing.v1',
      'connection.drift-detected.v1',
      'connection.repaired.v1',
    ]);
  });
});

describe('a failure', () => {
  const seen = drifted(rested, 'mine');
  const [change] = makePlan(seen).changes;
  const failed = (past: SmallWorld, code: string): SmallWorld => {
    if (change?.target !== 'role') throw new Error('The role drifted.');
    const intended = intend(past, change);
    const error = { code, message: 'No.' };
    return {
      ...intended,
      recorded: intended.recorded.flatMap((item) =>
        change.bindings.map((binding) =>
          recordFailed(
            item,
            change,
            binding,
            { ...error, nature: 'refused' },
            { now: past.now, reminderDays: 7 },
          ),
        ),
      ),
    };
  };

  it('is told once for each reason', () => {
    const twice = failed(failed(seen, 'permission'), 'permission');
    expect(notified(twice)).toEqual(['connection.drift-detected.v1', 'connection.failed.v1']);
    expect(notified(failed(twice, 'throttled')).at(-1)).toBe('connection.failed.v1');
    expect(notified(failed(twice, 'throttled'))).toHaveLength(3);
  });

  it('keeps the intent, for its outcome may be unknown', () => {
    expect(failed(seen, 'timeout').recorded[0]?.role?.intent?.changeId).toBe(change?.id);
  });
});

describe('those who share a role', () => {
  const sharing = configuration({ grants: [grant({ shareRole: true })] });
  const second = connection(2, { requestedRoleArn: r1 });
  const both = after(60, federated([connection(1), second], { configuration: sharing }));

  it('are each told of what happens to them when one of them goes', () => {
    const done = resting(showing(both, [connection(1, { oidc: 'off' }), second]));
    expect(notified(done)).toEqual(['connection.closed.v1']);
    expect(notified(done, 2)).toEqual(['connection.changed.v1']);
  });

  it('are each told when one of them is replaced by an impostor', () => {
    const done = resting(showing(both, [connection(3, { references: [reference(1, 'c1')] }), second]));
    expect(notified(done)).toEqual(['connection.recreated.v1']);
    expect(notified(done, 2)).toEqual(['connection.changed.v1']);
  });

  it('are not told that they are closed when the role is closed to the other alone', () => {
    const unread = showing(both, [connection(3, { references: [reference(1, 'c1')] })]);
    const done = resting(unread);
    expect(notified(done)).toEqual(['connection.recreated.v1']);
    expect(notified(done, 2)).toEqual(expect.not.arrayContaining(['connection.closed.v1']));
  });
});

describe('a takeover', () => {
  it('is no drift: nobody changed IAM', () => {
    const done = resting(showing(rested, [connection(2, { references: [reference(1, 'c1')] })]));
    expect(notified(done)).toEqual(['connection.recreated.v1']);
  });

  it('of a closed role that somebody opens again is', () => {
    const closed = resting(showing(rested, [connection(1, { oidc: 'off' })]));
    const opened = { ...closed, iam: rested.iam };
    expect(notified(resting(opened)).slice(1)).toEqual([
      'connection.drift-detected.v1',
      'connection.closed.v1',
    ]);
  });
});
