import type { EventType, PendingEvent } from '../records/event.ts';
import { nameOf, textAt } from './event-fields.ts';

/** What happened, in words that begin with nothing but a capital: they stand in lists as well. */
const titles: Readonly<Record<EventType, (event: PendingEvent) => string>> = {
  'connection.federated.v1': (event) => `${nameOf(event)} has a role in AWS`,
  'connection.drift-detected.v1': (event) => `Somebody changed the role of ${nameOf(event)}`,
  'connection.drift-unresolved.v1': (event) => `The role of ${nameOf(event)} still differs`,
  'connection.repaired.v1': (event) => `The role of ${nameOf(event)} was repaired`,
  'connection.changed.v1': (event) => `The role of ${nameOf(event)} was updated`,
  'connection.renamed.v1': (event) => `${nameOf(event)} has a new name, and its role follows`,
  'connection.adopted.v1': (event) => `The role of ${nameOf(event)} was adopted`,
  'connection.role-deleted.v1': (event) => `The role of ${nameOf(event)} was deleted`,
  'connection.role-restored.v1': (event) => `The role of ${nameOf(event)} was restored, with a closed trust`,
  'connection.closed.v1': (event) => `The role of ${nameOf(event)} was closed`,
  'connection.recreated.v1': (event) => `Another connection has the name of ${nameOf(event)}`,
  'connection.replaced.v1': (event) => `${nameOf(event)} replaces an earlier connection`,
  'connection.missing.v1': (event) => `${nameOf(event)} is no longer listed`,
  'connection.unaccounted.v1': (event) => `${nameOf(event)} is unaccounted for`,
  'connection.disputed.v1': (event) => `The role of ${nameOf(event)} is changed repeatedly`,
  'connection.dispute-ended.v1': (event) => `The dispute over the role of ${nameOf(event)} has ended`,
  'connection.held.v1': (event) => `A change for ${nameOf(event)} is blocked`,
  'connection.failed.v1': (event) =>
    `A change for ${nameOf(event)} ${isReminder(event) ? 'keeps failing' : 'failed'}`,
  'provider.created.v1': (event) => `An OIDC provider was created in ${accountOf(event)}`,
  'provider.repaired.v1': (event) => `The OIDC provider in ${accountOf(event)} was repaired`,
  'provider.failed.v1': (event) =>
    `The OIDC provider in ${accountOf(event)} ${isReminder(event) ? 'still cannot' : 'could not'} be changed`,
  'deployment.first-look.v1': (event) => `A summary of ${accountOf(event)}: azfed writes nothing yet`,
  'deployment.bootstrapped.v1': () => 'Automatic runs may write from now on',
  'deployment.suspended.v1': (event) => `Writes are suspended: ${scopeOf(event)}`,
  'deployment.resumed.v1': (event) => `Writes are resumed: ${scopeOf(event)}`,
  'deployment.breaker-tripped.v1': (event) => `Automatic runs only observe: ${scopeOf(event)}`,
  'deployment.approved.v1': (event) => `Changes of ${textAt(event, 'planId') ?? 'a plan'} were approved`,
  'hook.subscription-lost.v1': (event) =>
    `Service hooks of ${textAt(event, 'organization', 'name') ?? 'an organization'} no longer arrive`,
  'webhook.disabled.v1': (event) => `The webhook ${webhookOf(event)} is disabled`,
  'webhook.enabled.v1': (event) => `The webhook ${webhookOf(event)} is enabled again`,
  'webhook.test.v1': (event) => `This is a test of the webhook ${webhookOf(event)}`,
};

export function titleOf(event: PendingEvent): string {
  return titles[event.type](event);
}

const isReminder = (event: PendingEvent) => textAt(event, 'reminder') !== undefined;
const accountOf = (event: PendingEvent) => `account ${textAt(event, 'aws', 'account') ?? 'unknown'}`;
const scopeOf = (event: PendingEvent) => textAt(event, 'scope') ?? 'everything';
const webhookOf = (event: PendingEvent) => textAt(event, 'webhook') ?? 'unknown';
