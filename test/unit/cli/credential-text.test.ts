import { explainMissing, explainRefused } from '../../../functions/cli/output/credential-text.ts';

const named = (name: string) => Object.assign(new Error('said by AWS'), { name });

describe('what is said of AWS credentials', () => {
  // The sentences of the SDK, as its providers say them.
  it.each([
    [
      "The SSO session token associated with profile=corp was not found or is invalid. To refresh this SSO session run 'aws sso login' with the corresponding profile.",
      'corp',
      'aws sso login --profile corp',
    ],
    [
      'The SSO session associated with this profile is invalid. To refresh this SSO session run aws sso login with the corresponding profile.',
      'old',
      'aws sso login --profile old',
    ],
    [
      'Could not resolve credentials using profile: [gone] in configuration/credentials file(s).',
      'gone',
      'There is no such profile',
    ],
    [
      'Could not resolve credentials using profile: [gone] in configuration/credentials file(s).',
      'chain',
      'The profile chain leads to it',
    ],
    [
      'Could not resolve credentials using profile: [default] in configuration/credentials file(s).',
      undefined,
      'Set AWS_PROFILE',
    ],
    [
      'Detected a cycle attempting to resolve credentials for profile loop. Profiles visited: loop2, loop',
      'loop',
      'source_profile',
    ],
    [
      'Profile mfa requires multi-factor authentication, but no MFA code callback was provided.',
      'mfa',
      'export-credentials --profile mfa',
    ],
    ['Command failed: /bin/false', 'proc', 'credential_process --profile proc'],
    ["ENOENT: no such file or directory, open '/tmp/none'", 'web', 'AWS_WEB_IDENTITY_TOKEN_FILE'],
  ])('%s', (reason, profile, fix) => {
    const problem = explainMissing(reason, profile);
    expect(problem.what).toBe(reason.replace(/\.?$/, '.'));
    expect(problem.fix).toContain(fix);
  });

  it.each([
    ['ExpiredTokenException', 'aws sso login --profile corp'],
    ['InvalidClientTokenId', 'no such key'],
    ['UnrecognizedClientException', 'no such key'],
    ['SignatureDoesNotMatch', 'does not belong to the key'],
  ])('keeps what AWS says of %s', (name, fix) => {
    const problem = explainRefused(named(name), 'corp');
    expect(problem?.what).toBe('said by AWS');
    expect(problem?.fix).toContain(fix);
  });

  it('leaves a missing right alone', () => {
    expect(explainRefused(named('AccessDeniedException'), 'corp')).toBeUndefined();
  });
});
