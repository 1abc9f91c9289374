import type { Organization } from '../domain/configuration/configuration.ts';
import type {
  HookSubscription,
  WantedSubscription,
  HookReceiver,
} from '../domain/azure-devops/hook-subscription.ts';
import type { SubscriptionId } from '../domain/kernel/ids.ts';
import type { Reading } from '../domain/kernel/result.ts';

/** The last delivery of a subscription that failed. */
export interface HookFailure {
  /** ISO time. */
  readonly at: string;
  /** What Azure DevOps says of it: a text from outside. */
  readonly message: string;
}

/** Where subscriptions are read. Never modifies anything; what is not plainly complete is `unknown`. */
export interface HookSubscriptionReader {
  /** Every subscription to events of connections that posts to some address, as far as the identity may see them. */
  list(): Promise<Reading<readonly HookSubscription[]>>;
  /** By id of the subscription, of those that have one. */
  lastFailures(ids: readonly SubscriptionId[]): Promise<Reading<ReadonlyMap<SubscriptionId, HookFailure>>>;
}

/** What a subscription is given. */
export interface SubscriptionOrder extends WantedSubscription {
  readonly receiver: HookReceiver;
  readonly password: string;
}

/** Of each write: `unknown` says that it was refused, or that nobody knows whether it was done. */
export interface HookSubscriptionWriter {
  /** Gives the id of the new one. */
  create(order: SubscriptionOrder): Promise<Reading<SubscriptionId>>;
  /**
   * Makes it enabled and as ordered. Gives the id of the subscription that is: another one where updating does not enable
   * one that was disabled, which is then replaced.
   */
  update(id: SubscriptionId, order: SubscriptionOrder): Promise<Reading<SubscriptionId>>;
  remove(id: SubscriptionId): Promise<Reading<unknown>>;
}

/** Signs in to an organization, does the work, and closes. Throws PermissionError, ConfigError without a credential. */
export type HookSession = <Result>(
  organization: Organization,
  work: (subscriptions: HookSubscriptionReader & HookSubscriptionWriter) => Promise<Result>,
) => Promise<Result>;
