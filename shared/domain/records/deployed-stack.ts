import type { StackSettings } from '../configuration/stack-rules.ts';

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
