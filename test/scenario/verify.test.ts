import { observeDesiredState, readDesiredState } from '../../shared/application/observe/observe.ts';
import { verifyStatically } from '../../shared/application/checks/verify.ts';
import type { StaticVerdict } from '../../shared/domain/verify/static-verdict.ts';
import type { Stage } from '../builders/stage.ts';
import { ORGANIZATION, required, setStage, wholeGrant } from '../builders/stage.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await setStage({ connections: { 'Shop/prod': 'prod', 'Shop/next': 'next' } });
  await stage.runOnce();
});
afterEach(() => stage.close());

async function verify(): Promise<StaticVerdict> {
  const desiredState = await readDesiredState(stage.ports, stage.configuration());
  const { role } = required(
    desiredState.desiredRoles.targets.find(({ bindings }) =>
      bindings.some(({ connectionId }) => connectionId === stage.id('Shop/prod')),
    ),
    'target',
  );
  const scope = { account: role.account, roles: [role.name] };
  const snapshot = await observeDesiredState(stage.ports, desiredState, scope);
  const id = snapshot.desiredRoles.targets[0]?.bindings[0]?.connectionId;
  return required(id && verifyStatically(id, snapshot)?.verdict, 'verdict');
}

const play = () => stage.cloud.azureDevOps;

describe('what can be said of a connection without running anything', () => {
  it('is that it gets in, and who keeps a namesake out', async () => {
    expect(await verify()).toMatchObject({
      outcome: 'proven',
      namesake: 'pinned',
      claims: [{ subject: 'sc://contoso/Shop/prod', audience: 'api://AzureADTokenExchange' }],
      obstacles: [],
      unread: [],
    });
  });

  it('is that a namesake is only reported where the grant observes', async () => {
    stage.configure({ grants: [{ ...wholeGrant, mode: 'observe' }] });
    expect(await verify()).toMatchObject({ outcome: 'proven', namesake: 'observed' });
  });

  it('is that nobody keeps a namesake out where the table knows no id', async () => {
    await stage.emptyTable();
    expect(await verify()).toMatchObject({ namesake: 'unpinned' });
  });

  it.each<readonly [string, (id: string) => void, string]>([
    [
      'the connection is disabled',
      (id) => play().connections.setDisabled(ORGANIZATION, id, true),
      'connection.disabled',
    ],
    [
      'keys are stored in it',
      (id) => play().connections.setKeys(ORGANIZATION, id, 'AKIAIOSFODNN7PLANTED', 'planted'),
      'connection.uses-keys',
    ],
    [
      'STS refuses its session name',
      (id) => play().connections.setFields(ORGANIZATION, id, { roleSessionName: 'my session' }),
      'sts.session-name-refused',
    ],
    [
      'it no longer asks for OIDC',
      (id) => play().connections.setOidc(ORGANIZATION, id, false),
      'connection.no-oidc',
    ],
  ])('is that %s, however right the trust is', async (_what, change, code) => {
    change(stage.id('Shop/prod'));
    const { outcome, obstacles } = await verify();
    expect(outcome).toBe('refused');
    expect(obstacles.map((obstacle) => obstacle.code)).toContain(code);
  });

  it('is nothing while the project could not be read, although the trust still lets it in', async () => {
    play().faults.next({ operation: 'endpoints', project: 'Shop' }, 'sign-in-page-203');
    const verdict = await verify();
    expect(verdict).toMatchObject({ outcome: 'unread', obstacles: [] });
    expect(verdict).toMatchObject({
      namesake: 'hidden',
      unread: [expect.stringMatching(/^The connection is not plainly listed .* could be using the role\.$/)],
    });
    expect(verdict.trials[0]).toMatchObject({ who: 'this connection', decision: 'allowed' });
  });
});
