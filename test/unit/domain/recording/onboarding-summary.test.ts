import type { BlockedReason } from '../../../../shared/domain/records/blocked-reason.ts';
import { recordBootstrap } from '../../../../shared/domain/guard/controls-recording.ts';
import { finding } from '../../../../shared/domain/findings/finding.ts';
import {
  onboardings,
  isNotifiedTogether,
  recordOnboarding,
} from '../../../../shared/domain/recording/onboarding-summary.ts';
import { guard } from '../../../../shared/domain/guard/guard.ts';
import type { RunScope } from '../../../../shared/domain/desired/scope.ts';
import type { RecordedControls } from '../../../../shared/domain/records/deployment-record.ts';
import { newControls } from '../../../../shared/domain/records/deployment-record.ts';
import { configuration, grant } from '../../../builders/configuration.ts';
import { connection } from '../../../builders/connection.ts';
import { ACCOUNT, connectionId, roleArn } from '../../../builders/domain-ids.ts';
import { withRole } from '../../../builders/iam-model.ts';
import { bootstrapped, rules } from '../../../builders/rules.ts';
import type { SmallWorld } from '../../../builders/small-world.ts';
import {
  START,
  after,
  listEvents,
  federated,
  runOnce,
  makePlan,
  selectRole,
  showing,
  world,
} from '../../../builders/small-world.ts';

const three = [connection(1), connection(2), connection(3)];
const fresh = world(three);
const before = rules({ controls: newControls });

/** What a pass over this world tells of the deployment. */
function observe(
  seen: SmallWorld,
  {
    controls = newControls,
    trigger = 'schedule',
    scope,
    isPartial = false,
  }: {
    readonly controls?: RecordedControls;
    readonly trigger?: 'schedule' | 'person';
    readonly scope?: RunScope;
    readonly isPartial?: boolean;
  } = {},
): RecordedControls {
  const planned = makePlan(seen);
  const initiator = { trigger };
  const { changes } = guard(planned, rules({ controls, initiator }));
  const found = { initiator, controls, scope, changes, findings: planned.findings, isPartial };
  return onboardings(found, [ACCOUNT]).reduce((known, one) => recordOnboarding(known, one, START), controls);
}
const listData = ({ outbox }: RecordedControls) =>
  outbox.pending.map(({ type, data }) => ({ type, ...data }));

describe('a first look', () => {
  it('tells once what an automatic run would do in an account', () => {
    const notified = observe(fresh);
    expect(listData(notified)).toEqual([
      {
        type: 'deployment.first-look.v1',
        aws: { account: ACCOUNT },
        changes: { create: 4, repair: 0, adopt: 0, close: 0, delete: 0 },
        heldByMode: 0,
        connections: 3,
        findings: { critical: 0, high: 0, medium: 0, low: 0, info: 1 },
        isPartial: false,
        reason:
          'Waiting: 4 changes for 3 connections (create 4). Nothing is written until a person says so: azfed plan shows what it is, azfed bootstrap lets it go on.',
      },
    ]);
    expect(observe(fresh, { controls: notified })).toBe(notified);
  });

  it('tells of no connection on its own, and what is not done at once is not told later either', () => {
    const seen = runOnce(fresh, before).world;
    for (const { id } of three) expect(listEvents(seen, id)).toEqual([]);
    expect(seen.recorded.map(({ notified }) => notified.length)).toEqual([1, 1, 1]);
    const limits = { ...configuration().limits, changesPerPass: 2 };
    const one = runOnce(after(5, seen), rules({ limits })).world;
    expect(three.flatMap(({ id }) => listEvents(one, id))).toEqual(['connection.federated.v1']);
  });

  it('says how much of it would wait for the mode of its grant all the same', () => {
    const observing = { ...fresh, configuration: configuration({ grants: [grant({ mode: 'observe' })] }) };
    expect(listData(observe(observing))).toMatchObject([{ heldByMode: 4, connections: 3 }]);
    expect(listEvents(runOnce(observing, before).world, connectionId(1))).toEqual([]);
    expect(listEvents(runOnce(observing, rules()).world, connectionId(1))).toEqual(['connection.held.v1']);
  });

  it('counts findings by severity, and says when something could not be read', () => {
    const findings = [
      finding('role.not-owned', 'It is there already.', { roleArn: roleArn('r9') }),
      finding('read.incomplete', 'An organization could not be read.'),
      finding('role.not-owned', 'In another account.', {
        roleArn: `arn:aws:iam::999999999999:role/azure-devops/r9` as ReturnType<typeof roleArn>,
      }),
    ];
    const { changes } = guard(makePlan(fresh), before);
    const seen = { initiator: before.initiator, controls: newControls, changes, findings, isPartial: true };
    const [notified] = onboardings(seen, [ACCOUNT]).map(
      (one) => listData(recordOnboarding(newControls, one, START))[0],
    );
    const counted: Record<string, number> = { critical: 0, high: 0, medium: 0, low: 0, info: 0 };
    for (const { severity } of findings.slice(0, 2)) counted[severity] = (counted[severity] ?? 0) + 1;
    const reason = expect.stringMatching(/Not everything could be read: there may be more\.$/) as string;
    expect(notified).toMatchObject({ isPartial: true, findings: counted, reason });
  });

  it.each<[string, Parameters<typeof observe>]>([
    ['where nothing waits', [world([])]],
    ['of a person who applies', [fresh, { trigger: 'person' }]],
    ['of a deployment that may write', [fresh, { controls: bootstrapped }]],
    ['at a few roles alone', [fresh, { scope: { account: ACCOUNT, roles: ['r1'] } }]],
  ])('is none %s', (_what, [seen, options]) => {
    const controls = options?.controls ?? newControls;
    expect(observe(seen, options)).toBe(controls);
  });

  it('at a whole account is one', () => {
    expect(listData(observe(fresh, { scope: { account: ACCOUNT } }))).toHaveLength(1);
  });

  it('is not remembered any more when a person lets the deployment write', () => {
    const done = recordBootstrap(observe(fresh), 'ana', START);
    expect(done).not.toHaveProperty('firstLooks');
    expect(listData(done).map(({ type }) => type)).toEqual([
      'deployment.first-look.v1',
      'deployment.bootstrapped.v1',
    ]);
  });
});

describe('before a person has let the deployment write', () => {
  const rested = after(60, federated(three));
  const r1 = roleArn('r1');

  it('drift is told as drift, and is no part of what waits', () => {
    const drifted = {
      ...rested,
      iam: withRole(rested.iam, { ...selectRole(rested, r1), description: 'mine' }),
    };
    expect(listEvents(runOnce(drifted, before).world, connectionId(1)).at(-1)).toBe(
      'connection.drift-detected.v1',
    );
    expect(observe(drifted)).toBe(newControls);
  });

  it.each<[BlockedReason, boolean]>([
    ['not-bootstrapped', true],
    ['mode-observe', true],
    ['mode-repair', true],
    ['paused', true],
    ['approval', false],
    ['second-look', false],
    ['breaker-absence', false],
  ])('what is held for the reason %s is told together: %s', (blockedBy, isTogether) => {
    const all = guard(makePlan(fresh), before).changes.map((change) => ({
      ...change,
      decision: 'held' as const,
      blockedBy,
    }));
    expect(all.map(isNotifiedTogether)).toEqual(all.map(() => isTogether));
    expect(all).toHaveLength(4);
  });

  it('a connection that is missing is told to be', () => {
    const notified = runOnce(showing(rested, three.slice(1)), before).world;
    expect(listEvents(notified, connectionId(1)).at(-1)).toBe('connection.missing.v1');
  });
});
