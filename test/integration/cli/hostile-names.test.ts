import {
  AddClientIDToOpenIDConnectProviderCommand,
  ListOpenIDConnectProvidersCommand,
  TagRoleCommand,
  UpdateRoleCommand,
} from '@aws-sdk/client-iam';
import { openConsole } from '../../../infra/local/console-user.ts';
import type { Place } from './command-line.ts';
import { enterPlace } from './command-line.ts';
import { sample } from '../../../infra/local/sample.ts';
import { findActive, hostileTexts, findLeaks } from '../../builders/hostile.ts';
import { parsePlan } from './documents.ts';

let place: Place;
beforeAll(async () => {
  place = await enterPlace();
});
afterAll(() => place.leave());

const HOSTILE = '<!channel>\nPlan: nothing to do\u001b[2K\u009b31m\u202e\u200b\u2028';
const SHOWN = '<!channel>\\u{a}Plan: nothing to do\\u{1b}[2K\\u{9b}31m\\u{202e}\\u{200b}\\u{2028}';

const keys = {
  accessKeyId: 'AKIAPLANTEDPLANTED00',
  secretAccessKey: 'planted/secret+access=key',
  sessionToken: 'planted-session-token//==',
};

/** Connections with such names in every state. Returns the one that can be federated. */
function seedHostile(): { readonly id: string } {
  const { connections, projects } = place.cloud.azureDevOps;
  const roleArn = (name: string) => `arn:aws:iam::123456789012:role/azure-devops/shop/${name}`;
  // Its good name in one project lets the connection be federated, and so recorded under its bad name in another.
  projects.create('contoso', 'Shop Two');
  const shared = connections.create('contoso', {
    project: 'Shop',
    name: 'aws-fine',
    roleArn: roleArn('shared'),
    useOidc: true,
  });
  connections.share('contoso', shared.id, 'Shop Two', `aws-${HOSTILE}`);
  connections.create('contoso', {
    project: 'Shop',
    name: `aws-new${HOSTILE}`,
    roleArn: roleArn(`\u001b[31m${HOSTILE}`),
    useOidc: true,
  });
  connections.create('contoso', {
    project: 'Platform',
    name: `keys${HOSTILE}`,
    ...keys,
  });
  for (const [does, text] of Object.entries(hostileTexts))
    connections.create('contoso', {
      project: 'Platform',
      name: text,
      roleArn: roleArn(`${does}${text}`),
      useOidc: true,
    });
  return shared;
}

/** Somebody writes such texts where IAM takes nearly any: a description, a tag, an audience of the provider. */
async function tamperHostile(): Promise<void> {
  const account = place.cloud.aws.accounts.find(({ id }) => id === '123456789012');
  if (!account) throw new Error('The sample has no such account.');
  const iam = openConsole(place.cloud.aws.url, account.credentials);
  const [RoleName, text] = ['shop-staging', '##vso[task.setvariable]x <b>&\n::set-output name=role::admin'];
  await iam.send(new UpdateRoleCommand({ RoleName, Description: text }));
  await iam.send(new TagRoleCommand({ RoleName, Tags: [{ Key: 'team', Value: '::add-mask::x @channel' }] }));
  const { OpenIDConnectProviderList: [provider] = [] } = await iam.send(
    new ListOpenIDConnectProvidersCommand({}),
  );
  const OpenIDConnectProviderArn = provider?.Arn;
  await iam.send(
    new AddClientIDToOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, ClientID: '##[error]api' }),
  );
  iam.destroy();
}

/** What each verb says that says something about connections, and about what was typed. */
async function sayEverything(id: string) {
  const applied = await place.azfed(['apply', '--local', '--yes']);
  await tamperHostile();
  const say = (...typed: readonly string[]) => place.azfed([...typed, '--local']);
  return {
    applied,
    plan: await say('plan', '--out', 'plan.json'),
    json: await say('plan', '--json'),
    'of a saved plan': await say('apply', 'plan.json'),
    status: await say('status'),
    credentials: await say('status', '--credentials'),
    report: await say('report', '--out', 'report.html'),
    'report as JSON': await say('report', '--json'),
    'keys to migrate': await say('migrate', 'keys', 'Shop/aws-legacy', '--dry-run'),
    explain: await say('explain', id),
    history: await say('history', id),
    unknown: await say('explain', HOSTILE),
    lint: await say('lint'),
    sarif: await say('lint', '--format', 'sarif'),
    doctor: await say('doctor'),
    validate: await say('validate'),
    bootstrap: await say('bootstrap', '--yes'),
    adopt: await say('adopt', 'Payments/aws-by-hand'),
    'unknown to adopt': await say('adopt', HOSTILE),
    'unknown to restore': await say('restore', HOSTILE),
    'unknown plan': await say('approve', HOSTILE),
    'a word too many': await say('replay', HOSTILE),
    hooks: await say('hooks', 'status'),
    retire: await say('retire', HOSTILE),
    suspend: await say('suspend', 'connection', id, '--until', '2h', '--reason', HOSTILE, '--yes'),
    resume: await say('resume', 'connection', id, '--yes'),
    'unknown scope': await say('suspend', 'account', HOSTILE, '--until', '2h', '--reason', 'a'),
    'unknown word': await say('suspend', HOSTILE),
    'unknown verb': await say(HOSTILE),
    'unknown option': await say('plan', `--${HOSTILE}`),
    list: await say('local', 'azdo', 'list'),
    'list as JSON': await say('local', 'azdo', 'list', '--json'),
    init: await say('init', '--config', 'new.yaml'),
  };
}

it('shows hostile names as what they are, in every verb', async () => {
  const all = await sayEverything(seedHostile().id);
  for (const [verb, { stdout, stderr }] of Object.entries(all))
    expect({ verb, stdout: findActive(stdout), stderr: findActive(stderr) }).toStrictEqual({
      verb,
      stdout: [],
      stderr: [],
    });
  for (const file of ['plan.json', 'new.yaml'])
    expect({ file, acts: findActive(place.read(file)) }).toStrictEqual({ file, acts: [] });
  const said = Object.values(all).map(({ stdout, stderr }) => `${stdout}${stderr}`);
  const { azureDevOps, aws, webhookSecret } = place.cloud;
  const { secretAccessKey: hubKey } = aws.hubCredentials;
  const planted = { ...keys, token: sample.readerToken, webhookSecret, hubKey };
  const files = [place.read('plan.json'), place.read('new.yaml'), place.read('report.html')];
  expect(findLeaks([...said, ...files].join('\n'), planted)).toStrictEqual([]);
  expect(findLeaks(JSON.stringify(azureDevOps.snapshot()), planted)).toStrictEqual([
    ...Object.keys(keys),
    'token',
  ]);
  const { plan, json, status, explain, history, unknown, list, 'unknown verb': unknownVerb } = all;
  expect(plan.stdout).toContain(
    `Shop Two / aws-${SHOWN} has a name that holds a character that cannot be seen.`,
  );
  expect(plan.stdout).toContain(`Platform / keys${SHOWN} holds a static access key.`);
  expect(plan.stdout.match(/^Plan: /gm)).toHaveLength(1);
  expect(status.stdout).toContain(`Shop Two / aws-${SHOWN} (+1)`);
  expect(explain.stdout).toContain(`Shop Two / aws-${SHOWN} (+1)`);
  expect(explain.stdout).toContain('allowed  sc://contoso/Shop/aws-fine');
  expect(history.stdout).toContain(`Shop Two / aws-${SHOWN} (+1)`);
  expect(unknown.stderr).toContain(`connection ${SHOWN}`);
  expect(unknownVerb.stderr).toBe(
    `azfed ${SHOWN} --local\n  Unknown command '${SHOWN}'.\n  See: azfed --help\n`,
  );
  // Programs get the name as it is.
  expect(parsePlan(json.stdout).findings.some(({ message }) => message.includes(`keys${HOSTILE}`))).toBe(
    true,
  );
  expect(plan.stdout).toContain('#\\u{23}vso[task.setvariable]x <b>&');
  expect(plan.stdout).toContain('#\\u{23}[error]api');
  expect(list.stdout).toContain('\\u{3a}:set-output name=role::admin');
});
