import type { EventType, PendingEvent } from '../records/event.ts';
import { nameOf, textAt } from './event-fields.ts';

/** What happened, in words that begin with nothing but a capital: they stand in lists as well. */
const titles: Readonly<Record<EventType, (event: PendingEvent) => string>> = {
  'connection.federated.v1': (event) => `${nameOf(event)} has a role in AWS`,
  'connection.drift-detected.v1': (event) => `Somebody changed the role of ${nameOf(event)}`,
  'connection.drift-unresolved.v1': (event) => `The role of ${nameOf(event)} is still not put right`,
  'connection.repaired.v1': (event) => `The role of ${nameOf(event)} was put back`,
  'connection.changed.v1': (event) => `The role of ${nameOf(event)} was brought in line`,
  'connection.renamed.v1': (event) => `${nameOf(event)} has a new name, and its role follows`,
  'connection.adopted.v1': (event) => `The role of ${nameOf(event)} was taken over`,
  'connection.role-deleted.v1': (event) => `The role of ${nameOf(event)} was deleted`,
  'connection.role-restored.v1': (event) => `The role of ${nameOf(event)} was made again, closed`,
  'connection.closed.v1': (event) => `The role of ${nameOf(event)} was closed`,
  'connection.recreated.v1': (event) => `Another connection holds the name of ${nameOf(event)}`,
  'connection.replaced.v1': (event) => `${nameOf(event)} takes the place of an earlier connection`,
  'connection.missing.v1': (event) => `${nameOf(event)} is not listed any more`,
  'connection.unaccounted.v1': (event) => `${nameOf(event)} is unaccounted for`,
  'connection.disputed.v1': (event) => `The role of ${nameOf(event)} is changed again and again`,
  'connection.dispute-ended.v1': (event) => `The dispute over the role of ${nameOf(event)} has ended`,
  'connection.held.v1': (event) => `A change for ${nameOf(event)} waits`,
  'connection.failed.v1': (event) =>
    `A change for ${nameOf(event)} ${isReminder(event) ? 'keeps failing' : 'failed'}`,
  'provider.created.v1': (event) => `An OIDC provider was made in ${accountOf(event)}`,
  'provider.repaired.v1': (event) => `The OIDC provider in ${accountOf(event)} was fixed`,
  'provider.failed.v1': (event) =>
    `The OIDC provider in ${accountOf(event)} ${isReminder(event) ? 'still cannot' : 'could not'} be changed`,
  'deployment.first-look.v1': (event) => `A first look at ${accountOf(event)}: nothing is written yet`,
  'deployment.bootstrapped.v1': () => 'Automatic runs may write from now on',
  'deployment.suspended.v1': (event) => `Writes are suspended: ${scopeOf(event)}`,
  'deployment.resumed.v1': (event) => `Writes go on: ${scopeOf(event)}`,
  'deployment.breaker-tripped.v1': (event) => `Automatic runs only observe: ${scopeOf(event)}`,
  'deployment.approved.v1': (event) => `Changes of ${textAt(event, 'planId') ?? 'a plan'} were approved`,
  'hook.subscription-lost.v1': (event) =>
    `Service hooks of ${textAt(event, 'organization', 'name') ?? 'an organization'} do not come`,
  'webhook.disabled.v1': (event) => `The webhook ${webhookOf(event)} is left alone`,
  'webhook.enabled.v1': (event) => `The webhook ${webhookOf(event)} is told again`,
  'webhook.test.v1': (event) => `This is a test of the webhook ${webhookOf(event)}`,
};

export function titleOf(event: PendingEvent): string {
  return titles[event.type](event);
}

const isReminder = (event: PendingEvent) => textAt(event, 'reminder') !== undefined;
const accountOf = (event: PendingEvent) => `account ${textAt(event, 'aws', 'account') ?? 'unknown'}`;
const scopeOf = (event: PendingEvent) => textAt(event, 'scope') ?? 'everything';
const webhookOf = (event: PendingEvent) => textAt(event, 'webhook') ?? 'unknown';
