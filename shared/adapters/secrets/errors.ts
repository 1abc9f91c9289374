import { SecretsManagerServiceException } from '@aws-sdk/client-secrets-manager';
import { classifyCommonFailure, isUnreachable } from '../../domain/kernel/aws-common-errors.ts';
import { explainSilence } from '../../domain/kernel/unreached.ts';
import { ConfigError, PermissionError, TransientError, UpstreamError } from '../../domain/kernel/errors.ts';

/** Runs one call; what the SDK throws comes out as an error of the domain, what is our own bug comes out as it is. */
export async function callSecrets<Answer>(arn: string, send: () => Promise<Answer>): Promise<Answer> {
  try {
    return await send();
  } catch (error) {
    throw translate(error, arn);
  }
}

/** The secret is not one that azfed can use, and only a person can fix it. */
export function unusable(arn: string, what: string, fix: string): ConfigError {
  return new ConfigError({ where: arn, what, fix });
}

function translate(error: unknown, arn: string): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message } = error;
  if (classifyCommonFailure(name, message) === 'refused')
    return new PermissionError(missingAction(message), `The secret ${arn} was refused: ${message}`, {
      cause: error,
    });
  if (error instanceof SecretsManagerServiceException) return translateAnswer(error, arn);
  if (isUnreachable(error))
    return passing('secret.unreachable', 'Secrets Manager cannot be reached', error, arn);
  // An answer that cannot be read may be the secret, and the parser's message quotes from it: neither goes further.
  return '$metadata' in error
    ? new TransientError('secret.unreadable', `Secrets Manager gave no readable answer for ${arn}.`)
    : error;
}

function translateAnswer(error: SecretsManagerServiceException, arn: string): Error {
  const { name, message } = error;
  if (name === 'ResourceNotFoundException')
    return unusable(arn, message, 'Create it in this Region, or correct the ARN.');
  // Both texts are those of AWS (hashicorp/terraform-provider-aws pull request 8219): "already scheduled", "was marked".
  if (name === 'InvalidRequestException' && /(?:marked|scheduled) for deletion/.test(message))
    return unusable(
      arn,
      message,
      `Bring it back: aws secretsmanager restore-secret --secret-id ${arn}; then it can be read, and gets a new value with --rotate.`,
    );
  const common = classifyCommonFailure(name, message);
  // Of status 400, but it passes.
  if (common === 'throttled' || name === 'LimitExceededException')
    return passing('secret.throttled', 'Secrets Manager is busy', error, arn);
  if (common || error.$fault === 'server')
    return passing('secret.unavailable', 'Secrets Manager is not available', error, arn);
  return new UpstreamError('secret.refused', `${name} for the secret ${arn}: ${message}`, { cause: error });
}

function passing(code: string, what: string, cause: Error, arn: string): TransientError {
  return new TransientError(code, `${what} (${arn}): ${explainSilence(cause)}`, { cause });
}

/** A secret under a customer's own key needs kms:Decrypt as well (GetSecretValue); only AWS's text tells which it was. */
function missingAction(message: string): string {
  const named = /not authorized to perform: ([\w-]+:\w+)/.exec(message)?.[1];
  if (named !== undefined) return named;
  return message.startsWith('Access to KMS') ? 'kms:Decrypt' : 'secretsmanager:GetSecretValue';
}
