import { createHmac } from 'node:crypto';
import * as z from 'zod';
import type { Dispatch } from './dispatch.ts';
import { admit, parseBody, type JsonRequest } from './json-request.ts';
import { JsonError, answerJson, type JsonAnswer } from '../protocol/json-answer.ts';

/** KMS: GenerateMac alone, in AWS JSON 1.1 (KMS API Reference, GenerateMac). */
export const macTarget = /^TrentService\.GenerateMac$/;

const keyArn = /^arn:aws[a-z-]*:kms:[a-z0-9-]+:(\d{12}):key\/[\w-]+$/;
const algorithms = ['HMAC_SHA_224', 'HMAC_SHA_256', 'HMAC_SHA_384', 'HMAC_SHA_512'] as const;
/** What is not played, DryRun for one, is refused. */
const request = z.strictObject({
  KeyId: z.string().min(1).max(2_048),
  MacAlgorithm: z.enum(algorithms),
  // At most 4,096 bytes.
  Message: z.base64().min(1).max(5_464),
});

/**
 * Every key of the caller's own account is there, an HMAC_256 one, and its secret follows from its ARN: nobody makes keys
 * here. Another algorithm than that of the key is refused, as KMS does (InvalidKeyUsageException).
 */
export function createMacAnswer(cloud: Dispatch) {
  function generate({ headers, body }: JsonRequest): object {
    const {
      KeyId: key,
      MacAlgorithm: algorithm,
      Message: message,
    } = parseBody(request, body, 'ValidationException');
    const { caller } = admit(cloud, headers, 'kms:GenerateMac', key);
    if (keyArn.exec(key)?.[1] !== caller.account.id)
      throw new JsonError('NotFoundException', `Key '${key}' does not exist`);
    if (algorithm !== 'HMAC_SHA_256')
      throw new JsonError('InvalidKeyUsageException', `${key} does not support ${algorithm}`);
    const mac = createHmac('sha256', `secret of ${key}`).update(Buffer.from(message, 'base64'));
    return { KeyId: key, Mac: mac.digest('base64'), MacAlgorithm: algorithm };
  }
  return (asked: JsonRequest): JsonAnswer => answerJson(() => generate(asked));
}
