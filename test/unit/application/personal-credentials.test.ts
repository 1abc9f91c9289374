import { createPersonalCredentialSource } from '../../../shared/application/credentials/personal-credentials.ts';
import type { SignInVariables } from '../../../shared/application/credentials/personal-credentials.ts';
import type { Organization } from '../../../shared/domain/configuration/configuration.ts';
import { ConfigError, PermissionError, TransientError } from '../../../shared/domain/kernel/errors.ts';
import type { Credential } from '../../../shared/ports/credentials.ts';

const NOW = Date.parse('2026-11-30T08:00:00Z');
const organization = {
  name: 'contoso',
  credential: { type: 'pat', env: 'AZURE_DEVOPS_PAT' },
} as unknown as Organization;
const jwt = (exp: number) => `x.${Buffer.from(JSON.stringify({ exp })).toString('base64url')}.y`;
const fail = (where: string) => new ConfigError([{ where, what: 'It is not set.', fix: 'Set it.' }]);

interface World {
  readonly variables: SignInVariables;
  readonly configured?: string | Error;
  readonly cli?: string | Error;
  readonly isActing?: boolean;
}

function open({ variables, configured = fail('configured'), cli = fail('az'), isActing = false }: World) {
  let runs = 0;
  const refused: Credential[] = [];
  const give = <Value>(value: Value | Error) =>
    value instanceof Error ? Promise.reject(value) : Promise.resolve(value);
  const source = createPersonalCredentialSource({
    clock: { now: () => NOW, sleep: () => Promise.resolve() },
    configured: {
      getCredential: () =>
        give<Credential | Error>(
          configured instanceof Error ? configured : { type: 'pat', token: configured },
        ) as Promise<Credential>,
      refused: (_organization, credential) => refused.push(credential),
    },
    variables: () => variables,
    azureCli: () => {
      runs += 1;
      return give(cli instanceof Error ? cli : { token: cli, usableUntil: NOW + 60_000 });
    },
    isActing,
  });
  return { source, refused, countRuns: () => runs };
}

it.each<[string, World, string]>([
  [
    'the token of the person first',
    { variables: { person: 'p', pat: 'e', job: 'j' }, configured: 'c' },
    'bearer p',
  ],
  ['the configured one before all others', { variables: { pat: 'e', job: 'j' }, configured: 'c' }, 'pat c'],
  [
    'the personal access token where something is changed',
    { variables: { pat: 'e', job: 'j' }, configured: 'c', isActing: true },
    'pat e',
  ],
  [
    'that of the pipeline where nothing is configured',
    { variables: { pat: 'e', job: 'j' }, cli: 'a' },
    'bearer j',
  ],
  ['the personal access token then', { variables: { pat: 'e' }, cli: 'a' }, 'pat e'],
  ['az last', { variables: {}, cli: 'a' }, 'bearer a'],
  [
    'az where the configured one is refused to people',
    { variables: {}, configured: new PermissionError('sts:GetWebIdentityToken', 'no'), cli: 'a' },
    'bearer a',
  ],
  [
    'the next where the token of the person has ended',
    { variables: { person: jwt(1) }, configured: 'c' },
    'pat c',
  ],
  ['a token that has not ended', { variables: { person: jwt(NOW) }, configured: 'c' }, `bearer ${jwt(NOW)}`],
  [
    'what has the form of a personal access token as such',
    { variables: { person: 'a'.repeat(52) } },
    `pat ${'a'.repeat(52)}`,
  ],
])('takes %s', async (_what, world, expected) => {
  const { type, token } = await open(world).source.getCredential(organization);
  expect(`${type} ${token}`).toBe(expected);
});

it('says of each source why it gave nothing, and quotes no token', async () => {
  const { source } = open({ variables: { person: jwt(1) } });
  const error = await source.getCredential(organization).catch((one: unknown) => one);
  expect(error).toBeInstanceOf(ConfigError);
  const { problems } = error as ConfigError;
  expect(problems.map(({ where, what }) => `${where}: ${what}`)).toEqual([
    'environment variable AZURE_DEVOPS_TOKEN: The token ended at 1970-01-01T00:00:01.000Z.',
    'configured: It is not set.',
    'az: It is not set.',
    'Sign-in to Azure DevOps: Not set: SYSTEM_ACCESSTOKEN, AZURE_DEVOPS_EXT_PAT.',
  ]);
  expect(JSON.stringify(problems)).not.toContain(jwt(1));
});

it('waits for what passes by itself, and takes no other token in its place', async () => {
  const { source } = open({
    variables: { job: 'j' },
    configured: new TransientError('x', 'no answer'),
    cli: 'a',
  });
  await expect(source.getCredential(organization)).rejects.toThrow('no answer');
});

it('runs az once for all who ask, and again after a refusal', async () => {
  const { source, refused, countRuns } = open({ variables: {}, cli: 'a' });
  const all = await Promise.all([1, 2, 3].map(() => source.getCredential(organization)));
  expect(countRuns()).toBe(1);
  if (all[0]) source.refused(organization, all[0]);
  await source.getCredential(organization);
  expect(countRuns()).toBe(2);
  expect(refused).toEqual([]);
});

it('takes AZURE_DEVOPS_TOKEN for what the configuration says where that names it', async () => {
  const named = { ...organization, credential: { type: 'pat', env: 'AZURE_DEVOPS_TOKEN' } } as Organization;
  const { source } = open({ variables: { person: 'p' }, configured: 'c' });
  expect(await source.getCredential(named)).toMatchObject({ type: 'pat', token: 'c' });
});
