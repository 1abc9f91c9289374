import type * as z from 'zod';
import { payloads } from './event-payloads.ts';

/** high: access may be wrong, or nobody learns of it. medium: something waits for a person. low: for the record. */
type EventSeverity = 'low' | 'medium' | 'high';

interface EventKind {
  readonly severity: EventSeverity;
  /** One sentence. */
  readonly meaning: string;
  /**
   * What happened, as the head of a chat message or a line of a list. `{connection}`, `{account}` and the like stand for
   * names from the data (notify/event-titles.ts).
   */
  readonly title: string;
  /** Instead of the title, where the event is a reminder. */
  readonly reminderTitle?: string;
  /** The fields of its data, without those that every event gets when it is sent. */
  readonly payload: z.ZodRawShape;
}

/**
 * The events that azfed sends, each with its stable type. Types, JSON Schemas, the reference page and the titles of
 * chat messages are made from this catalogue.
 * A new meaning gets a new version; a field is only ever added.
 */
export const eventCatalogue = {
  'connection.federated.v1': {
    severity: 'low',
    meaning: 'azfed created a role for a service connection and opened its trust.',
    title: '{connection} has a role in AWS',
    payload: payloads.completed,
  },
  'connection.drift-detected.v1': {
    severity: 'high',
    meaning: 'Somebody changed a role in IAM. The role differs from what azfed last applied.',
    title: 'Somebody changed the role of {connection}',
    payload: payloads.change,
  },
  'connection.drift-unresolved.v1': {
    severity: 'high',
    meaning: 'A reminder: an earlier drift still exists. The event says since when and why.',
    title: 'The role of {connection} still differs',
    payload: payloads.unresolved,
  },
  'connection.repaired.v1': {
    severity: 'low',
    meaning: 'azfed repaired a role that had drifted, and read it back.',
    title: 'The role of {connection} was repaired',
    payload: payloads.completed,
  },
  'connection.changed.v1': {
    severity: 'low',
    meaning: 'azfed updated a role after a change in Azure DevOps or in the configuration.',
    title: 'The role of {connection} was updated',
    payload: payloads.completed,
  },
  'connection.renamed.v1': {
    severity: 'low',
    meaning:
      'A connection or its project has a new name. The trust accepts the new name, and the old name for a short time.',
    title: '{connection} has a new name, and its role follows',
    payload: payloads.completed,
  },
  'connection.adopted.v1': {
    severity: 'low',
    meaning:
      'A person adopted a role that azfed did not create, or whose tag names an earlier connection. The role now matches its grant.',
    title: 'The role of {connection} was adopted',
    payload: payloads.completed,
  },
  'connection.role-deleted.v1': {
    severity: 'medium',
    meaning:
      'azfed deleted a closed, unused role after the approval of a second person, and keeps a snapshot.',
    title: 'The role of {connection} was deleted',
    payload: payloads.deleted,
  },
  'connection.role-restored.v1': {
    severity: 'medium',
    meaning: 'azfed recreated a deleted role from its snapshot. Its trust is closed.',
    title: 'The role of {connection} was restored, with a closed trust',
    payload: payloads.completed,
  },
  'connection.closed.v1': {
    severity: 'medium',
    meaning: 'azfed closed the trust of a role. Nobody can assume it through Azure DevOps.',
    title: 'The role of {connection} was closed',
    payload: payloads.completed,
  },
  'connection.recreated.v1': {
    severity: 'high',
    meaning:
      'Another connection has the name of a federated one. azfed closed its role; a person has to decide.',
    title: 'Another connection has the name of {connection}',
    payload: payloads.completed,
  },
  'connection.replaced.v1': {
    severity: 'low',
    meaning:
      'A person gave a connection the roles of an earlier connection. They open to it with the next change.',
    title: '{connection} replaces an earlier connection',
    payload: payloads.replaced,
  },
  'connection.released.v1': {
    severity: 'medium',
    meaning:
      'A person asked azfed to stop managing a role. The role stays as it is, without the tags of azfed; no run changes it.',
    title: 'azfed no longer manages the role of {connection}',
    payload: payloads.released,
  },
  'connection.missing.v1': {
    severity: 'medium',
    meaning:
      'Azure DevOps no longer lists a federated connection. azfed changed nothing, because an absence does not prove a deletion.',
    title: '{connection} is no longer listed',
    payload: payloads.missing,
  },
  'connection.unaccounted.v1': {
    severity: 'high',
    meaning:
      'A federated connection has been missing for days, and nothing proves that it was deleted. Another connection with its name could assume its role. azfed repeats the event as a reminder.',
    title: '{connection} is unaccounted for',
    payload: payloads.unaccounted,
  },
  'connection.disputed.v1': {
    severity: 'high',
    meaning:
      'azfed repaired a role for the fifth time within an hour. It now only narrows the role, until a person decides. azfed repeats the event each time.',
    title: 'The role of {connection} is changed repeatedly',
    payload: payloads.disputed,
  },
  'connection.dispute-ended.v1': {
    severity: 'low',
    meaning: 'A person allowed automatic runs to repair the role of a connection again.',
    title: 'The dispute over the role of {connection} has ended',
    payload: payloads.disputeEnded,
  },
  'connection.held.v1': {
    severity: 'medium',
    meaning: 'azfed blocked a necessary change. The event has the reason.',
    title: 'A change for {connection} is blocked',
    payload: payloads.change,
  },
  'connection.failed.v1': {
    severity: 'high',
    meaning: 'A change failed. The event has the reason and, as a reminder, since when and how often.',
    title: 'A change for {connection} failed',
    reminderTitle: 'A change for {connection} keeps failing',
    payload: payloads.failed,
  },
  'provider.created.v1': {
    severity: 'low',
    meaning: 'azfed created the OIDC provider of an organization in an account.',
    title: 'An OIDC provider was created in {account}',
    payload: payloads.providerChange,
  },
  'provider.repaired.v1': {
    severity: 'low',
    meaning: 'azfed added its missing audience to a provider again.',
    title: 'The OIDC provider in {account} was repaired',
    payload: payloads.providerChange,
  },
  'provider.failed.v1': {
    severity: 'high',
    meaning:
      'A change of an OIDC provider failed. The event has the reason and, as a reminder, since when and how often.',
    title: 'The OIDC provider in {account} could not be changed',
    reminderTitle: 'The OIDC provider in {account} still cannot be changed',
    payload: payloads.providerFailed,
  },
  'deployment.first-look.v1': {
    severity: 'low',
    meaning:
      'A summary of what automatic runs would do in an account, before a person has allowed the deployment to write. Sent once for each account.',
    title: 'A summary of {account}: azfed writes nothing yet',
    payload: payloads.firstLook,
  },
  'deployment.bootstrapped.v1': {
    severity: 'low',
    meaning: 'A person allowed this deployment to write. Until then automatic runs only observe.',
    title: 'Automatic runs may write from now on',
    payload: payloads.bootstrapped,
  },
  'deployment.suspended.v1': {
    severity: 'medium',
    meaning:
      'A person stopped the writes to everything, or to one organization, account, grant or connection.',
    title: 'Writes are suspended: {scope}',
    payload: payloads.suspended,
  },
  'deployment.resumed.v1': {
    severity: 'low',
    meaning:
      'A person ended a suspension, or let automatic runs continue after a circuit breaker had tripped.',
    title: 'Writes are resumed: {scope}',
    payload: payloads.resumed,
  },
  'deployment.breaker-tripped.v1': {
    severity: 'high',
    meaning:
      'Too many roles drifted, or too many connections went missing, at once. Automatic runs only observe there until a person resumes.',
    title: 'Automatic runs only observe: {scope}',
    payload: payloads.breakerTripped,
  },
  'deployment.approved.v1': {
    severity: 'low',
    meaning: 'A second person approved changes that need an approval.',
    title: 'Changes of {plan} were approved',
    payload: payloads.approved,
  },
  'deployment.configuration-changed.v1': {
    severity: 'low',
    meaning:
      'The functions work with a configuration that somebody published. The event names the publisher.',
    title: 'Configuration {version} is in force',
    payload: payloads.configurationChanged,
  },
  'deployment.configuration-refused.v1': {
    severity: 'high',
    meaning:
      'The newest published configuration cannot be read, or is invalid for this release. The functions continue with an earlier one. Sent once for each version.',
    title: 'Configuration {version} cannot be used',
    payload: payloads.configurationRefused,
  },
  'account.unreadable.v1': {
    severity: 'high',
    meaning:
      'azfed can no longer read an account: a role cannot be assumed, or IAM refuses. Nothing in it is watched or repaired.',
    title: '{account} cannot be read',
    payload: payloads.accountUnreadable,
  },
  'account.readable.v1': {
    severity: 'low',
    meaning: 'azfed reads an account again.',
    title: '{account} can be read again',
    payload: payloads.accountReadable,
  },
  'account-list.unreadable.v1': {
    severity: 'high',
    meaning:
      'azfed can no longer read the accounts of AWS Organizations to their end. It continues with the last list that was whole; accounts that join are not seen.',
    title: 'The accounts of AWS Organizations cannot be read',
    payload: payloads.accountListUnreadable,
  },
  'account-list.readable.v1': {
    severity: 'low',
    meaning: 'azfed reads the accounts of AWS Organizations again.',
    title: 'The accounts of AWS Organizations can be read again',
    payload: payloads.accountListReadable,
  },
  'organization.unreadable.v1': {
    severity: 'high',
    meaning:
      'azfed can no longer read an Azure DevOps organization or some of its projects: the credential ended, or a permission is missing. Sent once for each part that could be read before.',
    title: '{organization} cannot be read completely',
    payload: payloads.organizationUnreadable,
  },
  'organization.readable.v1': {
    severity: 'low',
    meaning: 'azfed reads an Azure DevOps organization and all of its projects again.',
    title: '{organization} can be read again',
    payload: payloads.organizationReadable,
  },
  'hook.subscription-lost.v1': {
    severity: 'medium',
    meaning:
      'Service hooks of a project no longer arrive: a subscription is disabled, on probation or not listed.',
    title: 'Service hooks of {organization} no longer arrive',
    payload: payloads.subscriptionLost,
  },
  'webhook.disabled.v1': {
    severity: 'high',
    meaning:
      'A webhook answered 410, or accepted no event for three days. azfed sends it nothing until azfed replay.',
    title: 'The webhook {webhook} is disabled',
    payload: payloads.webhookDisabled,
  },
  'webhook.enabled.v1': {
    severity: 'low',
    meaning: 'A webhook accepted the events that it had missed. azfed sends it events again.',
    title: 'The webhook {webhook} is enabled again',
    payload: payloads.webhookEnabled,
  },
  'webhook.test.v1': {
    severity: 'low',
    meaning: 'A test: somebody ran azfed notify test to check whether the webhook accepts events.',
    title: 'This is a test of the webhook {webhook}',
    payload: payloads.webhookTest,
  },
} as const satisfies Record<string, EventKind>;

export type EventType = keyof typeof eventCatalogue;

type Immutable<Value> = Value extends readonly (infer Item)[]
  ? readonly Immutable<Item>[]
  : Value extends object
    ? { readonly [Key in keyof Value]: Immutable<Value[Key]> }
    : Value;

/** What an event of this type says, before severity, run and links are added; of several types: of any of them. */
export type EventData<Type extends EventType> = Type extends EventType
  ? Immutable<z.output<z.ZodObject<(typeof eventCatalogue)[Type]['payload'], z.core.$strict>>>
  : never;
