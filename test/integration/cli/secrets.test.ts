import { isSigningSecret } from '../../../shared/domain/notify/signing-secret.ts';
import { sampleConfiguration } from '../../../infra/local/sample.ts';
import { required } from '../../builders/stage.ts';
import type { Place } from './command-line.ts';
import { enterPlace } from './command-line.ts';

const TOKEN = 'token-that-nobody-may-see';

let place: Place;
beforeAll(async () => {
  place = await enterPlace();
});
afterAll(() => place.leave());

const create = (...typed: readonly string[]) => place.azfed(['secrets', 'create', ...typed, '--local']);

/** Newest first. */
function listTexts(name: string): readonly string[] {
  const all = place.cloud.secrets.snapshot().secrets;
  const { versions } = required(
    all.find((one) => one.name === name),
    name,
  );
  return versions.map(({ value }) => ('SecretString' in value ? value.SecretString : ''));
}

describe('azfed secrets create webhook', () => {
  it('makes a secret that events can be signed with, prints its ARN alone, and overwrites nothing', async () => {
    const { code, stdout, stderr } = await create('webhook', 'ops');
    const [text = ''] = listTexts('azfed/webhook-ops');
    expect(code).toBe(0);
    expect(isSigningSecret(text)).toBe(true);
    expect(stdout.trim()).toMatch(
      /^arn:aws:secretsmanager:us-east-1:111122223333:secret:azfed\/webhook-ops-/,
    );
    expect(stderr).toContain(`secret: { secret: '${stdout.trim()}' }`);
    expect(`${stdout}${stderr}`).not.toContain(text);
    const configuration = sampleConfiguration(place.cloud).replace(
      /secret: \{ env: \w+ \}/,
      `secret: { secret: '${stdout.trim()}' }`,
    );
    expect(configuration).toContain(stdout.trim());
    place.write('own.yaml', configuration);
    expect((await place.azfed(['validate', '--config', 'own.yaml', '--local'])).code).toBe(0);

    const again = await create('webhook', 'ops', '--show');
    expect([again.code, again.stdout]).toEqual([1, '']);
    expect(again.stderr).toContain('--rotate');
    expect(listTexts('azfed/webhook-ops')).toEqual([text]);
  });

  it.each([
    [[], "You can't create this secret because a secret with this name is already scheduled for deletion."],
    [
      ['--rotate', '--yes'],
      'You can’t perform this operation on the secret because it was marked for deletion.',
    ],
  ])('says how a secret that is being deleted comes back: %j', async (more, message) => {
    place.cloud.secrets.failNext({ type: 'InvalidRequestException', message });
    const { code, stdout, stderr } = await create('webhook', 'gone', ...more);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(message);
    expect(stderr).toContain('aws secretsmanager restore-secret --secret-id azfed/webhook-gone; then');
  });

  it('gives a new value after a yes, keeps the one before beside it, and shows it where that is asked for', async () => {
    await create('webhook', 'turned');
    const [first = ''] = listTexts('azfed/webhook-turned');
    expect((await create('webhook', 'turned', '--rotate')).code).toBe(1);
    expect(listTexts('azfed/webhook-turned')).toEqual([first]);
    const { code, stdout } = await create('webhook', 'turned', '--rotate', '--show', '--yes', '--json');
    const [second = '', ...former] = listTexts('azfed/webhook-turned');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ isRotated: true, value: second });
    expect(former).toEqual([first]);
    expect(second).not.toBe(first);
  });

  it('gives the secret that the configuration names a new value, whatever it is called', async () => {
    const arn = place.cloud.secrets.put('made/by-hand', 'before', 'eu-central-1');
    const configuration = sampleConfiguration(place.cloud).replace(
      /secret: \{ env: \w+ \}/,
      `secret: { secret: '${arn}' }`,
    );
    const [, name = ''] = /webhooks:\s+- name: ([\w-]+)/.exec(configuration) ?? [];
    place.write('own.yaml', configuration);
    const typed = ['webhook', name, '--rotate', '--yes', '--config', 'own.yaml'];
    expect(await create(...typed)).toMatchObject({ code: 0, stdout: `${arn}\n` });
    const [current = '', ...former] = listTexts('made/by-hand');
    expect(isSigningSecret(current)).toBe(true);
    expect(former).toEqual(['before']);
  });

  it('finds nothing to rotate where there is no secret of that name', async () => {
    const { code, stderr } = await create('webhook', 'nobody', '--rotate', '--yes');
    expect([code, stderr]).toEqual([1, expect.stringContaining('Create it')]);
  });
});

describe('azfed secrets create with what a file holds', () => {
  it.each<readonly [string, string, string, number]>([
    ['a token', 'token', ` ${TOKEN}\n`, 0],
    ['a token with its end', 'token', `{"token":"${TOKEN}","expires":"2027-01-31"}`, 0],
    ['nothing as a token', 'token', '\n', 1],
    ['another document as a token', 'token', `{"pat":"${TOKEN}"}`, 1],
    ['the address of a chat', 'webhook', `https://hooks.slack.com/services/${TOKEN}`, 0],
    ['what signs nothing as a webhook', 'webhook', TOKEN, 1],
  ])('takes %s: %s %j ends with %i', async (title, kind, text, expected) => {
    const name = title.replaceAll(/\W/g, '-');
    place.write('value.txt', text);
    const { code, stdout, stderr } = await create(kind, name, '--from', 'value.txt');
    expect(code).toBe(expected);
    expect(`${stdout}${stderr}`).not.toContain(TOKEN);
    const names = place.cloud.secrets.snapshot().secrets.map((one) => one.name);
    expect(names.includes(`azfed/${kind}-${name}`)).toBe(expected === 0);
    if (expected === 0) expect(listTexts(`azfed/${kind}-${name}`)).toEqual([text.trim()]);
  });

  it.each([
    [['token', 'contoso'], 'A token is issued by Azure DevOps'],
    [['token', 'contoso', '--from', 'missing.txt'], 'missing.txt'],
    [['webhook', 'a name'], 'letters, digits'],
    [['key', 'ops'], 'webhook, token'],
    [['webhook', 'ops', '--stack', 'a b'], 'letters, digits, dots, dashes and underscores'],
  ])('refuses %j', async (typed, message) => {
    const { code, stderr } = await create(...typed);
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
  });
});
