import { CloudTrailServiceException } from '@aws-sdk/client-cloudtrail';
import { DynamoDBServiceException } from '@aws-sdk/client-dynamodb';
import { IAMServiceException } from '@aws-sdk/client-iam';
import { SecretsManagerServiceException } from '@aws-sdk/client-secrets-manager';
import { SQSServiceException } from '@aws-sdk/client-sqs';
import { STSServiceException } from '@aws-sdk/client-sts';
import { retrying } from '../../../shared/adapters/aws/iam-client.ts';
import { callTrail as readTrail } from '../../../shared/adapters/cloudtrail/trail-client.ts';
import { callTable } from '../../../shared/adapters/dynamodb/errors.ts';
import { translateSts } from '../../../shared/adapters/entra/errors.ts';
import { translateRefusal } from '../../../shared/adapters/s3/signed-request.ts';
import { callSecrets as readSecret } from '../../../shared/adapters/secrets/errors.ts';
import { callQueue } from '../../../shared/adapters/sqs/sqs-queue.ts';
import { createVirtualClock } from '../../builders/virtual-clock.ts';

interface Answer {
  readonly name: string;
  readonly message: string;
  readonly status: number;
}

type Throwing = (answer: Answer) => unknown;

const makeOptions = ({ name, message, status }: Answer) => ({
  name,
  message,
  $fault: status >= 500 ? ('server' as const) : ('client' as const),
  $metadata: { httpStatusCode: status },
});
const catchThrown = (work: (send: () => Promise<never>) => Promise<unknown>, error: Error) =>
  work(() => Promise.reject(error)).catch((thrown: unknown) => thrown);

/** What each adapter makes of an answer of its service. */
const adapters: readonly (readonly [string, Throwing])[] = [
  [
    'IAM',
    (answer) =>
      catchThrown(
        (send) =>
          retrying(
            { action: 'iam:GetRole', target: '*', isRepeatable: true },
            { clock: createVirtualClock(0) },
            send,
          ),
        new IAMServiceException(makeOptions(answer)),
      ),
  ],
  [
    'CloudTrail',
    (answer) =>
      catchThrown((send) => readTrail('1', send), new CloudTrailServiceException(makeOptions(answer))),
  ],
  [
    'DynamoDB',
    (answer) =>
      catchThrown(
        (send) => callTable({ action: 'dynamodb:GetItem', target: 'x' }, send),
        new DynamoDBServiceException(makeOptions(answer)),
      ),
  ],
  [
    'SQS',
    (answer) =>
      catchThrown(
        (send) => callQueue('sqs:SendMessage', 'q', send),
        new SQSServiceException(makeOptions(answer)),
      ),
  ],
  [
    'Secrets Manager',
    (answer) =>
      catchThrown((send) => readSecret('arn', send), new SecretsManagerServiceException(makeOptions(answer))),
  ],
  ['STS for Entra', (answer) => translateSts(new STSServiceException(makeOptions(answer)))],
  [
    'S3',
    ({ name, message, status }) =>
      translateRefusal(
        's3:GetObject',
        'x',
        status,
        `<Error><Code>${name}</Code><Message>${message}</Message></Error>`,
      ),
  ],
];

type Row = readonly [name: string, status: number, error: string, message?: string];

const answers: readonly Row[] = [
  ['RequestExpired', 400, 'TransientError'],
  ['RequestExpiredException', 400, 'TransientError'],
  ['RequestTimeTooSkewed', 403, 'TransientError'],
  [
    'SignatureDoesNotMatch',
    403,
    'TransientError',
    'Signature expired: 20261129T190000Z is now earlier than 20261129T191000Z',
  ],
  ['InvalidSignatureException', 400, 'TransientError', 'Signature not yet current: 20261129T190000Z'],
  ['SignatureDoesNotMatch', 403, 'PermissionError'],
  ['NotAuthorized', 400, 'PermissionError'],
  ['AccessDeniedException', 400, 'PermissionError'],
  ['UnrecognizedClientException', 400, 'PermissionError'],
  ['ExpiredToken', 400, 'PermissionError'],
  ['OptInRequired', 403, 'PermissionError'],
  ['Throttling', 400, 'TransientError'],
  ['ThrottledException', 400, 'TransientError'],
  ['TooManyRequestsException', 429, 'TransientError'],
  ['RequestTimeout', 408, 'TransientError'],
  ['RequestAbortedException', 400, 'TransientError'],
  ['InternalFailure', 500, 'TransientError'],
  ['ServiceUnavailable', 503, 'TransientError'],
  ['ValidationError', 400, 'UpstreamError'],
  ['MalformedHttpRequestException', 400, 'UpstreamError'],
];

describe.each(adapters)('an error that all services of AWS have, from %s', (_service, thrown) => {
  it.each(answers.map((row) => [`${row[0]} (${row[1]})`, row[2], row] as const))(
    '%s is a %s',
    async (_answer, error, [name, status, , message = 'Said by AWS.']) => {
      expect(await thrown({ name, status, message })).toMatchObject({ name: error });
    },
  );
});
