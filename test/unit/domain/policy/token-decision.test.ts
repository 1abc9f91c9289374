import type { Json, JsonObject, PolicyDocument } from '../../../../shared/domain/policy/policy-document.ts';
import type { TokenQuestion } from '../../../../shared/domain/policy/token-decision.ts';
import { decideToken, undecided } from '../../../../shared/domain/policy/token-decision.ts';

const ISSUER = 'vstoken.dev.azure.com/11111111-2222-3333-4444-555555555555';
const PROVIDER = `arn:aws:iam::123456789012:oidc-provider/${ISSUER}`;
const AUDIENCE = 'api://AzureADTokenExchange';
const SUBJECT = 'sc://contoso/Shop/deploy';
const claims: JsonObject = { iss: `https://${ISSUER}`, aud: AUDIENCE, sub: SUBJECT, exp: 1_900_000_000 };

const statement = (changes: JsonObject = {}) => ({
  Effect: 'Allow',
  Principal: { Federated: PROVIDER },
  Action: 'sts:AssumeRoleWithWebIdentity',
  Condition: { StringEquals: { [`${ISSUER}:aud`]: AUDIENCE, [`${ISSUER}:sub`]: SUBJECT } },
  ...changes,
});
const makeTrust = (...statements: readonly JsonObject[]) =>
  ({ Version: '2012-10-17', Statement: statements }) as PolicyDocument;
const asking = (Condition: Json) => makeTrust(statement({ Condition }));
const deny = (Condition: JsonObject) => statement({ Effect: 'Deny', Principal: '*', Action: '*', Condition });
const decide = (trust: PolicyDocument, question: Partial<TokenQuestion> = {}) => {
  const { decision, statement: deciding } = decideToken(trust, { claims, ...question });
  return `${decision} ${deciding ?? 'none'}`;
};
const withClaims = (changes: JsonObject): Partial<TokenQuestion> => ({ claims: { ...claims, ...changes } });

describe('what a trust in a file says to a token in another', () => {
  const byAddress = makeTrust(statement(), deny({ NotIpAddress: { 'aws:SourceIp': '203.0.113.0/24' } }));
  const byClaim = (operator: string, values: Json) =>
    asking({ StringEquals: { [`${ISSUER}:sub`]: SUBJECT }, [operator]: { [`${ISSUER}:groups`]: values } });
  it.each<readonly [string, string, string]>([
    ['exact', decide(makeTrust(statement())), 'allowed 0'],
    ['an issuer without https://', decide(makeTrust(statement()), withClaims({ iss: ISSUER })), 'allowed 0'],
    [
      'another subject',
      decide(makeTrust(statement()), withClaims({ sub: 'sc://contoso/Shop/other' })),
      'denied none',
    ],
    [
      'another issuer',
      decide(makeTrust(statement()), withClaims({ iss: 'https://vstoken.dev.azure.com/x' })),
      'denied none',
    ],
    [
      'another provider',
      decide(makeTrust(statement()), { providerArn: PROVIDER.replace('1234', '9999') }),
      'denied none',
    ],
    ['its provider', decide(makeTrust(statement()), { providerArn: PROVIDER }), 'allowed 0'],
    [
      'the second statement',
      decide(makeTrust(statement({ Action: 'sts:TagSession' }), statement())),
      'allowed 1',
    ],
    ['a Deny', decide(makeTrust(statement(), deny({}))), 'denied 1'],
    ['a Deny by address, unknown', decide(byAddress), 'uncertain 1'],
    [
      'a Deny by address, inside',
      decide(byAddress, { context: { 'aws:SourceIp': '203.0.113.9' } }),
      'allowed 0',
    ],
    [
      'a Deny by address, outside',
      decide(byAddress, { context: { 'AWS:sourceip': '198.51.100.9' } }),
      'denied 1',
    ],
    [
      'a Deny by address, surely without',
      decide(byAddress, { context: { 'aws:SourceIp': null } }),
      'denied 1',
    ],
    ['no subject', decide(makeTrust(statement()), withClaims({ sub: null })), 'denied none'],
    [
      'no subject, IfExists',
      decide(asking({ StringEqualsIfExists: { [`${ISSUER}:sub`]: SUBJECT } }), withClaims({ sub: null })),
      'allowed 0',
    ],
    ['one audience as a list', decide(makeTrust(statement()), withClaims({ aud: [AUDIENCE] })), 'allowed 0'],
    [
      'several audiences',
      decide(makeTrust(statement()), withClaims({ aud: [AUDIENCE, 'else'] })),
      'uncertain 0',
    ],
    [
      'several audiences, none of them ours',
      decide(makeTrust(statement()), withClaims({ aud: ['some', 'else'] })),
      'denied none',
    ],
    [
      'several audiences that nobody asks for',
      decide(asking({ StringEquals: { [`${ISSUER}:sub`]: SUBJECT } }), withClaims({ aud: ['some', 'else'] })),
      'allowed 0',
    ],
    [
      'azp, which is the audience then',
      decide(makeTrust(statement()), withClaims({ azp: AUDIENCE, aud: ['else', 'other'] })),
      'allowed 0',
    ],
    ['azp that is another', decide(makeTrust(statement()), withClaims({ azp: 'else' })), 'denied none'],
    [
      'oaud',
      decide(
        asking({ StringEquals: { [`${ISSUER}:oaud`]: 'else' } }),
        withClaims({ azp: AUDIENCE, aud: 'else' }),
      ),
      'allowed 0',
    ],
    ['another claim', decide(byClaim('StringEquals', 'a'), withClaims({ groups: 'a' })), 'allowed 0'],
    ['a number', decide(byClaim('NumericLessThan', '6'), withClaims({ groups: 5 })), 'allowed 0'],
    ['a boolean', decide(byClaim('Bool', 'true'), withClaims({ groups: true })), 'allowed 0'],
    [
      'many values without a set operator',
      decide(byClaim('StringEquals', ['a', 'b']), withClaims({ groups: ['a', 'b'] })),
      'denied none',
    ],
    [
      'many values',
      decide(byClaim('ForAnyValue:StringEquals', 'a'), withClaims({ groups: ['a', 'b'] })),
      'allowed 0',
    ],
    [
      'a claim that is an object',
      decide(byClaim('StringEquals', 'a'), withClaims({ groups: { a: 'a' } })),
      'denied none',
    ],
    [
      'session tags',
      decide(makeTrust(statement()), withClaims({ 'https://aws.amazon.com/tags': { principal_tags: {} } })),
      'uncertain 0',
    ],
    [
      'session tags of somebody who is not let in',
      decide(makeTrust(statement()), withClaims({ sub: 'x', 'https://aws.amazon.com/tags': {} })),
      'denied none',
    ],
    [
      'a session name',
      decide(asking({ StringEquals: { 'sts:RoleSessionName': 'me' } }), {
        context: { 'sts:RoleSessionName': 'me' },
      }),
      'allowed 0',
    ],
    [
      'a list of providers',
      decide(makeTrust(statement({ Principal: { Federated: ['accounts.google.com', PROVIDER] } }))),
      'allowed 0',
    ],
    [
      'providers of two accounts, which agree',
      decide(
        makeTrust(statement({ Principal: { Federated: [PROVIDER, PROVIDER.replace('1234', '9999')] } })),
      ),
      'allowed 0',
    ],
    [
      'providers of two accounts, which do not',
      decide(
        makeTrust(
          statement(),
          statement({ Effect: 'Deny', Principal: { Federated: PROVIDER.replace('1234', '9999') } }),
        ),
      ),
      'uncertain 0',
    ],
    ['everybody', decide(makeTrust(statement({ Principal: '*' }))), 'allowed 0'],
    ['no statement', decide(makeTrust()), 'denied none'],
    ['an unknown Version', decide({ ...makeTrust(statement()), Version: '2030-01-01' }), 'uncertain 0'],
  ])('%s', (_name, decided, expected) => {
    expect(decided).toBe(expected);
  });

  it('says nothing of a document that cannot be read', () => {
    expect(undecided('why', { claims })).toMatchObject({
      decision: 'uncertain',
      statement: null,
      reason: 'why',
    });
  });
});
