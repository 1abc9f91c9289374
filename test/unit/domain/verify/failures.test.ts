import { explainStsError } from '../../../../shared/domain/verify/failures.ts';

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
  ])('%s, "%s": %s', (code, message, means) => {
    expect(explainStsError(code, message)).toBe(means);
  });

  it('says nothing of what it does not know', () => {
    expect(explainStsError('ValidationError', 'RoleArn is too long')).toBeUndefined();
    expect(explainStsError('SomethingNew', 'Access is denied')).toBeUndefined();
  });
});
