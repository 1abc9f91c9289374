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
const HOOK_ACTION = 'httpRequest';
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
    publisherId: HOOK_PUBLISHER,
    eventType: event,
    resourceVersion: '1.0-preview.1',
    consumerId: HOOK_CONSUMER,
    consumerActionId: HOOK_ACTION,
    status: 'enabled',
    publisherInputs: { projectId },
    consumerInputs: { ...inputs, basicAuthPassword: password },
  };
}

/** One that sends an event of ours for a project to this address. All others are foreign and never touched. */
export function matchWanted(subscription: HookSubscription, url: string): WantedSubscription | undefined {
  const { projectId, publisherId, consumerId, consumerActionId, inputs } = subscription;
  const event = hookEvents.find((one) => one === subscription.eventType);
  const isPost =
    publisherId === HOOK_PUBLISHER && consumerId === HOOK_CONSUMER && consumerActionId === HOOK_ACTION;
  if (!isPost || inputs['url'] !== url || !event || projectId === undefined) return undefined;
  return { projectId, event };
}

/** Names of inputs that are not as azfed would have them. Values are not told: headers may hold what is secret. */
export function otherInputs({ inputs }: HookSubscription, receiver: HookReceiver): readonly string[] {
  const unset: Inputs = { httpHeaders: '', acceptUntrustedCerts: 'false' };
  return Object.entries(buildInputs(receiver))
    .filter(([name, value]) => (inputs[name] ?? unset[name] ?? '').toLowerCase() !== value.toLowerCase())
    .map(([name]) => name);
}

/** Where Azure DevOps posts its service hooks to. */
export interface HookReceiver {
  readonly url: string;
  /** ARN of the Secrets Manager secret that holds the passwords. */
  readonly secret: string;
}
