import type { Place } from './command-line.ts';
import { enterPlace } from './command-line.ts';

const ISSUER = 'vstoken.dev.azure.com/11111111-2222-3333-4444-555555555555';
const PROVIDER = `arn:aws:iam::123456789012:oidc-provider/${ISSUER}`;
const allow = {
  Effect: 'Allow',
  Principal: { Federated: PROVIDER },
  Action: 'sts:AssumeRoleWithWebIdentity',
  Condition: { StringEquals: { [`${ISSUER}:sub`]: 'sc://contoso/Shop/deploy' } },
};
const deny = {
  Effect: 'Deny',
  Principal: '*',
  Action: '*',
  Condition: { Bool: { 'aws:ViaAWSService': 'true' } },
};
const claims = {
  iss: `https://${ISSUER}`,
  aud: 'api://AzureADTokenExchange',
  sub: 'sc://contoso/Shop/deploy',
};

let place: Place;
beforeAll(async () => {
  place = await enterPlace();
  place.write('files/claims.json', JSON.stringify(claims));
  place.write('files/whole.json', JSON.stringify({ ...claims, context: { 'aws:ViaAWSService': false } }));
  place.write('files/context.json', `\ufeff${JSON.stringify({ 'aws:ViaAWSService': 'true' })}`);
  place.write('files/open.json', JSON.stringify({ Version: '2012-10-17', Statement: allow }));
  place.write('files/fenced.json', JSON.stringify({ Version: '2012-10-17', Statement: [allow, deny] }));
  place.write('files/twice.json', '{"Version":"2012-10-17","Statement":[],"Statement":[]}');
  place.write('files/broken.json', '{');
});
afterAll(() => place.leave());

const ask = async (...typed: readonly string[]) => {
  const { code, stdout } = await place.runAzfed('files', ['explain', '--json', ...typed]);
  return { code, ...(JSON.parse(stdout) as object) };
};

it('answers from two files, without an account or a configuration', async () => {
  expect(await ask('--trust', 'open.json', '--claims', 'claims.json')).toMatchObject({
    code: 0,
    schemaVersion: 1,
    decision: 'allowed',
    statement: 0,
    decidingStatement: allow,
    token: { providerArn: PROVIDER, issuer: ISSUER, subject: claims.sub },
    statements: [{ statement: 0, effect: 'Allow', applies: 'yes' }],
  });
  const fenced = ['--trust', 'fenced.json', '--claims'];
  expect(await ask(...fenced, 'claims.json')).toMatchObject({
    decision: 'uncertain',
    statement: 1,
    decidingStatement: deny,
    reason: 'statement 2 may deny it: Condition Bool aws:viaawsservice cannot be told',
  });
  expect(await ask(...fenced, 'whole.json')).toMatchObject({ decision: 'allowed', statement: 0 });
  expect(await ask(...fenced, 'claims.json', '--context', 'context.json')).toMatchObject({
    decision: 'denied',
    statement: 1,
  });
  expect(
    await ask('--trust', 'open.json', '--claims', 'claims.json', '--provider', `${PROVIDER}/else`),
  ).toMatchObject({ decision: 'denied', statement: null, decidingStatement: null });
  expect(await ask('--trust', 'twice.json', '--claims', 'claims.json')).toMatchObject({
    decision: 'uncertain',
    statement: null,
    reason: expect.stringContaining('stands twice') as string,
  });
});

it('says it to people, and what is wrong with what they gave', async () => {
  const { stdout } = await place.runAzfed('files', [
    'explain',
    '--trust',
    'open.json',
    '--claims',
    'claims.json',
  ]);
  expect(stdout).toBe(
    [
      'allowed  sc://contoso/Shop/deploy',
      '  through   123456789012/oidc-provider/vstoken.dev.azure.com/11111111…',
      '  because   statement 1 allows it',
      '  statement 1',
      '        EFFECT   WHO                            CONDITION',
      '        Allow    the connection Shop / deploy   StringEquals sub = sc://contoso/Shop/deploy',
      '',
    ].join('\n'),
  );
  const refusal = async (...typed: readonly string[]) =>
    (await place.runAzfed('files', ['explain', ...typed])).stderr;
  expect(await refusal('--trust', 'open.json')).toContain('needs --trust and --claims');
  expect(await refusal('--trust', 'broken.json', '--claims', 'claims.json')).toContain('It is not JSON.');
  expect(await refusal('--trust', 'none.json', '--claims', 'claims.json')).toContain(
    'The file is not there.',
  );
  expect(await refusal('--trust', 'open.json', '--claims', 'open.json')).toContain('It has no iss');
  expect(await refusal('Shop/x', '--trust', 'open.json', '--claims', 'claims.json')).toContain(
    'Leave out one',
  );
});
