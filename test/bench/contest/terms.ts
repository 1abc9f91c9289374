import type { LocalAwsOptions } from '../../../infra/local/aws/local-aws.ts';

/** What IAM is like here. AWS publishes no rates of IAM; these are the order of what is seen (AWS Security Blog, querying IAM at scale). */
export const terms = {
  latencyMs: 25,
  rateLimit: { perSecond: 20, burst: 50 },
  pageSize: 100,
  fullPages: true,
} as const satisfies LocalAwsOptions;
