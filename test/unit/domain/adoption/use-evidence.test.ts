import { listLostPrincipals, type TrustChange } from '../../../../shared/domain/adoption/lost-access.ts';
import { isRevoked, judgeEvidence } from '../../../../shared/domain/adoption/use-evidence.ts';
import { complete, unknown } from '../../../../shared/domain/kernel/result.ts';
import type { PolicyDocument } from '../../../../shared/domain/policy/policy-document.ts';
import type { RoleUse, RoleUser } from '../../../../shared/domain/verify/role-uses.ts';
import { readRoleUse } from '../../../../shared/domain/verify/role-uses.ts';

const ACCOUNT = '123456789012';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/web-ado`;
const ISSUER = 'vstoken.dev.azure.com/11111111-2222-4333-8444-555555555555';
const PROVIDER = `arn:aws:iam::${ACCOUNT}:oidc-provider/${ISSUER}`;
const ROOT = `arn:aws:iam::${ACCOUNT}:root`;
const SAML = `arn:aws:iam::${ACCOUNT}:saml-provider/Corporate`;
const AUDIENCE = 'api://AzureADTokenExchange';
const DAY = 86_400_000;
const now = Date.parse('2026-11-30T00:00:00Z');
const since = now - 90 * DAY;

const tokens = (condition: object) => ({
  Effect: 'Allow',
  Principal: { Federated: PROVIDER },
  Action: 'sts:AssumeRoleWithWebIdentity',
  Condition: condition,
});
const ours = tokens({
  StringEquals: { [`${ISSUER}:aud`]: AUDIENCE, [`${ISSUER}:sub`]: 'sc://northwind/Web/aws-prod' },
});
const breakGlass = {
  Effect: 'Allow',
  Principal: { AWS: `arn:aws:iam::${ACCOUNT}:role/break-glass` },
  Action: 'sts:AssumeRole',
};
const trust = (...statements: readonly object[]) =>
  ({ Version: '2012-10-17', Statement: statements }) as PolicyDocument;
const wide = tokens({ StringLike: { [`${ISSUER}:sub`]: 'sc://northwind/Web/*' } });

const token = (subject: string, audience = AUDIENCE): RoleUser => ({
  kind: 'token',
  provider: PROVIDER,
  subject,
  audience,
});
const asks = (values: object) => ({ StringEquals: values });
const bySaml = (member: unknown) => ({
  Effect: 'Allow',
  Principal: { Federated: member },
  Action: 'sts:AssumeRoleWithSAML',
});
const principal = (name: string): RoleUser => ({
  kind: 'principal',
  arn: `arn:aws:iam::${ACCOUNT}:role/${name}`,
  account: ACCOUNT,
});
const narrowed: TrustChange = { live: trust(wide, breakGlass), next: trust(ours) };
const kept: TrustChange = { live: trust(wide, breakGlass), next: trust(ours, breakGlass) };

it.each<{ who: string; user: RoleUser; change: TrustChange; isLost: boolean }>([
  {
    who: 'the connection itself',
    user: token('sc://northwind/Web/aws-prod'),
    change: narrowed,
    isLost: false,
  },
  {
    who: 'it, of an unknown audience',
    user: token('sc://northwind/Web/aws-prod', ''),
    change: narrowed,
    isLost: false,
  },
  {
    who: 'it, of another audience',
    user: token('sc://northwind/Web/aws-prod', 'sts.amazonaws.com'),
    change: narrowed,
    isLost: true,
  },
  { who: 'another connection', user: token('sc://northwind/Web/aws-dev'), change: narrowed, isLost: true },
  {
    who: 'a pipeline, which the live trust does not let in either',
    user: token('p://northwind/Web/release'),
    change: narrowed,
    isLost: false,
  },
  { who: 'a role whose statement goes', user: principal('break-glass'), change: narrowed, isLost: true },
  { who: 'a role whose statement stays', user: principal('break-glass'), change: kept, isLost: false },
  { who: 'a role that no statement names', user: principal('other'), change: narrowed, isLost: false },
  { who: 'somebody whom the record does not name', user: { kind: 'other' }, change: narrowed, isLost: true },
  {
    who: 'a service, where no service is removed',
    user: { kind: 'service', service: 'x' },
    change: narrowed,
    isLost: false,
  },
  {
    who: 'a person of the company, where only another SAML provider is removed',
    user: { kind: 'saml', provider: SAML },
    change: { live: trust(ours, bySaml([SAML, `${SAML}-old`])), next: trust(ours, bySaml(SAML)) },
    isLost: false,
  },
  {
    who: 'a user of an account, where the trust names the root by the id of the account',
    user: { kind: 'account', account: '999999999999' },
    change: {
      live: trust(wide, { ...breakGlass, Principal: { AWS: 'arn:aws:iam::999999999999:root' } }),
      next: trust(ours, { ...breakGlass, Principal: { AWS: '999999999999' } }),
    },
    isLost: false,
  },
  {
    who: 'another account, where its account is removed',
    user: { kind: 'account', account: '999999999999' },
    change: {
      live: trust(ours, { ...breakGlass, Principal: { AWS: '999999999999' } }),
      next: trust(ours),
    },
    isLost: true,
  },
  {
    who: 'a user of the account, where the root is removed',
    user: { kind: 'principal', arn: `arn:aws:iam::${ACCOUNT}:user/ana`, account: ACCOUNT },
    change: {
      live: trust(ours, { ...breakGlass, Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` } }),
      next: trust(ours),
    },
    isLost: true,
  },
])('says of $who whether the new trust shuts them out', ({ user, change, isLost }) => {
  expect(isRevoked(user, change)).toBe(isLost);
});

const use = (by: RoleUser, at = now - DAY): RoleUse => ({
  at,
  by,
  region: 'us-east-1',
  eventId: JSON.stringify([by, at]),
});
const read = (uses: readonly RoleUse[], from = since) =>
  complete({ uses, since: from, regions: ['us-east-1'] });
const reading = { since, sessionMs: 3_600_000 };
const own = token('sc://northwind/Web/aws-prod');
const other = token('sc://northwind/Web/aws-dev');

it.each([
  { what: 'nobody used it', uses: read([]), lastUsedAt: 0, verdict: { state: 'unused' } },
  {
    what: 'only those who stay used it',
    uses: read([use(own)]),
    lastUsedAt: now - DAY,
    verdict: { state: 'unused' },
  },
  {
    what: 'somebody used it who is revoked',
    uses: read([use(own), use(other), use(other, now - 2 * DAY)]),
    verdict: { state: 'used', by: [{ by: other, times: 2, lastAt: new Date(now - DAY).toISOString() }] },
  },
  {
    what: 'CloudTrail did not answer',
    uses: unknown('access-denied', 'no right'),
    lastUsedAt: 0,
    verdict: { state: 'unknown', reason: 'unread' },
  },
  {
    what: 'only the newest uses could be read',
    uses: read([use(own)], now - 3 * DAY),
    verdict: { state: 'unknown', reason: 'cut-short' },
  },
  {
    what: 'only the newest could be read, and one of them is revoked',
    uses: read([use(other)], now - 3 * DAY),
    verdict: { state: 'used' },
  },
  {
    what: 'IAM knows of a use that no Region shows',
    uses: read([]),
    lastUsedAt: now - DAY,
    verdict: { state: 'unknown', reason: 'unexplained' },
  },
  {
    what: 'its last use is older than what counts',
    uses: read([]),
    lastUsedAt: since - DAY,
    verdict: { state: 'unused' },
  },
])('judges where $what', ({ uses, lastUsedAt, verdict }) => {
  expect(judgeEvidence(narrowed, { ...reading, uses, lastUsedAt })).toMatchObject(verdict);
});

const record = (more: object) => ({
  eventName: 'AssumeRole',
  eventTime: '2026-11-22T08:00:00Z',
  eventID: 'one',
  awsRegion: 'eu-west-1',
  requestParameters: { roleArn: ROLE },
  ...more,
});

it.each<{ identity: object; by: RoleUser; more?: object }>([
  {
    identity: {
      type: 'WebIdentityUser',
      userName: 'sc://northwind/Web/aws-prod',
      identityProvider: PROVIDER,
    },
    more: { eventName: 'AssumeRoleWithWebIdentity', responseElements: { audience: AUDIENCE } },
    by: own,
  },
  {
    identity: {
      type: 'AssumedRole',
      accountId: ACCOUNT,
      arn: `arn:aws:sts::${ACCOUNT}:assumed-role/break-glass/ana`,
      sessionContext: { sessionIssuer: { arn: `arn:aws:iam::${ACCOUNT}:role/break-glass` } },
    },
    by: principal('break-glass'),
  },
  {
    identity: { type: 'AWSAccount', accountId: '999999999999', principalId: 'AROA:x' },
    by: { kind: 'account', account: '999999999999' },
  },
  {
    identity: { type: 'AWSService', invokedBy: 'ec2.amazonaws.com' },
    by: { kind: 'service', service: 'ec2.amazonaws.com' },
  },
  {
    identity: { type: 'SAMLUser', userName: 'ana', identityProvider: 'bdGOnTesti4+ExamplexL/jEvs=' },
    more: { eventName: 'AssumeRoleWithSAML', requestParameters: { roleArn: ROLE, principalArn: SAML } },
    by: { kind: 'saml', provider: SAML },
  },
  { identity: { type: 'WebIdentityUser' }, by: { kind: 'other' } },
  { identity: { type: 'Unheard' }, by: { kind: 'other' } },
])('reads who is behind $identity', ({ identity, by, more = {} }) => {
  expect(readRoleUse(record({ userIdentity: identity, ...more }), ROLE)).toMatchObject({
    by,
    region: 'eu-west-1',
  });
});

it.each([
  { what: 'another role', record: record({ requestParameters: { roleArn: `${ROLE}-2` } }) },
  { what: 'a refusal', record: record({ errorCode: 'AccessDenied' }) },
  { what: 'a change of the role', record: record({ eventName: 'TagRole' }) },
  { what: 'no object', record: 'text' },
])('takes $what for no use', ({ record: other }) => {
  expect(readRoleUse(other, ROLE)).toBeUndefined();
});

it.each<{ what: string; live: object; next: object; lost: readonly string[] }>([
  { what: 'an id of the account', live: { AWS: ROOT }, next: { AWS: ACCOUNT }, lost: [] },
  { what: 'another account', live: { AWS: ROOT }, next: { AWS: '999999999999' }, lost: [ROOT] },
])('takes a root for removed, or not, where the trust names $what in its place', ({ live, next, lost }) => {
  const change = {
    live: trust(wide, { ...breakGlass, Principal: live }),
    next: trust(ours, { ...breakGlass, Principal: next }),
  };
  expect(listLostPrincipals(change).map(({ member }) => member)).toEqual(lost);
});

it.each<{ what: string; live: object; next: object; isLost: boolean }>([
  {
    what: 'other order',
    live: asks({ 'sts:ExternalId': ['a', 'b'] }),
    next: asks({ 'sts:ExternalId': ['b', 'a'] }),
    isLost: false,
  },
  {
    what: 'one more value',
    live: asks({ 'sts:ExternalId': 'a' }),
    next: asks({ 'sts:externalid': ['a', 'b'] }),
    isLost: false,
  },
  {
    what: 'one value fewer',
    live: asks({ 'sts:ExternalId': ['a', 'b'] }),
    next: asks({ 'sts:ExternalId': 'a' }),
    isLost: true,
  },
  {
    what: 'one more condition',
    live: asks({ 'sts:ExternalId': 'a' }),
    next: asks({ 'sts:ExternalId': 'a', 'aws:PrincipalTag/x': 'y' }),
    isLost: true,
  },
  { what: 'no condition', live: asks({ 'sts:ExternalId': 'a' }), next: {}, isLost: false },
  {
    what: 'the same, of which the values cannot be told',
    live: asks({ 'sts:ExternalId': 'a', 'STS:externalid': 'b' }),
    next: asks({ 'sts:ExternalId': 'a', 'STS:externalid': 'b' }),
    isLost: false,
  },
  {
    what: 'one more value that is refused',
    live: { StringNotEquals: { 'aws:PrincipalTag/x': 'a' } },
    next: { StringNotEquals: { 'aws:PrincipalTag/x': ['a', 'b'] } },
    isLost: true,
  },
])('compares what a principal has to meet: $what', ({ live, next, isLost }) => {
  const change = {
    live: trust(wide, { ...breakGlass, Condition: live }),
    next: trust(ours, { ...breakGlass, Condition: next }),
  };
  expect(listLostPrincipals(change).length > 0).toBe(isLost);
});
