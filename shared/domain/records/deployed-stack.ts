import * as z from 'zod';
import type { StackSettings } from '../configuration/stack-rules.ts';

/** S3 User Guide, bucket naming rules. */
export const bucketName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'is not the name of a bucket.');

/** As functions get them in their environment, and as the table keeps them. */
export const stackSettings = z.object({
  mode: z.enum(['small', 'organization']),
  partition: z.string(),
  rolePath: z.string(),
  ownRoles: z.array(z.string()),
}) satisfies z.ZodType<StackSettings>;

/** What the functions say of the stack that they were deployed with. */
export interface DeployedStack {
  /** Of azfed, such as `0.2.0`. */
  readonly release: string;
  /** Where configurations are published. */
  readonly configurationBucket: string;
  /** Left out: nothing is refused, as on the embedded cloud. */
  readonly settings?: StackSettings;
  /** Of the configuration that was deployed with the stack. */
  readonly sha256: string;
  /** What that configuration needs of the stack (`listStackNeeds`). */
  readonly needs: readonly string[];
}
