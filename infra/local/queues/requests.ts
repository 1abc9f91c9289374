import * as z from 'zod';
import type { QueueSettings } from './fifo-queue.ts';

// Limits of the SQS API Reference. What a request holds beyond these is not looked at.
const HALF_A_DAY = 43_200;
const seconds = (most: number) => z.number().int().min(0).max(most);
const secondsText = (most: number) => z.coerce.number().int().min(0).max(most);
const flag = z.enum(['true', 'false']).transform((text) => text === 'true');
/** Up to 128 letters, digits and punctuation. */
const token = z.string().regex(/^[!-~]{1,128}$/);
const QueueUrl = z.url();
const ReceiptHandle = z.string().min(1);
const createBatchSchema = <Entry extends z.ZodType>(entry: Entry) =>
  z.object({ QueueUrl, Entries: z.array(entry) });

const redrivePolicy = z
  .string()
  .transform((text): unknown => JSON.parse(text))
  .pipe(
    z.object({
      deadLetterTargetArn: z.string(),
      maxReceiveCount: z.coerce.number().int().min(1).max(1_000),
    }),
  );

const attributes = z.object({
  FifoQueue: z.literal('true'),
  ContentBasedDeduplication: flag.default(false),
  DelaySeconds: secondsText(900).default(0),
  VisibilityTimeout: secondsText(HALF_A_DAY).default(30),
  RedrivePolicy: redrivePolicy.optional(),
});

export const CreateQueue = z.object({
  QueueName: z.string().regex(/^[\w-]{1,75}\.fifo$/),
  Attributes: attributes,
});
export const GetQueueUrl = z.object({ QueueName: z.string() });
export const GetQueueAttributes = z.object({ QueueUrl, AttributeNames: z.array(z.string()).default([]) });

const sent = {
  /** 1 MiB. The characters that XML does not know are refused. */
  MessageBody: z
    .string()
    .min(1)
    .refine((text) => Buffer.byteLength(text) <= 1_048_576, 'is too long')
    .regex(/^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u),
  MessageGroupId: token,
  MessageDeduplicationId: token.optional(),
  /** A FIFO queue delays as a whole. */
  DelaySeconds: z.undefined().optional(),
};
const Id = z.string().regex(/^[\w-]{1,80}$/);

export const SendMessage = z.object({ QueueUrl, ...sent });
export const SendMessageBatch = createBatchSchema(z.object({ Id, ...sent }));
export const ReceiveMessage = z.object({
  QueueUrl,
  MaxNumberOfMessages: z.number().int().min(1).max(10).default(1),
  VisibilityTimeout: seconds(HALF_A_DAY).optional(),
  WaitTimeSeconds: seconds(20).default(0),
  AttributeNames: z.array(z.string()).default([]),
  MessageSystemAttributeNames: z.array(z.string()).default([]),
});
export const DeleteMessage = z.object({ QueueUrl, ReceiptHandle });
export const DeleteMessageBatch = createBatchSchema(z.object({ Id, ReceiptHandle }));
export const ChangeMessageVisibility = z.object({
  QueueUrl,
  ReceiptHandle,
  VisibilityTimeout: seconds(HALF_A_DAY),
});

export type SendEntry = z.output<typeof SendMessage>;

export function toQueueSettings({ Attributes: given }: z.output<typeof CreateQueue>): QueueSettings {
  const { DelaySeconds, VisibilityTimeout, ContentBasedDeduplication, RedrivePolicy } = given;
  return {
    delaySeconds: DelaySeconds,
    visibilitySeconds: VisibilityTimeout,
    isContentDeduplicated: ContentBasedDeduplication,
    ...(RedrivePolicy && {
      redrive: {
        deadLetterArn: RedrivePolicy.deadLetterTargetArn,
        maxReceives: RedrivePolicy.maxReceiveCount,
      },
    }),
  };
}
