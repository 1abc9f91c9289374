import { decodeJwt } from 'jose';
import { readFields } from '../../../../shared/domain/kernel/json.ts';
import type { Caller } from '../protocol/caller.ts';
import type { Operation } from '../protocol/operation.ts';
import type { ServiceError } from '../protocol/service-error.ts';
import type { Account, World } from '../state/world.ts';

/** The `detail` of an "AWS API Call via CloudTrail" event (CloudTrail User Guide, record contents). */
export interface TrailEvent {
  readonly eventVersion: string;
  readonly userIdentity: Readonly<Record<string, unknown>>;
  readonly eventTime: string;
  readonly eventSource: string;
  readonly eventName: string;
  readonly awsRegion: string;
  readonly sourceIPAddress: string;
  readonly userAgent: string;
  readonly requestParameters: unknown;
  readonly responseElements: unknown;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly eventID: string;
  /** Of a call that two accounts have an event of. */
  readonly sharedEventID?: string;
  readonly readOnly: boolean;
  /** Of a session that was given: its role (IAM User Guide, logging IAM and AWS STS API calls). */
  readonly resources?: readonly { readonly accountId: string; readonly type: string; readonly ARN: string }[];
  readonly eventType: 'AwsApiCall';
  readonly managementEvent: true;
  readonly recipientAccountId: string;
  readonly eventCategory: 'Management';
}

export interface Happening {
  readonly operation: Operation;
  readonly account: Account;
  readonly caller: Caller | undefined;
  readonly input: Readonly<Record<string, unknown>>;
  readonly output: Readonly<Record<string, unknown>> | undefined;
  readonly error: ServiceError | undefined;
  readonly userAgent: string;
  /** Of the signature; empty for a call without one. */
  readonly region: string;
  readonly now: number;
}

/** Region in which a partition's IAM events appear. */
const homeRegions = {
  aws: 'us-east-1',
  'aws-us-gov': 'us-gov-west-1',
  'aws-cn': 'cn-north-1',
  'aws-eusc': 'eusc-de-east-1',
} as const;

/** Tokens and secrets do not go into a trail. */
const hidden = new Set(['WebIdentityToken', 'SecretAccessKey', 'SessionToken']);

/** Writes that succeeded, and every attempt to assume a role with a token. */
export function isOnTrail({ operation, error }: Happening): boolean {
  if (operation.name === 'AssumeRoleWithWebIdentity') return true;
  return operation.effect === 'write' && error === undefined;
}

/** Where endpoints of STS log, and whether their events name the role of a token as a resource: no public answer shows it. */
export interface TrailSettings {
  /** The Region of the endpoint of STS that tokens are sent to; `undefined`: where the partition logs its global endpoint. */
  readonly stsRegion: string | undefined;
  readonly namesRolesOfTokens: boolean;
}

/**
 * What the event history holds beside the trail: sessions that AssumeRole gave. Each is told in the account of the caller
 * and in that of the role, which is not shown who they are but for their account (CloudTrail User Guide, userIdentity).
 */
export function sessionEvents(world: World, happening: Happening): readonly TrailEvent[] {
  const { operation, account, error, input, region } = happening;
  if (operation.name !== 'AssumeRole' || error !== undefined) return [];
  const own = { ...trailEvent(world, happening), awsRegion: region || homeRegions[account.partition] };
  const owner = /^arn:[^:]+:iam::(\d{12}):/.exec(
    String((input as { readonly RoleArn?: string }).RoleArn),
  )?.[1];
  if (owner === undefined || owner === account.id) return [own];
  const userIdentity = { type: 'AWSAccount', principalId: happening.caller?.id, accountId: account.id };
  // Both events are of one call (CloudTrail User Guide, record contents, sharedEventID).
  const both = { ...own, sharedEventID: world.ids.nextGuid() };
  return [both, { ...both, userIdentity, eventID: world.ids.nextGuid(), recipientAccountId: owner }];
}

export function trailEvent(
  world: World,
  happening: Happening,
  settings: TrailSettings = { stsRegion: undefined, namesRolesOfTokens: true },
): TrailEvent {
  const { operation, account, caller, input, output, error, userAgent, now } = happening;
  return {
    eventVersion: '1.11',
    userIdentity: caller === undefined ? webIdentityUser(happening) : toUserIdentity(caller),
    eventTime: isoSeconds(now),
    eventSource: `${operation.service}.amazonaws.com`,
    eventName: operation.name,
    awsRegion: (caller ? undefined : settings.stsRegion) ?? homeRegions[account.partition],
    sourceIPAddress: '127.0.0.1',
    userAgent,
    requestParameters: camelCased(input),
    responseElements: output === undefined || Object.keys(output).length === 0 ? null : camelCased(output),
    ...(error === undefined ? {} : { errorCode: error.code, errorMessage: error.message }),
    eventID: world.ids.nextGuid(),
    readOnly: operation.service === 'sts',
    ...(settings.namesRolesOfTokens || caller ? sessionResources(happening) : {}),
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: account.id,
    eventCategory: 'Management',
  };
}

function sessionResources({ operation, input, output }: Happening): Pick<TrailEvent, 'resources'> {
  const { RoleArn: ARN } = input as { readonly RoleArn?: string };
  if (operation.service !== 'sts' || output === undefined || ARN === undefined) return {};
  return { resources: [{ accountId: ARN.split(':')[4] ?? '', type: 'AWS::IAM::Role', ARN }] };
}

export interface TrailResource {
  readonly type: string;
  readonly name: string;
}

/** What an event is about, under every name that it gives (CloudTrail API Reference, Resource). */
export function listResources({
  requestParameters,
  responseElements,
  resources = [],
}: TrailEvent): readonly TrailResource[] {
  const { roleName, policyArn, openIDConnectProviderArn: changed } = readFields(requestParameters);
  const { role, openIDConnectProviderArn: made } = readFields(responseElements);
  const named: readonly (readonly [type: string, name: unknown])[] = [
    ['AWS::IAM::Role', roleName],
    ['AWS::IAM::Role', readFields(role)['arn']],
    ['AWS::IAM::Policy', policyArn],
    ['AWS::IAM::OIDCProvider', changed],
    ['AWS::IAM::OIDCProvider', made],
  ];
  return [
    ...named.flatMap(([type, name]) => (typeof name === 'string' ? [{ type, name }] : [])),
    ...resources.map(({ type, ARN: name }) => ({ type, name })),
  ];
}

/**
 * Of a token that the trust refuses, the record names the subject and nothing else (AWS re:Post knowledge center, troubleshoot
 * AccessDenied of AssumeRoleWithWebIdentity). What it says of a token that STS does not take at all is not documented: nothing.
 */
function webIdentityUser({ output, input, error }: Happening): Readonly<Record<string, unknown>> {
  if (output === undefined) {
    const { WebIdentityToken: token } = input as { readonly WebIdentityToken?: string };
    const isRead = error?.code === 'AccessDenied' && token !== undefined;
    return { type: 'WebIdentityUser', ...(isRead ? { userName: readSubject(token) } : {}) };
  }
  const { Provider: provider, Audience: audience, SubjectFromWebIdentityToken: subject } = output;
  const principalId = [provider, audience, subject].filter((part) => typeof part === 'string').join(':');
  return { type: 'WebIdentityUser', principalId, userName: subject, identityProvider: provider };
}

function readSubject(token: string): string | undefined {
  try {
    return decodeJwt(token).sub;
  } catch {
    return undefined;
  }
}

function toUserIdentity(caller: Caller): Readonly<Record<string, unknown>> {
  const { account, arn, id: principalId } = caller;
  if (caller.kind === 'admin') {
    const { accessKeyId } = account.admin;
    return { type: 'IAMUser', principalId, arn, accountId: account.id, accessKeyId, userName: 'admin' };
  }
  const { session, role } = caller;
  const { federation, sourceIdentity } = session;
  return {
    type: 'AssumedRole',
    principalId,
    arn,
    accountId: account.id,
    accessKeyId: session.accessKeyId,
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId: role.id,
        arn: role.arn,
        accountId: account.id,
        userName: role.name,
      },
      webIdFederationData: federation && {
        federatedProvider: federation.provider,
        attributes: federation.attributes,
      },
      attributes: { creationDate: isoSeconds(session.issuedAt), mfaAuthenticated: 'false' },
      ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
    },
  };
}

function isoSeconds(at: number): string {
  return new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

/** A trail spells members with a small first letter: RoleName is roleName. */
function camelCased(value: unknown): unknown {
  if (value instanceof Date) return isoSeconds(value.getTime());
  if (Array.isArray(value)) return value.map(camelCased);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, member]) => member !== undefined && !hidden.has(key))
      .map(([key, member]) => [key.charAt(0).toLowerCase() + key.slice(1), camelCased(member)]),
  );
}
