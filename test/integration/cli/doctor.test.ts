import * as z from 'zod';
import type { Place } from './command-line.ts';
import { enterPlace, listSpokeWrites } from './command-line.ts';

const Document = z.strictObject({
  schemaVersion: z.literal(2),
  verdict: z.enum(['ok', 'warning', 'failed', 'unknown']),
  checks: z.array(
    z.strictObject({
      code: z.string(),
      subject: z.string(),
      verdict: z.string(),
      says: z.string(),
      fix: z.string().optional(),
    }),
  ),
});

let place: Place;
beforeEach(async () => {
  place = await enterPlace();
});
afterEach(() => place.leave());
const doctor = (...typed: readonly string[]) => place.azfed(['doctor', '--local', ...typed]);
/** All is done that the sample asks for. */
const applyAll = () => place.azfed(['apply', '--local', '--yes']);
const parseDocument = (text: string) => Document.parse(JSON.parse(text));

it('shows each thing that has to be true below what it is about, and ends with 0', async () => {
  await applyAll();
  const before = listSpokeWrites(place.cloud);
  const { code, stdout, stderr } = await doctor();
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const blocks = stdout.trimEnd().split('\n\n');
  expect(blocks.map((block) => block.split('\n')[0])).toEqual([
    'configuration .azfed/federation.yaml',
    'this machine',
    'table azfed',
    'organization contoso',
    'account 123456789012',
    'account 210987654321',
    'grant shop',
    'grant payments',
    'grant platform',
    'webhook ops',
    expect.stringMatching(/^Doctor: \d+ ok; \d+ checks\.$/) as string,
  ]);
  expect(stdout).toContain('\n  ok   extension.oidc ');
  expect(listSpokeWrites(place.cloud)).toEqual(before);
});

it('says what to do below what is not so, and ends with 1', async () => {
  await applyAll();
  place.cloud.azureDevOps.organizations.setToolkit('contoso', 'none');
  const { code, stdout } = await doctor();
  expect(code).toBe(1);
  expect(stdout).toMatch(
    / {2}failed +extension\.oidc +The AWS Toolkit is not installed\.\n {4}-> Install or update/,
  );
  expect(stdout).toMatch(/Doctor: \d+ ok, 1 failed; /);
});

it('ends with 3 where nothing failed and something could not be found out', async () => {
  await applyAll();
  place.cloud.azureDevOps.faults.next({ operation: 'types' }, '500', Infinity);
  const { code, stdout } = await doctor('--json');
  expect(code).toBe(3);
  const { verdict, checks } = parseDocument(stdout);
  expect(verdict).toBe('unknown');
  expect(checks.filter((check) => check.verdict !== 'ok').map((check) => check.code)).toEqual([
    'extension.oidc',
  ]);
});

it('tells every problem of the configuration, and nothing else', async () => {
  place.write('.azfed/federation.yaml', 'version: 2\norganizations: []\nsurprise: 1\n');
  const { code, stdout } = await doctor('--json');
  expect(code).toBe(1);
  const { checks } = parseDocument(stdout);
  expect(new Set(checks.map((check) => check.code))).toEqual(new Set(['configuration.valid']));
  expect(checks.length).toBeGreaterThan(1);
  expect(checks.every(({ fix = '' }) => fix !== '')).toBe(true);
});

it('sends each webhook a test event when it is asked to, and says what the receiver answers', async () => {
  await applyAll();
  const before = place.cloud.receiver.received.length;
  place.cloud.receiver.failNext(404);
  const { code, stdout } = await doctor('--send-test');
  expect(code).toBe(1);
  expect(stdout).toMatch(/ {2}failed +webhook\.answers +HTTP 404\n {4}-> Check the receiver\./);
  expect(place.cloud.receiver.received.slice(before).map(({ type }) => type)).toEqual(['webhook.test.v1']);
});

it('tells everything else all the same where no region is set', async () => {
  const { AWS_REGION: _, ...variables } = place.variables;
  const { code, stdout } = await place.azfed(
    ['doctor', '--config', '.azfed/federation.yaml', '--json'],
    variables,
  );
  expect(code).toBe(1);
  const { checks } = parseDocument(stdout);
  expect(checks).toContainEqual(
    expect.objectContaining({
      code: 'table.present',
      verdict: 'failed',
      says: expect.stringContaining('Set AWS_REGION') as string,
    }) as object,
  );
  expect(checks).toContainEqual(
    expect.objectContaining({ code: 'connections.readable', verdict: 'ok' }) as object,
  );
});
