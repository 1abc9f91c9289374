import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readAzureCliToken } from '../../../shared/adapters/azure-cli/azure-cli.ts';
import { systemClock } from '../../../shared/adapters/system/system-clock.ts';
import { sample } from '../../../infra/local/sample.ts';
import { otherCredentials } from '../../../infra/local/sample-sign-in.ts';
import { connectCredentials } from '../../../functions/runtime/connect-azure-devops.ts';
import type { Organization } from '../../../shared/domain/configuration/configuration.ts';
import { getCoordinates } from '../local-play/playground.ts';
import type { Place } from './command-line.ts';
import { enterPlace } from './command-line.ts';

let place: Place;
beforeEach(async () => {
  place = await enterPlace();
});
afterEach(() => place.leave());

const ARGUMENTS = 'account get-access-token --resource 499b84ac-1321-427f-aa17-267ca6975798';
const SECRET = `eyJ0eXAiOiJKV1QifQ.${'s3cr3t'.repeat(20)}.signature`;
const later = () => Math.floor(Date.now() / 1_000) + 3_600;

/** A real script in the place of the Azure CLI; it refuses other arguments. */
function installAz(answer: string): { readonly PATH: string } {
  const folder = join(place.path, 'bin');
  mkdirSync(folder, { recursive: true });
  const script = `#!/bin/sh
[ "$*" = "${ARGUMENTS}" ] || { echo "unexpected arguments: $*" >&2; exit 2; }
[ "$AZURE_CORE_OUTPUT" = json ] && [ -z "$AWS_SECRET_ACCESS_KEY" ] || { echo "unexpected environment" >&2; exit 3; }
echo called >> "${folder}/calls"
${answer}
`;
  writeFileSync(join(folder, 'az'), script);
  chmodSync(join(folder, 'az'), 0o700);
  return { PATH: `${folder}:${process.env['PATH'] ?? ''}` };
}
const print = (json: object) => `cat <<'END'\n${JSON.stringify(json)}\nEND`;

/** A token that the embedded Azure DevOps takes, as Entra gives it. */
async function getEntraToken(): Promise<string> {
  const [text = ''] = otherCredentials(place.cloud);
  const [, tenantId = '', clientId = '', authority = ''] =
    /tenantId: (\S+), clientId: (\S+), authority: "([^"]+)"/.exec(text) ?? [];
  const credential = {
    type: 'entra',
    tenantId,
    clientId,
    authority,
    audience: 'api://AzureADTokenExchange',
  };
  const source = connectCredentials(systemClock, {
    ...getCoordinates(place.cloud),
    secrets: {},
  });
  return (
    await source.getCredential({
      name: sample.organization,
      credential,
    } as Organization)
  ).token;
}

it('plans, and begins, as whoever is signed in to az where nothing else is set', async () => {
  const az = installAz(
    print({
      accessToken: await getEntraToken(),
      expires_on: later(),
      tokenType: 'Bearer',
    }),
  );
  const { AZURE_DEVOPS_PAT: _, ...variables } = place.variables;
  place.write('federation.yaml', readFileSync(join(place.path, '.azfed/federation.yaml'), 'utf8'));
  const planned = await place.azfed(['plan'], { ...variables, ...az });
  expect(`${planned.code} ${planned.stderr}`).toBe('0 ');
  expect(planned.stdout).toContain('Shop / aws-prod');
  expect(readFileSync(join(place.path, 'bin/calls'), 'utf8')).toBe('called\n');
  const doctor = await place.azfed(['doctor'], { ...variables, ...az });
  expect(doctor.stdout).toMatch(
    /ok +credential\.obtainable +The Azure CLI gives the token of who is signed in\./,
  );

  const typed = ['init', '--organization', `${place.cloud.azureDevOps.url}/${sample.organization}`];
  const begun = await place.azfed([...typed, '--config', 'new.yaml'], {
    ...variables,
    ...az,
  });
  expect(`${begun.code} ${begun.stdout}`).toMatch(/^0 Wrote new\.yaml: contoso is /);
});

it('says which sources were tried, and quotes nothing that az answered', async () => {
  const { AZURE_DEVOPS_PAT: _, ...variables } = place.variables;
  place.write('federation.yaml', readFileSync(join(place.path, '.azfed/federation.yaml'), 'utf8'));
  const az = installAz(print({ accessToken: SECRET, expires_on: 1_700_000_000 }));
  const { code, stdout, stderr } = await place.azfed(['plan'], {
    ...variables,
    ...az,
  });
  expect(code).toBe(3);
  const said = stdout + stderr;
  expect(said).toContain('environment variable AZURE_DEVOPS_PAT: It is not set.');
  expect(said).toContain('az (Azure CLI): Its token ended at 2023-11-14T22:13:20.000Z.');
  expect(said).toContain('Not set: AZURE_DEVOPS_TOKEN, SYSTEM_ACCESSTOKEN, AZURE_DEVOPS_EXT_PAT.');
  expect(said).not.toContain('s3cr3t');
});

const END = 1_900_000_000;
const FIVE_MINUTES = 300;
it.each<[string, string, number | undefined]>([
  ['seconds', print({ accessToken: SECRET, expires_on: END }), END],
  ['seconds as a text', print({ accessToken: SECRET, expires_on: String(END) }), END],
  ['a date with a zone', print({ accessToken: SECRET, expires_on: '03/17/2030 17:46:40 +00:00' }), END],
  ['local time alone', print({ accessToken: SECRET, expiresOn: '2021-09-27 16:16:30.921462' }), undefined],
  ['no time', print({ accessToken: SECRET, expires_on: null, expiresOn: 'N/A' }), undefined],
  [
    'a warning before it',
    `echo 'WARNING: { old } Python'; ${print({ accessToken: SECRET, expires_on: END })}`,
    END,
  ],
  [
    'many lines, and colours behind it',
    `printf '/lib/x.py:1: Warning\\n\\n{\\n  "accessToken": "${SECRET}",\\n  "expires_on": ${END}\\n}\\n\\033[0m'`,
    END,
  ],
])('takes a token of az with %s', async (_what, answer, end) => {
  const now = systemClock.now();
  const clock = { ...systemClock, now: () => now };
  expect(await readAzureCliToken({ clock, environment: () => installAz(answer) })).toEqual({
    token: SECRET,
    // Where no end is known, it is asked again each time.
    usableUntil: end === undefined ? now : (end - FIVE_MINUTES) * 1_000,
  });
});

it.each<[string, string, RegExp]>([
  ['garbage', `echo '${SECRET} is no JSON'`, /did not answer with the JSON of a token/],
  ['no token', print({ expires_on: later() }), /did not answer with the JSON of a token/],
  ['a token with a line break', print({ accessToken: `a\nb: ${SECRET}` }), /did not answer with the JSON/],
  [
    'an error',
    `echo "ERROR: Please run 'az login' to setup account. ${SECRET}" >&2; exit 1`,
    /It ended with 1: ERROR: Please run 'az login' to setup account\. \(left out\)/,
  ],
  ['nothing, for long', 'sleep 5', /did not answer within 0\.5 s/],
])('fails in one sentence where az answers with %s', async (_what, answer, message) => {
  const environment = () => installAz(answer);
  const timeout = answer.startsWith('sleep') ? { timeoutMs: 500 } : {};
  const failure = await readAzureCliToken({
    clock: systemClock,
    environment,
    ...timeout,
  }).catch((error: unknown) => error);
  expect(failure).toHaveProperty('message', expect.stringMatching(message));
  expect(JSON.stringify(failure)).not.toContain('s3cr3t');
});

it('fails where there is no az', async () => {
  const environment = () => ({ PATH: place.path });
  await expect(readAzureCliToken({ clock: systemClock, environment })).rejects.toThrow(
    'It is not on the PATH.',
  );
});
