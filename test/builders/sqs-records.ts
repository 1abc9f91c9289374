import type { SQSRecord } from 'aws-lambda';

/** Records as Lambda gives them to a function behind a FIFO queue (Lambda Developer Guide, using Lambda with SQS). */
export function sqsRecord(
  id: string,
  group: string,
  body: unknown = {},
  { receives = 1 }: { readonly receives?: number } = {},
): SQSRecord {
  return {
    messageId: id,
    receiptHandle: `handle-${id}`,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    attributes: {
      ApproximateReceiveCount: String(receives),
      SentTimestamp: '1795338000000',
      SenderId: 'AROAEXAMPLE:azfed',
      ApproximateFirstReceiveTimestamp: '1795338000000',
      SequenceNumber: '18849496460467696128',
      MessageGroupId: group,
      MessageDeduplicationId: id,
    },
    messageAttributes: {},
    md5OfBody: '99914b932bd37a50b983c5e7c90ae93b',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:eu-central-1:111122223333:azfed.fifo',
    awsRegion: 'eu-central-1',
  };
}
