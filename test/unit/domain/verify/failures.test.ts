import type { FailureKind } from '../../../../shared/domain/verify/failures.ts';
import {
  explainMessage,
  explainStsError,
  failureCatalogue,
  isNetworkError,
} from '../../../../shared/domain/verify/failures.ts';

describe('what an error of STS means', () => {
  it.each([
    [
      'InvalidIdentityToken',
      'No OpenIDConnect provider found in your account for https://vstoken.dev.azure.com/x',
      'sts.provider-missing',
    ],
    ['InvalidIdentityToken', 'Incorrect token audience', 'sts.audience-missing'],
    [
      'InvalidIdentityToken',
      "Couldn't retrieve verification key from your identity provider",
      'sts.issuer-unreachable',
    ],
    ['InvalidIdentityToken', 'The token could not be verified', 'sts.token-invalid'],
    ['InvalidIdentityTokenException', 'Incorrect token audience', 'sts.audience-missing'],
    ['AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity', 'sts.not-authorized'],
    ['IDPRejectedClaim', 'anything', 'sts.claim-rejected'],
    ['IDPCommunicationError', 'anything', 'sts.issuer-unreachable'],
    ['ExpiredTokenException', 'Token expired', 'sts.token-expired'],
    ['ExpiredToken', 'Token expired', 'sts.token-expired'],
    ['RegionDisabledException', 'STS is not activated', 'sts.region-disabled'],
    [
      'ValidationError',
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
      'sts.duration-too-long',
    ],
    ['ThrottlingException', 'Rate exceeded', 'sts.throttled'],
    ['TypeError', "Cannot set properties of null (setting 'expired')", 'sts.token-expired'],
    ['TypeError', "Cannot set property 'expired' of null", 'sts.token-expired'],
    [
      'ValidationError',
      "Value 'x' at 'roleSessionName' failed to satisfy constraint",
      'sts.session-name-refused',
    ],
    ['ValidationError', "Value 'x' at 'roleArn' failed to satisfy constraint", 'sts.role-arn-refused'],
    ['ValidationError', 'Request ARN is invalid', 'sts.role-arn-refused'],
  ])('%s, "%s": %s', (code, message, means) => {
    expect(explainStsError(code, message)).toBe(means);
  });

  it('says nothing of what it does not know', () => {
    expect(explainStsError('ValidationError', 'RoleArn is too long')).toBeUndefined();
    expect(explainStsError('SomethingNew', 'Access is denied')).toBeUndefined();
    expect(explainStsError('TypeError', 'fetch failed')).toBeUndefined();
    expect(explainMessage('The term Get-Something is not recognized')).toBeUndefined();
  });
});

it.each([
  ['TimeoutError', 'socket hang up', true],
  ['NetworkingError', 'connect ECONNREFUSED 127.0.0.1:443', true],
  ['AggregateError', 'ETIMEDOUT', true],
  ['UnknownEndpoint', "Inaccessible host: `sts.eu-west-9.amazonaws.com'.", true],
  ['503', 'null', true],
  ['Error', 'getaddrinfo ENOTFOUND dev.azure.com', true],
  ['AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity', false],
  ['Error', 'The job has no explicit reference to the service connection', false],
])('takes %s, "%s" for a failure of the network: %s', (code, message, isOne) => {
  expect(isNetworkError(code, message)).toBe(isOne);
});

it.each(Object.entries<FailureKind>(failureCatalogue))(
  'marks the fix of %s as a run of azfed apply exactly where it is one',
  (_code, { fix, needsApply }) => {
    expect(needsApply ?? false).toBe(fix.includes('`azfed apply`'));
  },
);
