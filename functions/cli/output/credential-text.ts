import type { ConfigurationProblem } from '../../../shared/domain/kernel/errors.ts';
import { quoteWord } from './sanitize.ts';

const where = 'AWS credentials';

/** Where the shell says that the SDK is to look; `undefined`: nowhere, so that it looks at the profile `default`. */
export type Profile = string | undefined;

/** The SDK's own reason for having no credentials, and the command that helps. `--profile` in it is the one that failed. */
export function explainMissing(reason: string, profile: Profile): ConfigurationProblem {
  const failing = /profile[=:] ?\[?([^\s\]]+)/.exec(reason)?.[1] ?? profile ?? 'default';
  const known = reasons.find(([pattern]) => pattern.test(reason));
  const fix = known?.[1](failing, profile) ?? anything(profile);
  // The end of a sentence is often a dot already.
  return { where, what: `${reason.replace(/\.?$/, '')}.`, fix };
}

type Advice = (failing: string, profile: Profile) => string;

const anything = (profile: Profile): string =>
  profile === undefined
    ? 'Set AWS_PROFILE (aws configure list-profiles names them), or whatever else the AWS SDK takes credentials from.'
    : `Try: aws sts get-caller-identity --profile ${quoteWord(profile)}`;

/** By the sentences of the AWS SDK (@aws-sdk/credential-provider-*, token-providers), first match first. */
const reasons: readonly (readonly [RegExp, Advice])[] = [
  [
    /invalid SSO credentials/i,
    (failing) => `Complete the profile: aws configure sso --profile ${quoteWord(failing)}`,
  ],
  [/\bsso\b|token is expired/i, (failing) => `Sign in: aws sso login --profile ${quoteWord(failing)}`],
  [
    /login\/cache|\baws login\b|login session/i,
    (failing) => `Sign in: aws login --profile ${quoteWord(failing)}`,
  ],
  [
    /multi-factor/i,
    (failing) =>
      `azfed asks for no code. Let the AWS CLI ask: eval "$(aws configure export-credentials --profile ${quoteWord(failing)} --format env)"`,
  ],
  [
    /cycle/i,
    () => 'Correct source_profile in ~/.aws/config: one of them has to have credentials of its own.',
  ],
  [/could not resolve credentials using profile/i, missingProfile],
  [
    /command failed|did not return|credential_process/i,
    (failing) =>
      `Run the credential_process of the profile by hand: aws configure get credential_process --profile ${quoteWord(failing)}`,
  ],
  [/ENOENT/, () => 'Correct AWS_WEB_IDENTITY_TOKEN_FILE or web_identity_token_file: the file is not there.'],
];

function missingProfile(failing: string, profile: Profile): string {
  const names = 'Which profiles there are: aws configure list-profiles.';
  if (profile === undefined)
    return `Set AWS_PROFILE. ${names} Or sign in anew: aws sso login --profile <name>`;
  return failing === profile
    ? `There is no such profile, or it holds no credentials. ${names}`
    : `The profile ${profile} leads to it, and it is not there or holds no credentials. ${names}`;
}

/** What AWS answers to credentials that it does not take: by the names of errors, common to all its services. */
const refusals: Readonly<Record<string, (profile: Profile) => string>> = {
  ExpiredToken: renew,
  RequestExpired: () => 'Set the clock of this machine, then try again.',
  InvalidClientTokenId: unknownKey,
  UnrecognizedClient: unknownKey,
  InvalidSignature: wrongSecret,
  SignatureDoesNotMatch: wrongSecret,
  IncompleteSignature: wrongSecret,
  MissingAuthenticationToken: (profile) => anything(profile),
  TokenProviderError: (profile) => `Sign in: aws sso login --profile ${quoteWord(profile ?? 'default')}`,
};

/** For credentials that are there, and that AWS refuses as such; `undefined` where a right is missing instead. */
export function explainRefused(cause: Error, profile: Profile): ConfigurationProblem | undefined {
  const advice = refusals[cause.name.replace(/Exception$/, '')];
  return advice && { where, what: cause.message, fix: advice(profile) };
}

function renew(profile: Profile): string {
  return profile === undefined
    ? 'They have ended: get new ones into the environment, or unset AWS_SESSION_TOKEN and set AWS_PROFILE.'
    : `They have ended. Sign in: aws sso login --profile ${quoteWord(profile)}; keys in the environment win over the profile: unset them.`;
}

function unknownKey(profile: Profile): string {
  return `AWS knows no such key in this partition: it was deleted, or is one of another partition (AWS_REGION). ${anything(profile)}`;
}

function wrongSecret(profile: Profile): string {
  return `The secret does not belong to the key, or something on the way changes requests. ${anything(profile)}`;
}
