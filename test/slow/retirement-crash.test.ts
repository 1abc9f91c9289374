import { AttachRolePolicyCommand, CreateRoleCommand } from '@aws-sdk/client-iam';
import { decide } from '../../shared/application/records/records.ts';
import { reconcile } from '../../shared/application/run/reconcile.ts';
import { recordApproval } from '../../shared/domain/guard/controls-recording.ts';
import type { Ask } from '../../shared/domain/desired/desired-roles.ts';
import { parseAccountId } from '../../shared/domain/kernel/ids.ts';
import { viewIam } from '../builders/iam-view.ts';
import { MOST_PASSES, selectMishaps, runUntilQuiet } from '../builders/mishaps.ts';
import { ANA, BEN } from '../builders/retired-world.ts';
import type { Stage } from '../builders/stage.ts';
import {
  ACCOUNT,
  MINUTE_MS,
  ORGANIZATION,
  required,
  roleArn,
  setStage,
  wholeGrant,
} from '../builders/stage.ts';
import { ADMINISTRATOR } from '../builders/tampering.ts';
import { createTrouble } from '../builders/wire.ts';

const DAY_MS = 24 * 60 * MINUTE_MS;
const CONNECTION = 'Shop/prod';
const nobody = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'sts:AssumeRole' },
  ],
});

const setOidc = (stage: Stage, isOn: boolean) =>
  stage.cloud.azureDevOps.connections.setOidc(ORGANIZATION, stage.id(CONNECTION), isOn);

/** A second person says yes to all that is planned. */
async function approve(stage: Stage): Promise<void> {
  const { snapshot, changes } = await stage.plan();
  const approval = { planId: snapshot.plan.id, changes: changes.map(({ id }) => id), by: BEN };
  await decide(stage.ports.state, (controls) => recordApproval(controls, approval, stage.clock.now()));
}

const ask = (stage: Stage, asks: Ask, role: string) =>
  reconcile(
    stage.ports,
    stage.configuration(),
    { trigger: 'person', actor: ANA },
    { scope: { account: required(parseAccountId(ACCOUNT), 'account'), roles: [role], asks } },
  );

/** Its role was open, is closed, has waited, and somebody has said yes to its end. */
async function closeLongAgo(stage: Stage): Promise<void> {
  setOidc(stage, true);
  await approve(stage);
  await stage.runOnce();
  stage.clock.advance(15 * MINUTE_MS);
  setOidc(stage, false);
  await stage.runOnce();
  stage.clock.advance(31 * DAY_MS);
  await approve(stage);
}

/** A role that somebody has made by hand, and a connection that names it instead of the one that it had. */
async function makeByHand(stage: Stage, role: string): Promise<void> {
  const { console, cloud, clock } = stage;
  const made = { RoleName: role, Path: '/azure-devops/', AssumeRolePolicyDocument: nobody };
  await console.send(new CreateRoleCommand(made));
  await console.send(new AttachRolePolicyCommand({ RoleName: role, PolicyArn: ADMINISTRATOR }));
  cloud.azureDevOps.connections.setRoleArn(ORGANIZATION, stage.id(CONNECTION), roleArn(role));
  await stage.runOnce();
  clock.advance(15 * MINUTE_MS);
}

interface Story {
  readonly what: string;
  readonly begin: (stage: Stage, turn: number) => Promise<void>;
  readonly act: (stage: Stage, turn: number) => Promise<unknown>;
  readonly event: string;
  readonly role: (turn: number) => string;
}

const stories: readonly Story[] = [
  {
    what: 'a deletion',
    begin: closeLongAgo,
    act: (stage) => stage.runOnce(),
    event: 'connection.role-deleted.v1',
    role: () => 'prod',
  },
  {
    what: 'a restoration',
    begin: async (stage) => {
      await closeLongAgo(stage);
      await stage.runOnce();
      stage.clock.advance(15 * MINUTE_MS);
    },
    act: (stage) => ask(stage, 'restore', 'prod'),
    event: 'connection.role-restored.v1',
    role: () => 'prod',
  },
  {
    what: 'an adoption',
    begin: (stage, turn) => makeByHand(stage, `by-hand-${turn}`),
    act: (stage, turn) => ask(stage, 'adopt', `by-hand-${turn}`),
    event: 'connection.adopted.v1',
    role: (turn) => `by-hand-${turn}`,
  },
];

describe.each(stories)('$what', ({ begin, act, event, role }) => {
  const trouble = createTrouble();
  let stage: Stage;
  let turn = 0;
  /** Seen after any write: somebody let in who is revoked, or before the role is whole. */
  const openTooEarly: string[] = [];
  let isWatching = false;

  beforeAll(async () => {
    const grants = [{ ...wholeGrant, retire: 'delete' }];
    stage = await setStage({ connections: { [CONNECTION]: 'prod' }, grants, trouble });
    await stage.runOnce();
    stage.cloud.aws.onChange(() => {
      if (isWatching) openTooEarly.push(...openedTooEarly(stage, role(turn)));
    });
  });
  afterAll(() => stage.close());

  /** Told once is one id: a delivery whose answer was lost is sent again. */
  const notified = () =>
    new Set(stage.cloud.receiver.received.flatMap(({ type, id }) => (type === event ? [id] : []))).size;
  const roleNow = async () => (await viewIam(stage.console)).roles[role(turn)] ?? 'gone';
  /** Looks at every write of the act, and at what follows it. */
  const watched = async (work: () => Promise<unknown>) => {
    isWatching = true;
    await work();
    isWatching = false;
  };

  it('comes to the same end whichever request goes wrong, by later runs or by asking again', async () => {
    await begin(stage, turn);
    const before = trouble.requests;
    await watched(() => act(stage, turn));
    const length = trouble.requests - before;
    expect(length).toBeGreaterThan(15);
    const golden = await roleNow();
    await runUntilQuiet(stage);
    for (let request = 1; request <= length; request++) {
      for (const mishap of selectMishaps(request, 7)) {
        turn += 1;
        await begin(stage, turn);
        const receivedBefore = notified();
        trouble.plan(request, mishap);
        let runs = 0;
        await watched(async () => {
          await act(stage, turn).catch(() => undefined);
          trouble.fix();
          runs = await runUntilQuiet(stage);
          await act(stage, turn);
          await runUntilQuiet(stage);
        });
        const end = {
          role: await roleNow(),
          notified: notified() - receivedBefore,
          openTooEarly,
          request,
          mishap,
        };
        expect(end).toEqual({ role: golden, notified: 1, openTooEarly: [], request, mishap });
        expect(runs).toBeLessThanOrEqual(MOST_PASSES);
      }
    }
  });
});

/** The trust of the role names a connection, and its boundary is missing or it has more than its grant gives. */
function openedTooEarly({ cloud }: Stage, name: string): readonly string[] {
  return cloud.aws
    .snapshot()
    .accounts.flatMap(({ roles }) => roles)
    .filter((one) => one.name === name && one.trust.includes('sc://'))
    .filter(
      ({ boundary, attached }) =>
        !name.startsWith('by-hand') || !boundary || attached.includes(ADMINISTRATOR),
    )
    .map((one) => one.name);
}
