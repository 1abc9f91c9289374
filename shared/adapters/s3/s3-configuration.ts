import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { S3ClientConfig } from '@aws-sdk/client-s3';
import type { ConfigurationSource } from '../../ports/configuration-source.ts';
import { reading } from './errors.ts';

export interface S3ConfigurationOptions {
  readonly bucket: string;
  readonly key: string;
  /** Left out: as the SDK's own rules and variables say. */
  readonly clientOptions?: Pick<S3ClientConfig, 'endpoint' | 'credentials' | 'region' | 'maxAttempts'>;
}

const CONNECTION_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 10_000;

export function createS3Configuration({
  bucket,
  key,
  clientOptions,
}: S3ConfigurationOptions): ConfigurationSource {
  return {
    async read() {
      const client = new S3Client({
        ...clientOptions,
        requestHandler: {
          connectionTimeout: CONNECTION_TIMEOUT_MS,
          requestTimeout: REQUEST_TIMEOUT_MS,
          // Otherwise the SDK only warns, and waits for ever.
          throwOnRequestTimeout: true,
        },
      });
      try {
        return await reading(`s3://${bucket}/${key}`, async () => {
          const { Body: body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
          return (await body?.transformToString('utf-8')) ?? '';
        });
      } finally {
        // It is read once in the life of a function: nothing is kept open for a second time.
        client.destroy();
      }
    },
  };
}
