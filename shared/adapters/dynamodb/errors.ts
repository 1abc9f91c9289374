import {
  ConditionalCheckFailedException,
  DynamoDBServiceException,
  ResourceNotFoundException,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import { classifyCommonFailure, isUnreachable } from '../../domain/kernel/aws-common-errors.ts';
import { explainSilence } from '../../domain/kernel/unreached.ts';
import {
  ConfigError,
  ConflictError,
  PermissionError,
  TransientError,
  UpstreamError,
} from '../../domain/kernel/errors.ts';

/** What was being done, as a person has to know it: the right that it needs, and the item or partition. */
export interface TableCall {
  readonly action: `dynamodb:${string}`;
  readonly target: string;
}

/** Runs one call; what the SDK throws comes out as an error of the domain, what is our own bug comes out as it is. */
export async function callTable<Answer>(call: TableCall, send: () => Promise<Answer>): Promise<Answer> {
  try {
    return await send();
  } catch (error) {
    throw translate(error, call);
  }
}

// Of status 400, but it passes (Developer Guide, error handling).
const throttles: ReadonlySet<string> = new Set([
  'ItemCollectionSizeLimitExceededException',
  'LimitExceededException',
  'ProvisionedThroughputExceededException',
  'ReplicatedWriteConflictException',
  'TransactionConflictException',
  'TransactionInProgressException',
]);

function translate(error: unknown, call: TableCall): unknown {
  if (!(error instanceof Error)) return error;
  if (classifyCommonFailure(error.name, error.message) === 'refused') {
    const message = `The table refused ${call.action} on ${call.target}: ${error.message}`;
    return new PermissionError(call.action, message, { cause: error });
  }
  if (error instanceof DynamoDBServiceException) return translateAnswer(error, call);
  if (isUnreachable(error)) return passing('state.unreachable', 'The table cannot be reached', error, call);
  return translateSetupError(error, call);
}

/** What the SDK throws before there is an answer to speak of; it has no classes for it, only names and words. */
function translateSetupError(error: Error, { action, target }: TableCall): Error {
  if (error.message === 'Region is missing') return new ConfigError([noRegion]);
  if (!('$metadata' in error || '$response' in error)) return error;
  const message = `What answers in place of the table does not answer as DynamoDB does (${action} on ${target}). Look at AWS_ENDPOINT_URL and its kin, and at the proxy.`;
  return new TransientError('state.unreadable', message, { cause: error });
}

export const noRegion = {
  where: 'AWS region',
  what: 'It is not set.',
  fix: 'Set AWS_REGION, or a region in the profile that AWS_PROFILE names.',
};

function translateAnswer(error: DynamoDBServiceException, call: TableCall): Error {
  const options = { cause: error };
  if (error instanceof TransactionCanceledException) return translateCancellation(error, call);
  if (error instanceof ConditionalCheckFailedException)
    return new ConflictError('state.conflict', `${call.target} is not as it was when it was read.`, options);
  if (error instanceof ResourceNotFoundException)
    return new UpstreamError(
      'state.table-missing',
      `There is no such table or index: ${error.message}`,
      options,
    );
  const common = classifyCommonFailure(error.name, error.message);
  if (common === 'throttled' || throttles.has(error.name))
    return passing('state.throttled', 'The table is busy', error, call);
  if (common || error.$fault === 'server')
    return passing('state.unavailable', 'The table is not available', error, call);
  if (isOfSize(error.message)) return tooLarge(error, call);
  return new UpstreamError('state.refused', `${call.action} on ${call.target}: ${error.message}`, options);
}

/** One reason for each item, `None` beside those that could have been written (DynamoDB API Reference, TransactWriteItems). */
function translateCancellation(error: TransactionCanceledException, call: TableCall): Error {
  const reasons = error.CancellationReasons ?? [];
  const codes = reasons.map(({ Code: code = '' }) => code);
  const options = { cause: error };
  if (codes.includes('ConditionalCheckFailed'))
    return new ConflictError(
      'state.conflict',
      `${call.target}: not as they were when they were read.`,
      options,
    );
  if (codes.some((code) => passingReasons.has(code)))
    return passing('state.throttled', 'The table is busy', error, call);
  // The reference lists it among the reasons; of a Put, the service says it before the transaction begins.
  if (reasons.some(({ Message: message = '' }) => isOfSize(message))) return tooLarge(error, call);
  return new UpstreamError('state.refused', `${call.action} on ${call.target}: ${error.message}`, options);
}

const isOfSize = (message: string) => /item size/i.test(message);

const passingReasons: ReadonlySet<string> = new Set([
  'ProvisionedThroughputExceeded',
  'ThrottlingError',
  'TransactionConflict',
]);

function tooLarge(cause: Error, { target }: TableCall): UpstreamError {
  return new UpstreamError(
    'state.item-too-large',
    `${target} would pass the 400 KB that an item may have, also without the events that may leave it. Nothing was written. ` +
      'If a webhook lacks events of it, deliver them: azfed replay. If it has many former roles, end those that are needed no more: azfed release.',
    { cause },
  );
}

function passing(code: string, what: string, cause: Error, { action, target }: TableCall): TransientError {
  return new TransientError(code, `${what} (${action} on ${target}): ${explainSilence(cause)}`, { cause });
}
