/** Where AWS is when it is not AWS: the embedded cloud. A function in AWS has none, and goes by its environment. */
export interface EndpointOverrides {
  /** Endpoint of IAM, STS and CloudTrail. */
  readonly aws: string;
  readonly dynamoDb: string;
  readonly queues: string;
  readonly secretsManager: string;
  readonly s3: string;
  /** The authority of Entra credentials. */
  readonly entra: string;
  /** Keys of azfed's own account. */
  readonly hub: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Values of secrets that the configuration names by variable. */
  readonly secrets: Readonly<Record<string, string>>;
}

type Service = 'dynamoDb' | 'queues';

/** Without them the SDK waits for ever. */
const retryBudget = {
  requestHandler: { connectionTimeout: 5_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
};

/** Options of an SDK client. Where there is no outside, the SDK's own rules and variables say the rest. */
export function clientOptions(endpoints: EndpointOverrides | undefined, service: Service) {
  return endpoints
    ? { ...retryBudget, endpoint: endpoints[service], region: 'us-east-1', credentials: endpoints.hub }
    : retryBudget;
}

/** Options for the adapters of Secrets Manager, which know their Region and their patience themselves. */
export function secretsOptions(endpoints: EndpointOverrides | undefined) {
  return endpoints ? { endpoint: endpoints.secretsManager, credentials: endpoints.hub } : {};
}

/** Options for IAM and STS. The embedded IAM has no limits of its own to be careful of. */
export function iamOptions(endpoints: EndpointOverrides | undefined) {
  if (!endpoints) return {};
  return { endpoint: endpoints.aws, credentials: endpoints.hub, rates: { reads: 1_000, writes: 1_000 } };
}
