import { eventLink, type KnownActor } from './actor.ts';
import type { ChangeTarget } from './change-target.ts';
import { OWN_SESSION_PREFIX } from '../configuration/change-pattern.ts';
import { listAssumedRoles } from '../configuration/account-list.ts';
import type { Account } from '../configuration/configuration.ts';
import { readNestedFields, isRecord, type Fields } from '../kernel/json.ts';
import { formatInstant } from '../kernel/durations.ts';

export interface IamChange {
  readonly account: Account;
  readonly target: ChangeTarget;
  readonly actor: KnownActor;
}

/**
 *     unreadable        no record of a call to IAM
 *     failed            nothing was changed
 *     read-only         nothing was changed
 *     unknown-account   an account that is not in the configuration
 *     own-write         we did it ourselves
 *     other-target      no role, provider or policy (a user, a group, an alias)
 *     not-ours          a role, provider or policy on which no run decides
 */
export type IgnoredReason =
  | 'unreadable'
  | 'failed'
  | 'read-only'
  | 'unknown-account'
  | 'own-write'
  | 'other-target'
  | 'not-ours';

export type TrailReading =
  | { readonly kind: 'change'; readonly change: IamChange }
  | { readonly kind: 'ignored'; readonly reason: IgnoredReason };

/**
 * Reads one record of CloudTrail (CloudTrail User Guide, record contents): the `detail` of an event, or what LookupEvents
 * gives as text. Of what it says, the account, the target and the actor are taken; what IAM is like now is read anew.
 */
export function readTrailRecord(
  record: unknown,
  source: KnownActor['source'],
  accounts: readonly Account[],
): TrailReading {
  if (!isRecord(record) || record['eventSource'] !== 'iam.amazonaws.com') return ignored('unreadable');
  const idle = idleReason(record);
  if (idle) return ignored(idle);
  const account = accounts.find(({ id }) => id === record['recipientAccountId']);
  if (!account) return ignored('unknown-account');
  const identity = readNestedFields(record, 'userIdentity');
  if (isOwn(identity, account)) return ignored('own-write');
  const actor = readActor(record, identity, source, account);
  if (!actor) return ignored('unreadable');
  const target = readTarget(record);
  return target ? { kind: 'change', change: { account, target, actor } } : ignored('other-target');
}

/** Why a call has changed nothing. */
function idleReason(record: Fields): IgnoredReason | undefined {
  if (readText(record, 'errorCode') !== undefined) return 'failed';
  return record['readOnly'] === true ? 'read-only' : undefined;
}

const ignored = (reason: IgnoredReason): TrailReading => ({ kind: 'ignored', reason });

/**
 * Both the role and the name of the session: others may use the role by hand, and anybody may give a session of another role
 * such a name. Never the user agent, which a caller chooses freely. Where azfed assumes no role, nothing distinguishes its writes from
 * those of others.
 */
function isOwn(identity: Fields, account: Account): boolean {
  const issuer = readText(sessionIssuer(identity), 'arn');
  if (!listAssumedRoles(account).some((role) => role === issuer)) return false;
  return parseSessionName(identity)?.startsWith(OWN_SESSION_PREFIX) === true;
}

function readActor(
  record: Fields,
  identity: Fields,
  source: KnownActor['source'],
  { partition }: Account,
): KnownActor | undefined {
  const [eventId, eventName, time] = [
    readText(record, 'eventID'),
    readText(record, 'eventName'),
    readTime(record),
  ];
  const principal = readPrincipal(identity);
  if (eventId === undefined || eventName === undefined || time === undefined || principal === undefined)
    return undefined;
  const sessionName = parseSessionName(identity);
  const sourceIp = readText(record, 'sourceIPAddress');
  return {
    source,
    principal,
    ...(sessionName === undefined ? {} : { sessionName }),
    ...(sourceIp === undefined ? {} : { sourceIp }),
    eventId,
    eventName,
    time,
    link: eventLink(partition, eventId),
  };
}

/** Of a session its role: `userName` is empty there (CloudTrail User Guide, userIdentity element). */
const readPrincipal = (identity: Fields): string | undefined =>
  readText(sessionIssuer(identity), 'arn') ??
  readText(identity, 'arn') ??
  readText(identity, 'invokedBy') ??
  readText(identity, 'principalId');

/** `arn:aws:sts::<account>:assumed-role/<role>/<session>`: a session's name holds no slash. */
function parseSessionName(identity: Fields): string | undefined {
  return /:assumed-role\/[^/]+\/([^/]+)$/.exec(readText(identity, 'arn') ?? '')?.[1];
}

function sessionIssuer(identity: Fields): Fields {
  return readNestedFields(readNestedFields(identity, 'sessionContext'), 'sessionIssuer');
}

// RoleName: 1 to 64 of these, without path and without ARN (IAM service model).
const roleName = /^[\w+=,.@-]{1,64}$/;

function readTarget(record: Fields): ChangeTarget | undefined {
  const request = readNestedFields(record, 'requestParameters');
  const name = readText(request, 'roleName');
  if (name !== undefined) return roleName.test(name) ? { kind: 'role', name } : undefined;
  // What makes a provider names its URL alone; the ARN stands in the answer.
  const provider =
    readText(request, 'openIDConnectProviderArn') ??
    readText(readNestedFields(record, 'responseElements'), 'openIDConnectProviderArn');
  if (provider !== undefined) return { kind: 'provider', arn: provider };
  const policy = readText(request, 'policyArn');
  return policy === undefined || 'userName' in request || 'groupName' in request
    ? undefined
    : { kind: 'policy', arn: policy };
}

function readTime(record: Fields): string | undefined {
  const at = Date.parse(readText(record, 'eventTime') ?? '');
  return Number.isNaN(at) ? undefined : formatInstant(at);
}

const LONGEST_TEXT = 2_048;

function readText(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_TEXT ? value : undefined;
}
