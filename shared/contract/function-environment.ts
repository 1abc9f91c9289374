/** Names of the environment variables that infrastructure gives to the functions. */
export const functionEnvironment = {
  /** Name of the table. */
  table: 'AZFED_TABLE',
  /** Where the configuration lies: an S3 object whose text is federation.yaml with every file it names written into it. */
  configurationBucket: 'AZFED_CONFIG_BUCKET',
  configurationKey: 'AZFED_CONFIG_KEY',
  /** SHA-256 of that text in hex: a function that reads another one refuses to start. */
  configurationHash: 'AZFED_CONFIG_SHA256',
  /** The bucket of published configurations; a stack of the release before has none. */
  publishedBucket: 'AZFED_PUBLISHED_BUCKET',
  /** The release, and what a configuration has to fit to, as JSON. */
  stack: 'AZFED_STACK',
  discoverQueue: 'AZFED_DISCOVER_QUEUE_URL',
  reconcileQueue: 'AZFED_RECONCILE_QUEUE_URL',
  reportQueue: 'AZFED_REPORT_QUEUE_URL',
  /** Where the report lies. */
  reportBucket: 'AZFED_REPORT_BUCKET',
  /** ARN of the Secrets Manager secret with the passwords that service hooks send. */
  hookSecret: 'AZFED_HOOK_SECRET',
  /** ARN of the KMS key that records are signed with; without it they are not. */
  recordKey: 'AZFED_RECORD_KEY',
  /** Namespace of the metrics: the name of the deployment, so that two in one account do not count together. */
  metricsNamespace: 'AZFED_METRICS_NAMESPACE',
} as const;
