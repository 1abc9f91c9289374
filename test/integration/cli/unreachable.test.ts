import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Place } from './command-line.ts';
import { enterPlace, listSpokeWrites } from './command-line.ts';
import { parseApplication, parsePlan } from './documents.ts';
import { spawnAzfed } from './process.ts';
import { sampleConfiguration } from '../../../infra/local/sample.ts';

let place: Place;
beforeAll(async () => {
  place = await enterPlace();
  place.write('federation.yaml', sampleConfiguration(place.cloud));
});
afterAll(() => place.leave());

const NOWHERE = 'http://127.0.0.1:9';

/** An address behind which everything is answered alike. */
async function answering(
  status: number,
  body: string,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((_request, response) => {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(body);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((closed) => {
        server.closeAllConnections();
        server.close(() => {
          closed();
        });
      }),
  };
}

it('says why it cannot begin without its table, its region or its credentials', async () => {
  const denial = { __type: 'com.amazon.coral.service#AccessDeniedException', Message: 'not authorized' };
  const refusing = await answering(400, JSON.stringify(denial));
  const impostor = await answering(200, '<html>Sign in</html>');
  const { AWS_REGION, AWS_ACCESS_KEY_ID, ...rest } = place.variables;
  const [unreached, refused, strange, nowhere, nobody] = await Promise.all([
    place.azfed(['plan'], { ...place.variables, AWS_ENDPOINT_URL_DYNAMODB: NOWHERE }),
    place.azfed(['plan'], { ...place.variables, AWS_ENDPOINT_URL_DYNAMODB: refusing.url }),
    place.azfed(['status'], { ...place.variables, AWS_ENDPOINT_URL_DYNAMODB: impostor.url }),
    place.azfed(['plan'], { ...rest, AWS_ACCESS_KEY_ID: AWS_ACCESS_KEY_ID ?? '' }),
    place.azfed(['plan'], { ...rest, AWS_REGION: AWS_REGION ?? '' }),
  ]);
  await Promise.all([refusing.close(), impostor.close()]);
  const all = [unreached, refused, strange, nowhere, nobody];
  expect(all.map(({ code, stdout }) => ({ code, stdout }))).toStrictEqual(
    all.map(() => ({ code: 1, stdout: '' })),
  );
  for (const { stderr } of all) expect(stderr).not.toMatch(/^\s+at /m);
  expect(unreached.stderr).toMatch(
    /^Outside: no answer\n {2}The table cannot be reached \(dynamodb:DescribeTable on azfed\): no answer \(ECONNREFUSED\): nothing accepts connections at 127\.0\.0\.1:9; .*\n {2}Try again\./,
  );
  expect(refused.stderr).toContain('Missing right: dynamodb:DescribeTable');
  expect(strange.stderr).toContain('Look at AWS_ENDPOINT_URL');
  expect(nowhere.stderr).toContain('Set AWS_REGION');
  expect(nobody.stderr).toMatch(
    /^AWS credentials\n {2}Could not resolve credentials using profile: \[default\].*\n {2}Set AWS_PROFILE\./,
  );
});

it('calls the answer partial where Azure DevOps cannot be read, and writes nothing', async () => {
  const dead = sampleConfiguration(place.cloud).replace(/url: \S+\/contoso/, `url: ${NOWHERE}/contoso`);
  place.write('dead.yaml', dead);
  const { AZURE_DEVOPS_PAT, ...withoutPat } = place.variables;
  const [words, status, explain, noToken, badToken, applied] = await Promise.all([
    spawnAzfed(place, ['plan', '--config', 'dead.yaml'], place.variables),
    spawnAzfed(place, ['status', '--config', 'dead.yaml'], place.variables),
    spawnAzfed(place, ['explain', 'aws-network', '--config', 'dead.yaml'], place.variables),
    place.azfed(['plan'], withoutPat),
    place.azfed(['plan', '--json'], {
      ...place.variables,
      AZURE_DEVOPS_PAT: `not-${AZURE_DEVOPS_PAT ?? ''}`,
    }),
    place.azfed(['apply', '--yes', '--json'], withoutPat),
  ]);
  expect([words, status, explain, noToken, badToken, applied].map(({ code }) => code)).toStrictEqual([
    3, 3, 1, 3, 3, 3,
  ]);
  expect(words.stdout).toContain(
    'Azure DevOps could not be reached (ECONNREFUSED): nothing accepts connections at 127.0.0.1:9; check',
  );
  expect(words.stdout).toMatch(/\nNot complete: something could not be read [^\n]*\n$/);
  expect(status.stdout).toMatch(
    /^Nothing can be said: not everything could be read\.\n\nobserving nobody has let automatic runs write yet .*\n$/,
  );
  expect(status.stderr).toContain('Could not be read: contoso: Azure DevOps could not be reached');
  expect(explain.stderr).toContain('contoso: Azure DevOps could not be reached');
  expect(noToken.stdout).toContain('environment variable AZURE_DEVOPS_PAT: It is not set.');
  expect(parsePlan(badToken.stdout)).toMatchObject({
    outcome: 'partial',
    changes: [],
    findings: [{ code: 'read.incomplete' }],
  });
  expect(badToken.stdout + badToken.stderr).not.toContain('not-sample-reader');
  expect(parseApplication(applied.stdout)).toMatchObject({ outcome: 'partial', results: [] });
  expect(listSpokeWrites(place.cloud)).toStrictEqual([]);
});

it('calls the answer partial where an account cannot be entered', async () => {
  const wrongKey = { ...place.variables, AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE' };
  const [words, document, status] = await Promise.all([
    place.azfed(['plan', '--detailed-exitcode'], wrongKey),
    place.azfed(['plan', '--json'], wrongKey),
    place.azfed(['status'], wrongKey),
  ]);
  expect([words.code, document.code, status.code]).toStrictEqual([3, 3, 3]);
  expect(status.stdout).toMatch(/^Shop \/ aws-prod +unknown +not read +commerce +shop-prod/m);
  expect(status.stdout).not.toMatch(/^\S.* (?:ok|drifted|pending) /m);
  expect(words.stdout).toContain(
    'Account 123456789012: sts:AssumeRole on arn:aws:iam::123456789012:role/azfed-spoke: The security token',
  );
  expect(parsePlan(document.stdout)).toMatchObject({ outcome: 'partial', changes: [] });
  expect(listSpokeWrites(place.cloud)).toStrictEqual([]);
});
