import type { Behaviours } from './source.ts';

const sqs = (operation: string) => `SQS API Reference, ${operation}`;

export const queueBehaviours: Behaviours = {
  CreateQueue: { keeps: 'FIFO queues with a dead-letter queue.', source: sqs('CreateQueue') },
  GetQueueUrl: { keeps: '`QueueDoesNotExist` for one that is missing.', source: sqs('GetQueueUrl') },
  GetQueueAttributes: { keeps: 'Counts and the redrive policy.', source: sqs('GetQueueAttributes') },
  SendMessage: { keeps: 'Groups, and deduplication for five minutes.', source: sqs('SendMessage') },
  SendMessageBatch: { keeps: 'Ten at most; entries fail one by one.', source: sqs('SendMessageBatch') },
  ReceiveMessage: {
    keeps: 'One batch of a group at a time; visibility; receive count; dead letters.',
    source: `${sqs('ReceiveMessage')}; SQS Developer Guide, FIFO delivery logic`,
  },
  DeleteMessage: { keeps: 'By receipt handle.', source: sqs('DeleteMessage') },
  DeleteMessageBatch: { keeps: 'Ten at most; entries fail one by one.', source: sqs('DeleteMessageBatch') },
  ChangeMessageVisibility: { keeps: 'Zero gives it back at once.', source: sqs('ChangeMessageVisibility') },
};

export const secretsBehaviours: Behaviours = {
  GetSecretValue: {
    keeps: 'Stages AWSCURRENT and AWSPREVIOUS.',
    source: 'Secrets Manager API Reference, GetSecretValue',
  },
  CreateSecret: {
    keeps: 'The ARN ends with six characters.',
    source: 'Secrets Manager API Reference, CreateSecret',
  },
  PutSecretValue: {
    keeps: 'Moves the stages; the same request token again changes nothing.',
    source: 'Secrets Manager API Reference, PutSecretValue',
  },
};

export const eventTargetBehaviours: Behaviours = {
  PutEvents: {
    keeps:
      'Entries fail one by one in an answer of 200; 256 KB a request; a bus that does not exist takes events and drops them.',
    source: 'EventBridge API Reference, PutEvents; User Guide, PutEvents entry size; aws/aws-cli issue 9186',
  },
  DescribeEventBus: {
    keeps: '`ResourceNotFoundException` for one that is missing.',
    source: 'EventBridge API Reference, DescribeEventBus',
  },
  Publish: {
    keeps: '256 KB with the attributes; FIFO topics need a group and an id, and drop what repeats the id.',
    source: 'SNS API Reference, Publish',
  },
  GetTopicAttributes: {
    keeps: '`NotFound` for one that is missing.',
    source: 'SNS API Reference, GetTopicAttributes',
  },
};

export const entraBehaviours: Behaviours = {
  'POST /:tenant/oauth2/v2.0/token': {
    keeps: 'Client credentials with an assertion of another issuer; errors as `AADSTS` numbers.',
    source:
      'entra-docs, v2-oauth2-client-creds-grant-flow, workload-identity-federation-considerations, reference-error-codes',
    open: 'The word of `error` beside a number, and the status, are chosen.',
  },
  'GET /:tenant/.well-known/openid-configuration': {
    keeps: 'The discovery document of version 1 tokens.',
    source: 'entra-docs, access-token-claims-reference; OpenID Connect Discovery 1.0, section 3',
  },
  'GET /:tenant/discovery/keys': {
    keeps: 'The public key that tokens are signed with (RS256).',
    source: 'OpenID Connect Discovery 1.0, section 3; RFC 7517',
  },
};

export const s3Behaviours: Behaviours = {
  PutObject: {
    keeps:
      'Signed requests alone; keys of 1,024 bytes; `If-None-Match: *` refuses to replace an object (412), and takes no other value (501).',
    source: 'S3 API Reference, PutObject; S3 User Guide, object keys, conditional writes',
  },
  ListObjectsV2: {
    keeps:
      'Signed requests alone; `prefix`, `start-after`, `continuation-token`, `max-keys`; keys in the order of their bytes, 1,000 a page.',
    source: 'S3 API Reference, ListObjectsV2',
  },
  GetObject: {
    keeps: 'Signed requests alone; `NoSuchKey` for one that is missing.',
    source: 'S3 API Reference, GetObject',
  },
};
