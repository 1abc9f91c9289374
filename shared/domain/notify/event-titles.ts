import type { EventType, PendingEvent } from '../records/event.ts';
import { formatEventName, readEventText } from './event-fields.ts';

/** What happened, in words that begin with nothing but a capital: they stand in lists as well. */
const titles: Readonly<Record<EventType, (event: PendingEvent) => string>> = {
  'connection.federated.v1': (event) => `${formatEventName(event)} has a role in AWS`,
  'connection.drift-detected.v1': (event) => `Somebody changed the role of ${formatEventName(event)}`,
  'connection.drift-unresolved.v1': (event) => `The role of ${formatEventName(event)} still differs`,
  'connection.repaired.v1': (event) => `The role of ${formatEventName(event)} was repaired`,
  'connection.changed.v1': (event) => `The role of ${formatEventName(event)} was updated`,
  'connection.renamed.v1': (event) => `${formatEventName(event)} has a new name, and its role follows`,
  'connection.adopted.v1': (event) => `The role of ${formatEventName(event)} was adopted`,
  'connection.role-deleted.v1': (event) => `The role of ${formatEventName(event)} was deleted`,
  'connection.role-restored.v1': (event) =>
    `The role of ${formatEventName(event)} was restored, with a closed trust`,
  'connection.closed.v1': (event) => `The role of ${formatEventName(event)} was closed`,
  'connection.recreated.v1': (event) => `Another connection has the name of ${formatEventName(event)}`,
  'connection.replaced.v1': (event) => `${formatEventName(event)} replaces an earlier connection`,
  'connection.released.v1': (event) => `azfed no longer manages the role of ${formatEventName(event)}`,
  'connection.missing.v1': (event) => `${formatEventName(event)} is no longer listed`,
  'connection.unaccounted.v1': (event) => `${formatEventName(event)} is unaccounted for`,
  'connection.disputed.v1': (event) => `The role of ${formatEventName(event)} is changed repeatedly`,
  'connection.dispute-ended.v1': (event) =>
    `The dispute over the role of ${formatEventName(event)} has ended`,
  'connection.held.v1': (event) => `A change for ${formatEventName(event)} is blocked`,
  'connection.failed.v1': (event) =>
    `A change for ${formatEventName(event)} ${isReminder(event) ? 'keeps failing' : 'failed'}`,
  'provider.created.v1': (event) => `An OIDC provider was created in ${formatAccount(event)}`,
  'provider.repaired.v1': (event) => `The OIDC provider in ${formatAccount(event)} was repaired`,
  'provider.failed.v1': (event) =>
    `The OIDC provider in ${formatAccount(event)} ${isReminder(event) ? 'still cannot' : 'could not'} be changed`,
  'deployment.first-look.v1': (event) => `A summary of ${formatAccount(event)}: azfed writes nothing yet`,
  'deployment.bootstrapped.v1': () => 'Automatic runs may write from now on',
  'deployment.suspended.v1': (event) => `Writes are suspended: ${readScope(event)}`,
  'deployment.resumed.v1': (event) => `Writes are resumed: ${readScope(event)}`,
  'deployment.breaker-tripped.v1': (event) => `Automatic runs only observe: ${readScope(event)}`,
  'deployment.approved.v1': (event) =>
    `Changes of ${readEventText(event, 'planId') ?? 'a plan'} were approved`,
  'hook.subscription-lost.v1': (event) =>
    `Service hooks of ${readEventText(event, 'organization', 'name') ?? 'an organization'} no longer arrive`,
  'webhook.disabled.v1': (event) => `The webhook ${readWebhook(event)} is disabled`,
  'webhook.enabled.v1': (event) => `The webhook ${readWebhook(event)} is enabled again`,
  'webhook.test.v1': (event) => `This is a test of the webhook ${readWebhook(event)}`,
};

export function formatEventTitle(event: PendingEvent): string {
  return titles[event.type](event);
}

const isReminder = (event: PendingEvent) => readEventText(event, 'reminder') !== undefined;
const formatAccount = (event: PendingEvent) =>
  `account ${readEventText(event, 'aws', 'account') ?? 'unknown'}`;
const readScope = (event: PendingEvent) => readEventText(event, 'scope') ?? 'everything';
const readWebhook = (event: PendingEvent) => readEventText(event, 'webhook') ?? 'unknown';
