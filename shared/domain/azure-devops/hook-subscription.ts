import type { ProjectId, SubscriptionId } from '../kernel/ids.ts';

/** What Azure DevOps posts about service connections (terraform-provider-azuredevops, tfs_publisher.go). Nothing tells of a deletion. */
export const hookEvents = ['ms.vss-endpoint.endpoint-created', 'ms.vss-endpoint.endpoint-updated'] as const;
export type HookEvent = (typeof hookEvents)[number];

/** As Azure DevOps spells it (vsts-rest-api-specs, hooks, SubscriptionStatus). */
export const subscriptionStates = [
  'enabled',
  'onProbation',
  'disabledByUser',
  'disabledBySystem',
  'disabledByInactiveIdentity',
] as const;
export type SubscriptionState = (typeof subscriptionStates)[number];

type Inputs = Readonly<Record<string, string>>;

/** A service hook subscription as Azure DevOps lists it, whoever made it. Passwords are masked by the service. */
export interface HookSubscription {
  readonly id: SubscriptionId;
  readonly publisherId: string;
  readonly eventType: string;
  readonly consumerId: string;
  readonly consumerActionId: string;
  readonly state: SubscriptionState;
  /** Absent: of no project, or of one that is told in no known way. */
  readonly projectId?: ProjectId;
  /** May hold what others keep secret: nothing of a foreign subscription is shown. */
  readonly inputs: Inputs;
}

/** One project and one event that azfed is to be told of. */
export interface WantedSubscription {
  readonly projectId: ProjectId;
  readonly event: HookEvent;
}

export const HOOK_PUBLISHER = 'tfs';
export const HOOK_CONSUMER = 'webHooks';
/** From where to where, whatever the event. */
const post = {
  publisherId: HOOK_PUBLISHER,
  consumerId: HOOK_CONSUMER,
  consumerActionId: 'httpRequest',
} as const;
const listOtherFields = (subscription: HookSubscription) =>
  (['publisherId', 'consumerId', 'consumerActionId'] as const).filter(
    (name) => subscription[name] !== post[name],
  );
/** `basicAuthUsername`: azfed compares the password alone, but people see who is meant. */
const HOOK_USER = 'azfed';

/** What a subscription sends, and how: ids alone, to an address whose certificate is checked. */
const buildInputs = ({ url }: HookReceiver): Inputs => ({
  url,
  basicAuthUsername: HOOK_USER,
  httpHeaders: '',
  resourceDetailsToSend: 'minimal',
  messagesToSend: 'none',
  detailedMessagesToSend: 'none',
  acceptUntrustedCerts: 'false',
});

/** The body that makes it so (vsts-rest-api-specs, hooks, Subscription). It holds the password. */
export function subscriptionBody(
  { projectId, event }: WantedSubscription,
  receiver: HookReceiver,
  password: string,
): Readonly<Record<string, unknown>> {
  const { httpHeaders: _, ...inputs } = buildInputs(receiver);
  return {
    ...post,
    eventType: event,
    resourceVersion: '1.0-preview.1',
    status: 'enabled',
    publisherInputs: { projectId },
    consumerInputs: { ...inputs, basicAuthPassword: password },
  };
}

/** Subscriptions that azfed has made or repaired, as the table has their ids; each with its project where that is recorded. */
export type MadeSubscriptions = ReadonlyMap<SubscriptionId, ProjectId | undefined>;

/** Where a subscription of ours is now. Somebody may have given it an event that azfed does not want. */
export interface OwnSubscription {
  readonly projectId: ProjectId;
  readonly event: string;
}

/**
 * One that sends an event of ours for a project to this address, or that azfed has made by its record, whatever somebody has
 * edited since. All others are foreign and never touched.
 */
export function matchOwn(
  subscription: HookSubscription,
  url: string,
  made: MadeSubscriptions,
): OwnSubscription | undefined {
  const wanted = matchWanted(subscription, url);
  const { id, eventType: event, projectId = made.get(id) } = subscription;
  if (wanted || !made.has(id) || projectId === undefined) return wanted;
  return { projectId, event };
}

/** One that sends an event of ours for a project to this address. */
export function matchWanted(subscription: HookSubscription, url: string): WantedSubscription | undefined {
  const { projectId, inputs } = subscription;
  const event = hookEvents.find((one) => one === subscription.eventType);
  if (listOtherFields(subscription).length > 0 || inputs['url'] !== url || !event || projectId === undefined)
    return undefined;
  return { projectId, event };
}

/** Names of inputs that are not as azfed would have them. Values are not told: headers may hold what is secret. */
export function otherInputs(subscription: HookSubscription, receiver: HookReceiver): readonly string[] {
  const { inputs, projectId } = subscription;
  const unset: Inputs = { httpHeaders: '', acceptUntrustedCerts: 'false' };
  const isOther = ([name, value]: readonly [string, string]) => {
    const found = inputs[name] ?? unset[name] ?? '';
    // The path of an address compares with its case: in another one it leads elsewhere.
    return name === 'url' ? found !== value : found.toLowerCase() !== value.toLowerCase();
  };
  return [
    ...listOtherFields(subscription),
    ...(projectId === undefined ? ['projectId'] : []),
    ...Object.entries(buildInputs(receiver))
      .filter(isOther)
      .map(([name]) => name),
  ];
}

/** Where Azure DevOps posts its service hooks to. */
export interface HookReceiver {
  readonly url: string;
  /** ARN of the Secrets Manager secret that holds the passwords. */
  readonly secret: string;
}
