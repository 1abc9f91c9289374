import { joinRoleArn } from '../../shared/domain/kernel/arn.ts';
import { decide } from '../../shared/application/records/records.ts';
import { reconcile } from '../../shared/application/run/reconcile.ts';
import { recordBootstrap } from '../../shared/domain/guard/controls-recording.ts';
import { parseAccountId } from '../../shared/domain/kernel/ids.ts';
import { deliver } from '../../shared/application/delivery/deliver.ts';
import type { Stage } from '../builders/stage.ts';
import { ACCOUNT, MINUTE_MS, required, setStage, wholeGrant } from '../builders/stage.ts';
import { ADMINISTRATOR, createTampering } from '../builders/tampering.ts';

const connections = { 'Shop/a': 'role-a', 'Shop/b': 'role-b', 'Pay/c': 'role-c', 'Pay/d': 'role-d' };
const OTHER = '210987654321';
const ONBOARDING = 'deployment.first-look.v1';

let stage: Stage;
beforeEach(async () => {
  stage = await setStage({ connections });
});
afterEach(() => stage.close());

const types = () => stage.cloud.receiver.received.map(({ type }) => type);
const runAutomatically = () => stage.runOnce({ isBootstrapped: false });
const bootstrap = () =>
  decide(stage.ports.state, (controls) => recordBootstrap(controls, 'ana', stage.clock.now()));
const account = (id = ACCOUNT) => required(parseAccountId(id), 'account');
interface Notified {
  readonly data: Readonly<Record<string, unknown>>;
}
const looks = () =>
  stage.cloud.receiver.received
    .filter(({ type }) => type === ONBOARDING)
    .map(({ body }) => (JSON.parse(body) as Notified).data);

describe('the first automatic runs of a deployment', () => {
  it('tell once what waits, and not of each connection; they write nothing more', async () => {
    await runAutomatically();
    expect(types()).toEqual([ONBOARDING]);
    expect(looks()).toMatchObject([
      { aws: { account: ACCOUNT }, changes: { create: 5 }, connections: 4, isPartial: false },
    ]);
    for (let count = 0; count < 3; count++) {
      stage.clock.advance(15 * MINUTE_MS);
      expect((await runAutomatically()).writes).toEqual({ iam: [], table: 0 });
    }
    expect(types()).toEqual([ONBOARDING]);
  });

  it('tell the same where every grant only observes', async () => {
    stage.configure({ grants: [{ ...wholeGrant, mode: 'observe' }] });
    await runAutomatically();
    expect(types()).toEqual([ONBOARDING]);
    expect(looks()).toMatchObject([{ heldByMode: 5 }]);
    await bootstrap();
    await stage.runOnce();
    expect(types()).toEqual([ONBOARDING, 'deployment.bootstrapped.v1']);
  });

  it('are followed, once a person says so, by what is done, and by what waits from then on', async () => {
    await runAutomatically();
    await bootstrap();
    await stage.runOnce();
    expect(types().slice(1).sort()).toEqual([
      ...Object.keys(connections).map(() => 'connection.federated.v1'),
      'deployment.bootstrapped.v1',
      'provider.created.v1',
    ]);
    stage.configure({ grants: [{ ...wholeGrant, mode: 'observe', maxSessionDuration: 3_600 }] });
    stage.clock.advance(15 * MINUTE_MS);
    await stage.runOnce();
    expect(types().filter((type) => type === 'connection.held.v1')).toHaveLength(4);
  });

  it('say that they are partial when something could not be read', async () => {
    stage.cloud.azureDevOps.faults.next({ operation: 'endpoints', project: 'Pay' }, '403', Infinity);
    await runAutomatically();
    expect(looks()).toMatchObject([{ connections: 2, isPartial: true }]);
  });

  it('tell of nothing where nothing waits', async () => {
    stage.configure({
      grants: [{ ...wholeGrant, connections: { ...wholeGrant.connections, project: 'None' } }],
    });
    await runAutomatically();
    expect(types()).toEqual([]);
  });

  it('leave it to a pass over the whole account when they are about a few roles', async () => {
    const scope = { account: account(), roles: ['role-a'] };
    await reconcile(stage.ports, stage.configuration(), { trigger: 'schedule' }, { scope });
    await runAutomatically();
    expect(types()).toEqual([ONBOARDING]);
    expect(looks()).toMatchObject([{ connections: 4 }]);
  });

  it('do not come before what a person does at once', async () => {
    await stage.runOnce({ isBootstrapped: false, trigger: 'person' });
    await stage.runOnce();
    expect(types()).not.toContain(ONBOARDING);
    expect(types()).not.toContain('connection.held.v1');
  });

  it('tell drift as drift when the table has lost what people decided and not what was written', async () => {
    await stage.runOnce();
    stage.clock.advance(15 * MINUTE_MS);
    const { bootstrapped: _, ...undecided } = await stage.ports.state.readControls();
    await stage.ports.state.write(undecided);
    await createTampering(stage.console).attach('role-a', ADMINISTRATOR);
    const { writes } = await runAutomatically();
    expect(writes.iam).toEqual([]);
    expect(types().at(-1)).toBe('connection.drift-detected.v1');
    expect(types()).not.toContain(ONBOARDING);
  });
});

describe('passes over two accounts side by side', () => {
  it('are both told, each once', async () => {
    const { azureDevOps, aws } = stage.cloud;
    aws.addAccount({ id: OTHER });
    azureDevOps.connections.create('contoso', {
      project: 'Shop',
      name: 'other',
      roleArn: `arn:aws:iam::${OTHER}:role/azure-devops/role-other`,
      useOidc: true,
    });
    const { accounts, grants, ...rest } = stage.configuration();
    const ids = [account(), account(OTHER)];
    const both = {
      ...rest,
      accounts: accounts.flatMap((one) =>
        ids.map((id) => ({ ...one, id, assumeRole: joinRoleArn('aws', id, '/azfed-spoke') })),
      ),
      grants: grants.map((one) => ({ ...one, accounts: ids })),
    };
    const passes = () =>
      Promise.all(
        ids.map((id) => reconcile(stage.ports, both, { trigger: 'schedule' }, { scope: { account: id } })),
      );
    await passes();
    await passes();
    await deliver(stage.ports, both.webhooks);
    expect(looks().map(({ aws: of, connections: count }) => [of, count])).toEqual(
      expect.arrayContaining([
        [{ account: ACCOUNT }, 4],
        [{ account: OTHER }, 1],
      ]),
    );
    expect(types()).toEqual([ONBOARDING, ONBOARDING]);
  });
});
