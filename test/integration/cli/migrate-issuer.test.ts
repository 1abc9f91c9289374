import { DeleteRoleCommand, DetachRolePolicyCommand } from '@aws-sdk/client-iam';
import { openConsole } from '../../../infra/local/console-user.ts';
import { sample } from '../../../infra/local/sample.ts';
import { getAccount } from '../local-play/playground.ts';
import type { Place } from './command-line.ts';
import { findConnectionId, enterPlace } from './command-line.ts';

const TENANT = '77a3b2c1-0000-4000-8000-0000000000aa';

let place: Place;
beforeEach(async () => {
  place = await enterPlace();
  place.cloud.azureDevOps.organizations.connectTenant(sample.organization, TENANT);
  await place.azfed(['apply', '--local', '--yes']);
});
afterEach(() => place.leave());

const migrate = (...typed: readonly string[]) => place.azfed(['migrate', 'issuer', ...typed, '--local']);

function choose(issuer: string): void {
  const text = place.read('.azfed/federation.yaml').replace(/ +issuer: \w+\n +entra: .*\n/, '');
  const chosen = `    issuer: ${issuer}\n    entra: { tenantId: "${TENANT}" }\n`;
  place.write('.azfed/federation.yaml', text.replace(/^( +)credential:/m, `${chosen}$1credential:`));
}

const readStatus = async () => {
  const { stdout } = await migrate('--json');
  const { connections } = JSON.parse(stdout) as { connections: readonly Record<string, unknown>[] };
  return connections.find(({ connection }) => connection === 'Shop / aws-prod');
};

it('says how each connection stands, and what comes next', async () => {
  choose('vstoken');
  const { code, stdout } = await migrate();
  expect(code).toBe(0);
  expect(stdout).toMatch(/^CONNECTION +CHOSEN +LETS IN +TRUST +NEXT$/m);
  expect(stdout).toMatch(
    /^Shop \/ aws-prod +vstoken +vstoken +\d+ of 2048 +issuer: both, in the configuration$/m,
  );
  expect(await readStatus()).toMatchObject({ chosen: ['vstoken'], trusted: ['vstoken'], trustLength: 2048 });
  choose('both');
  expect((await migrate()).stdout).toMatch(
    /^Shop \/ aws-prod +vstoken \+ entra +vstoken +\d+ of 2048 +azfed apply$/m,
  );
});

it('shows when tokens of each issuer got in last', async () => {
  choose('both');
  const { code, stdout } = await migrate('Shop/aws-prod');
  expect(code).toBe(0);
  expect(stdout).toContain('last token of vstoken that got in: none in the last 90 days');
  expect(stdout).toContain('last token of entra that got in: none in the last 90 days');
});

it('finishes a connection that a person vouches for, and goes back', async () => {
  choose('both');
  for (let runs = 0; runs < 3; runs++) await place.azfed(['apply', '--local', '--yes']);
  const id = findConnectionId(place.cloud, 'Shop', 'aws-prod');
  expect((await migrate()).stdout).toContain(`azfed migrate issuer ${id} --finish`);

  const unproven = await migrate('Shop/aws-prod', '--finish', '--yes');
  expect(unproven).toMatchObject({ code: 1, stderr: expect.stringContaining('was none of Entra') as string });
  const unasked = await migrate('Shop/aws-prod', '--finish', '--unproven');
  expect(unasked).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Nothing was written') as string,
  });
  expect(await readStatus()).toMatchObject({ trusted: ['vstoken', 'entra'] });

  const finished = await migrate('Shop/aws-prod', '--finish', '--unproven', '--yes');
  expect(finished).toMatchObject({ code: 0 });
  // Of one connection nothing is said about others, and what azfed wrote itself is not called loose.
  expect(finished.stderr).toContain('Plan: 1 to repair (1 high); 0 findings.');
  expect(finished.stderr).not.toContain('Findings');
  expect(await readStatus()).toMatchObject({ chosen: ['entra'], trusted: ['entra'] });
  expect((await place.azfed(['plan', '--local', '--detailed-exitcode'])).code).toBe(0);
  expect((await migrate('Shop/aws-prod', '--finish', '--unproven', '--yes')).stderr).toContain(
    'without vstoken already',
  );

  expect(await migrate('Shop/aws-prod', '--undo', '--yes')).toMatchObject({ code: 0 });
  expect(await readStatus()).toMatchObject({ chosen: ['vstoken', 'entra'], trusted: ['vstoken', 'entra'] });
  expect((await migrate('Shop/aws-prod', '--undo', '--yes')).stderr).toContain(
    'Nobody has taken an issuer from it',
  );
});

it.each([
  [['--finish'], 'No connection was named.'],
  [['Shop/aws-prod', '--finish', '--undo'], 'at once'],
  [['Shop/aws-nowhere'], 'No AWS connection'],
])('refuses %j', async (typed, says) => {
  const { code, stderr } = await migrate(...typed, '--yes');
  expect(code).toBe(1);
  expect(stderr).toContain(says);
});

it('refuses to finish where there is no role yet, and says so', async () => {
  choose('both');
  const iam = openConsole(place.cloud.aws.url, getAccount(place.cloud, sample.accounts[1]).credentials);
  const PolicyArn = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
  await iam.send(new DetachRolePolicyCommand({ RoleName: 'payments-prod', PolicyArn }));
  await iam.send(new DeleteRoleCommand({ RoleName: 'payments-prod' }));
  iam.destroy();
  expect(await migrate('Payments/aws-prod', '--finish', '--unproven', '--yes')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('azfed apply') as string,
  });
});

it('refuses to finish where tokens of Entra are not chosen', async () => {
  choose('vstoken');
  expect((await migrate('Payments/aws-prod', '--finish', '--yes')).stderr).toContain(
    'Its tokens of Entra are not let in',
  );
});
