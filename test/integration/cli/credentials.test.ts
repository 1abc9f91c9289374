import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Place } from './command-line.ts';
import { enterPlace } from './command-line.ts';
import { parsePlan } from './documents.ts';

const DAY_MS = 86_400_000;

let place: Place;
beforeEach(async () => {
  place = await enterPlace();
});
afterEach(() => place.leave());

/** The sample, with the credential that it mentions in a comment. */
function selectCredential(kind: 'entra' | 'pat, secret'): void {
  const text = readFileSync(join(place.path, '.azfed/federation.yaml'), 'utf8');
  place.write(
    '.azfed/federation.yaml',
    text.replace(/^ {4}credential: .*\n/m, '').replace(new RegExp(`# (credential: \\{ type: ${kind})`), '$1'),
  );
}
const plan = (...typed: readonly string[]) => place.azfed(['plan', '--local', ...typed]);

it('plans by an application in Entra as it does by a token', async () => {
  const byToken = parsePlan((await plan('--json')).stdout);
  expect(place.cloud.entra.requests()).toBe(0);
  selectCredential('entra');
  const said = await plan('--json');
  expect(said.code).toBe(0);
  expect(parsePlan(said.stdout)).toMatchObject({ planId: byToken.planId, summary: byToken.summary });
  expect(place.cloud.entra.requests()).toBe(1);
});

it('says what to enter in Entra when the application does not trust azfed, and that the plan is partial', async () => {
  selectCredential('entra');
  const [application] = place.cloud.entra.snapshot().applications;
  const [trusted] = application?.federatedCredentials ?? [];
  place.cloud.entra.federate(application?.clientId ?? '', []);
  const said = await plan();
  expect(said.code).toBe(3);
  expect(said.stdout + said.stderr).toContain(`subject identifier ${trusted?.subject ?? 'missing'}`);
});

it('plans by a token that is kept as a secret, and tells in time that it ends', async () => {
  selectCredential('pat, secret');
  const early = parsePlan((await plan('--json')).stdout);
  const inFiveDays = new Date(Date.now() + 5 * DAY_MS).toISOString();
  place.cloud.secrets.put(
    'azfed/azure-devops-pat',
    JSON.stringify({ token: 'sample-reader', expires: inFiveDays }),
  );
  const late = parsePlan((await plan('--json')).stdout);
  const codes = ({ findings }: typeof late) => findings.map(({ code }) => code);
  expect(codes(early)).not.toContain('credential.expiring');
  expect(codes(late)).toContain('credential.expiring');
  expect(late.planId).toBe(early.planId);
});
