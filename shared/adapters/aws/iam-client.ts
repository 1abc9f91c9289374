import { IAMClient } from '@aws-sdk/client-iam';
import { STSClient } from '@aws-sdk/client-sts';
import type { Partition } from '../../domain/kernel/arn.ts';

/** Long-lived keys, or those of a session. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface ConnectionOptions {
  /** Without it the SDK's default chain is asked. */
  readonly credentials?: Credentials;
  /** Without it the SDK's own rules and variables decide (`AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_IAM`, ...). */
  readonly endpoint?: string;
  /** Milliseconds without an answer after which a request counts as lost. A bulk page may take ten seconds. */
  readonly requestTimeoutMs?: number;
}

/**
 * Where the one IAM control plane of each partition is signed for (endpoint rules of the IAM service model). Never the
 * Region that azfed runs in: the partition of the account decides.
 */
const homeRegions: Readonly<Record<Partition, string>> = {
  aws: 'us-east-1',
  'aws-us-gov': 'us-gov-west-1',
  'aws-cn': 'cn-north-1',
  'aws-eusc': 'eusc-de-east-1',
};

const CONNECTION_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 30_000;

/** The hub's own client in a partition. Its credentials and its sockets serve the others too. */
export function createStsClient(
  partition: Partition,
  { credentials, endpoint, requestTimeoutMs = REQUEST_TIMEOUT_MS }: ConnectionOptions,
): STSClient {
  return new STSClient({
    region: homeRegions[partition],
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: requestTimeoutMs,
      // Otherwise the SDK only warns, and waits for ever.
      throwOnRequestTimeout: true,
    },
    ...(credentials ? { credentials } : {}),
    ...(endpoint === undefined ? {} : { endpoint }),
  });
}

/** `onRequest` is told of every request that is sent. */
export function createIamClient(
  hub: STSClient,
  partition: Partition,
  credentials: Credentials | undefined,
  endpoint: string | undefined,
  onRequest?: () => void,
): IAMClient {
  const client = new IAMClient({
    region: homeRegions[partition],
    maxAttempts: 1,
    requestHandler: hub.config.requestHandler,
    credentials: credentials ?? hub.config.credentials,
    ...(endpoint === undefined ? {} : { endpoint }),
  });
  client.middlewareStack.add(
    (next) => (request) => {
      onRequest?.();
      return next(request);
    },
    { step: 'deserialize', priority: 'low', name: 'countRequests' },
  );
  return client;
}
