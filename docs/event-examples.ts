import { cloudEventBody } from '../shared/adapters/notify/cloud-event.ts';
import type { EventData } from '../shared/domain/records/event-catalogue.ts';
import type { EventType } from '../shared/domain/records/event-catalogue.ts';
import { buildEventLinks } from '../shared/domain/notify/event-links.ts';

const organization = { id: '5bb3ca2a-4b35-4d0c-9c7e-0c0f5e1f1a01', name: 'contoso' };
const project = { id: 'a1b2c3d4-0000-4000-8000-000000000001', name: 'Shop' };
const connection = { id: 'c0ffee00-0000-4000-8000-000000000001', name: 'aws-prod' };
const subject = { organization, project, connection };

const account = '123456789012';
const roleArn = `arn:aws:iam::${account}:role/azure-devops/shop-prod`;
const aws = { account, roleArn, roleId: 'AROAEXAMPLEROLEID0001' };
const providerArn = `arn:aws:iam::${account}:oidc-provider/vstoken.dev.azure.com/${organization.id}`;
const by = `arn:aws:sts::${account}:assumed-role/PlatformAdmin/kim@example.com`;
const action = { decision: 'done' as const, changeId: 'change-7d1c0f2ab34e' };
const event = {
  source: 'event',
  principal: `arn:aws:iam::${account}:role/Admin`,
  sessionName: 'sam@example.com',
  eventId: 'e0000000-0000-4000-8000-000000000001',
  eventName: 'TagRole',
  time: '2026-11-23T08:59:58Z',
  link: 'https://us-east-1.console.aws.amazon.com/cloudtrailv2/home?region=us-east-1#/events/e0000000',
} as const;
const drift: EventData<'connection.drift-detected.v1'> = {
  ...subject,
  cause: 'drift',
  mode: 'observe',
  reason: 'Somebody changed the role in IAM.',
  aws,
  drift: [{ path: 'tags.team', expected: 'shop', actual: 'ops' }],
  actor: event,
  action: { ...action, decision: 'mode-observe' },
};
const created: EventData<'connection.held.v1'> = {
  ...subject,
  cause: 'new',
  mode: 'enforce',
  reason: 'The connection asks for this role inside the grant shop, and there is none.',
  aws,
  drift: [{ path: 'role', expected: { description: 'Shop / aws-prod' } }],
  action,
};
const changed: EventData<'connection.held.v1'> = {
  ...created,
  cause: 'change',
  reason: 'The grant has another boundary.',
  drift: [],
};
const made = { aws: { account, providerArn }, audiences: ['api://AzureADTokenExchange'], action };
const error = { code: 'iam.access-denied', message: 'iam:TagRole is not allowed there.' };

const since = '2026-11-23T08:15:00.000Z';
const refused = {
  code: 'access-denied',
  message: 'sts:AssumeRole was refused for arn:aws:iam::111122223333:role/azfed-spoke.',
};
const hidden = {
  code: 'access-denied',
  message: 'Azure DevOps refuses the service connections of the project.',
};

/** What each type of event says, with the values of one connection. */
export const exampleData: { readonly [Type in EventType]: EventData<Type> } = {
  'connection.federated.v1': created,
  'connection.drift-detected.v1': drift,
  'connection.drift-unresolved.v1': { ...drift, since: '2026-11-16T09:00:00.000Z', reminder: 1 },
  'connection.repaired.v1': { ...drift, mode: 'repair', action },
  'connection.changed.v1': changed,
  'connection.renamed.v1': { ...changed, reason: 'The connection has a new name.' },
  'connection.adopted.v1': { ...changed, reason: 'A person has asked to take over the role.' },
  'connection.role-deleted.v1': { ...subject, aws, action },
  'connection.role-restored.v1': { ...created, reason: 'A person has asked to make the role again.' },
  'connection.closed.v1': { ...changed, reason: 'The connection asks for this role no more.' },
  'connection.recreated.v1': { ...changed, reason: 'Another connection holds the name Shop / aws-prod.' },
  'connection.replaced.v1': {
    ...subject,
    organization: { id: organization.id },
    reason:
      'A person says that it takes the place of Shop / aws-prod (c0ffee00-0000-4000-8000-000000000002).',
    replaces: [{ connectionId: 'c0ffee00-0000-4000-8000-000000000002', roleArn }],
    by,
  },
  'connection.released.v1': {
    ...subject,
    organization: { id: organization.id },
    reason: `A person asked azfed to stop managing ${roleArn}. The role stays as it is.`,
    aws,
    by,
  },
  'connection.missing.v1': {
    ...subject,
    organization: { id: organization.id },
    reason: 'Shop / aws-prod is not listed any more.',
    aws: { account, roleArn },
  },
  'connection.unaccounted.v1': {
    ...subject,
    organization: { id: organization.id },
    reason: `Shop / aws-prod has not been listed since 2026-11-20 09:00 UTC, and nothing says that it was deleted. Another connection of its name that azfed is not shown could use ${roleArn}.`,
    aws: { account, roleArn },
    since: '2026-11-20T09:00:00.000Z',
  },
  'connection.disputed.v1': {
    ...subject,
    aws: { account, roleArn },
    repairs: ['2026-11-23T08:15:00.000Z', '2026-11-23T08:30:00.000Z', '2026-11-23T09:00:00.000Z'],
  },
  'connection.dispute-ended.v1': { ...subject, organization: { id: organization.id }, roles: [roleArn], by },
  'connection.held.v1': { ...created, mode: 'observe', action: { ...action, decision: 'mode-observe' } },
  'connection.failed.v1': { ...changed, action: { ...action, decision: 'failed' }, error },
  'provider.created.v1': made,
  'provider.repaired.v1': { ...made, actor: event },
  'provider.failed.v1': { aws: made.aws, reason: 'The organization has no provider there.', error },
  'deployment.bootstrapped.v1': { by },
  'deployment.suspended.v1': {
    scope: `account ${account}`,
    by,
    until: '2026-11-23T13:00:00.000Z',
    reason: 'incident 4711',
  },
  'deployment.resumed.v1': { scope: `account ${account}`, by, breakers: [`drift in account ${account}`] },
  'deployment.breaker-tripped.v1': { scope: `drift in account ${account}` },
  'deployment.approved.v1': { planId: 'plan-0123456789abcdef', changes: [action.changeId], by },
  'deployment.configuration-changed.v1': {
    version: 8,
    sha256: '5d41402abc4b2a76b9719d911017c592ae0f2f1c8a2f3b7e9d1c0b5a4f3e2d1c',
    before: 7,
    by,
    at: '2026-11-23T08:59:58.000Z',
  },
  'deployment.configuration-refused.v1': {
    version: 9,
    inForce: 8,
    reason: 'The deployed configuration: It is not one of this version: grants.',
  },
  'deployment.first-look.v1': {
    aws: { account },
    changes: { create: 12, repair: 0, adopt: 0, close: 0, delete: 0 },
    heldByMode: 12,
    connections: 12,
    findings: { critical: 0, high: 1, medium: 0, low: 0, info: 0 },
    isPartial: false,
    reason:
      'Waiting: 12 changes for 12 connections (create 12). Nothing is written until a person says so: azfed plan shows what it is, azfed bootstrap lets it go on.',
  },
  'account.unreadable.v1': {
    aws: { account },
    reason: `azfed cannot read the account, so nothing in it is watched or repaired. ${refused.message}`,
    error: refused,
  },
  'account.readable.v1': { aws: { account }, since, reason: 'azfed reads everything again.' },
  'account-list.unreadable.v1': {
    reason: `azfed cannot read the accounts of AWS Organizations. It continues with the last list; accounts that join are not seen. ${refused.message}`,
    error: refused,
  },
  'account-list.readable.v1': { since, reason: 'azfed reads everything again.' },
  'organization.unreadable.v1': {
    organization,
    reason: `azfed cannot read some projects of the organization, so changes there are not seen. ${hidden.message}`,
    projects: [{ project, error: hidden }],
  },
  'organization.readable.v1': { organization, since, reason: 'azfed reads everything again.' },
  'hook.subscription-lost.v1': {
    organization,
    reason:
      'Service hooks do not come from these projects; their changes are seen at the next schedule. See azfed hooks status.',
    subscriptions: [{ project, event: 'ms.vss-endpoint.endpoint-updated', state: 'disabledBySystem' }],
  },
  'webhook.disabled.v1': { webhook: 'ops', reason: 'HTTP 410: the receiver wants no more.' },
  'webhook.enabled.v1': { webhook: 'ops', by },
  'webhook.test.v1': { webhook: 'ops' },
};

/** The CloudEvent as a receiver gets it: made by what makes the real ones. */
export function buildExample(type: EventType): unknown {
  const notified = {
    id: 'evt_example_1763888400000',
    sequence: 1_763_888_400_000,
    type,
    time: '2026-11-23T09:00:00.000Z',
    subject: buildEventSubject(type),
    ...(/^(?:connection|provider)/.test(type)
      ? { run: { id: 'run-5f2e', trigger: 'schedule' } as const }
      : {}),
    data: exampleData[type],
    deliveries: {},
  };
  const places = { organizations: [{ id: organization.id, url: 'https://dev.azure.com/contoso' }] };
  return JSON.parse(cloudEventBody(notified, buildEventLinks(notified, places)));
}

function buildEventSubject(type: EventType): string {
  if (type.startsWith('connection')) return `org/${organization.id}/connection/${connection.id}`;
  if (type.startsWith('provider'))
    return `account/${account}/provider/${providerArn.split('oidc-provider/')[1] ?? ''}`;
  if (type.startsWith('account')) return `account/${account}/reading`;
  if (type.startsWith('organization')) return `org/${organization.id}/reading`;
  return type.startsWith('hook') ? `org/${organization.id}/hooks` : 'deployment';
}
