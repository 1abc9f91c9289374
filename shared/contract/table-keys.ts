/**
 * The one table: its attributes, indexes and keys.
 *
 *     pk                    sk                        what
 *     ACCOUNT#<account>     CONNECTION#<organization>#<connection>  a connection: state and the events about it, under the
 *                                                     account of its first role, for good
 *     ORG#<organization>    CONNECTION#<connection>   where the record of the connection lies; or the record itself, where it is
 *                                                     about no account, or was written by the release before and is not moved yet
 *     ORG#<organization>    INVENTORY#IDENTITY        what discovery has seen: who answers, whether the list of projects is whole
 *     ORG#<organization>    INVENTORY#PROJECT#<id>    what discovery has seen: a project and its connections
 *     ORG#<organization>    INVENTORY#SHARED#<digest> a connection that several projects list, once
 *     ORG#<organization>    HOOKS                     service hook subscriptions: the salt of the digests of their passwords, and events
 *     ORG#<organization>    HOOKS#<project>           those of a project: which azfed made (passwords as digests), which are lost
 *     ORG#<organization>    AUDIT                     how far its audit log was read, and deletions that are not decided
 *     ORG#<organization>    DEED#<connection or project>  who did the last thing to it in Azure DevOps (kept 90 days)
 *     ACCOUNT#<account>     PROVIDER#<host/path>      an OIDC provider: the same
 *     ACCOUNT#<account>     SLICE#<organization>      what discovery has seen of an organization that concerns the account
 *     ACCOUNT#<account>     SLICE#<organization>#<digest>#<n>  what of it has no room in one item
 *     ACCOUNT#<account>     READING                   whether the account can be read, and the severe findings that were counted
 *     ORG#<organization>    READING                   which parts of the organization cannot be read
 *     READING#ACCOUNT#<account>, READING#ORG#<organization>  EVENT#<sequence>  history of that
 *     ACCOUNT#organization  LIST                      when the accounts of AWS Organizations were read, and why no later than that
 *     ACCOUNT#organization  LIST#<n>                  500 of them each: active ones, and those that have left
 *     ACCOUNT#organization  READING                   whether they can be read
 *     ACCOUNT#<account>     LEASE                     the right to write in the account
 *     ACCOUNT#<account>     RATES                     how fast IAM takes requests there; nothing rests on it
 *     ACCOUNT#<account>     ACTOR#<target>#<time>#<event>  who changed a role or provider (kept 90 days)
 *     ACCOUNT#<account>     CHANGED#<slot>#<role>     a role that others changed in a slot of 30 seconds, or ALL (kept a day)
 *     ACCOUNT#<account>     ASKED                     the last request for a run over the account that none has covered yet
 *     HOOK#<organization>#<notification>  SEEN        a service hook that was worked off (kept 48 hours)
 *     CONTROLS              STATE                     what people have decided: pauses, breakers, approvals
 *     CONTROLS#<account>    STATE                     the same about one account: its breakers
 *     DEPLOYMENT            STACK                     the release of the stack; nothing but what people are shown rests on it
 *     DEPLOYMENT            STACK#NEEDS               its settings, and what its configuration needs of it
 *     CONNECTION#<id>       EVENT#<sequence>          history of a connection
 *     PROVIDER#<arn>        EVENT#<sequence>          history of a provider
 *     CONTROLS, CONTROLS#<account>  EVENT#<sequence>  history of the decisions
 *     HOOKS#<organization>  EVENT#<sequence>          history of the service hook subscriptions
 *     PASSES                <time>#<run>              what a run came to that did something (kept 400 days)
 *     REMOTE#<remote run>   RUN                       a run of the service that a person has started: what it is over (kept 7 days)
 *     REMOTE#<remote run>   ORG#<organization>#<discovery>, ACCOUNT#<account>#<run>  what became of each part of it
 *     LANES                 <webhook>                 whether a receiver takes events, and how far the sweep came for it
 */
export interface TableKey {
  readonly pk: string;
  readonly sk: string;
}

/** Attributes that infrastructure has to name: key schema, indexes, time to live (epoch seconds). */
export const tableAttributes = {
  partitionKey: 'pk',
  sortKey: 'sk',
  pendingPartitionKey: 'gsi2pk',
  pendingSortKey: 'gsi2sk',
  timeToLive: 'ttl',
} as const;

export const tableIndexes = {
  /** Keys of the items that have events to be sent, oldest event first; all others are not in it. */
  pending: 'pending',
} as const;

/**
 * What tables of former releases have in place of `pending`: the same keys, with the whole items. An index cannot change what
 * it holds, so that the new one has another name (DynamoDB Developer Guide, managing global secondary indexes).
 */
export const FORMER_PENDING_INDEX = 'gsi2';

/** What tables of former releases have besides: records by account. Nobody reads it, and a table that has it stays valid. */
export const FORMER_ACCOUNT_INDEX = 'gsi1';
/** Its keys, as items of former releases have them. */
export const formerAttributes = { accountPartitionKey: 'gsi1pk', accountSortKey: 'gsi1sk' } as const;

/** History is kept so long: as long as IAM remembers when a role was last used. */
export const HISTORY_DAYS = 400;

/** The sparse index has one partition: it holds only what is not told yet. */
export const PENDING_PARTITION = 'PENDING';

/** Beginnings of sort keys, to read one kind of item of a partition. */
export const sortKeyPrefixes = {
  connection: 'CONNECTION#',
  inventory: 'INVENTORY#',
  provider: 'PROVIDER#',
  slice: 'SLICE#',
  event: 'EVENT#',
} as const;

// The longest safe integer has 16 digits: with fewer, text order and number order would part.
const SEQUENCE_DIGITS = 16;

export const sequenceText = (sequence: number): string => String(sequence).padStart(SEQUENCE_DIGITS, '0');

export const organizationPartition = (organizationId: string): string => `ORG#${organizationId}`;

export const accountPartition = (accountId: string): string => `ACCOUNT#${accountId}`;

export function connectionKey(organizationId: string, connectionId: string): TableKey {
  return { pk: organizationPartition(organizationId), sk: `${sortKeyPrefixes.connection}${connectionId}` };
}

/** Of a record that has a home. */
export function homeKey(accountId: string, organizationId: string, connectionId: string): TableKey {
  return { pk: accountPartition(accountId), sk: `${homePrefix(organizationId)}${connectionId}` };
}

export function homePrefix(organizationId: string): string {
  return `${sortKeyPrefixes.connection}${organizationId}#`;
}

/** `part`: `IDENTITY`; `PROJECT#` and the id of the project; or `SHARED#` and the digest of a connection. */
export function inventoryKey(organizationId: string, part: string): TableKey {
  return { pk: organizationPartition(organizationId), sk: `${sortKeyPrefixes.inventory}${part}` };
}

export function hooksKey(organizationId: string): TableKey {
  return { pk: organizationPartition(organizationId), sk: 'HOOKS' };
}

export function hookPartKey(organizationId: string, projectId: string): TableKey {
  const { pk, sk } = hooksKey(organizationId);
  return { pk, sk: `${sk}#${projectId}` };
}

export function auditKey(organizationId: string): TableKey {
  return { pk: organizationPartition(organizationId), sk: 'AUDIT' };
}

/** `of`: id of a connection or project. */
export function attributedChangeKey(organizationId: string, of: string): TableKey {
  return { pk: organizationPartition(organizationId), sk: `DEED#${of}` };
}

/** `issuer`: host and path of the provider, without `https://`. */
export function providerKey(accountId: string, issuer: string): TableKey {
  return { pk: accountPartition(accountId), sk: `${sortKeyPrefixes.provider}${issuer}` };
}

export function sliceKey(accountId: string, organizationId: string): TableKey {
  return { pk: accountPartition(accountId), sk: `${sortKeyPrefixes.slice}${organizationId}` };
}

/** A further part of the slice with this digest; numbers from 1. */
export function slicePartKey(
  accountId: string,
  organizationId: string,
  digest: string,
  number: number,
): TableKey {
  const { pk, sk } = sliceKey(accountId, organizationId);
  return { pk, sk: `${sk}#${digest}#${String(number).padStart(3, '0')}` };
}

/** Service hooks are known again for so long: as long as Azure DevOps probes a subscription that failed, and more. */
export const HOOK_HOURS = 48;

/** Each in a partition of its own: thousands may come in a second. */
export function hookKey(organizationId: string, notification: string): TableKey {
  return { pk: `HOOK#${organizationId}#${notification}`, sk: 'SEEN' };
}

/** Who changed what is kept so long: as long as CloudTrail's own history of events. */
export const ACTOR_DAYS = 90;

/**
 * `target`: `ROLE/<name>` or an ARN; names of roles and paths hold no `#`. `time`: ISO text with milliseconds, so that keys
 * stand in the order of time.
 */
export function actorKey(accountId: string, target: string, time: string, eventId: string): TableKey {
  return { pk: accountPartition(accountId), sk: `${actorPrefix(target)}${time}#${eventId}` };
}

export const actorPrefix = (target: string): string => `ACTOR#${target}#`;

/** Before `CONNECTION#`, as notes and actors are: runs do not read it with the account. */
export const requestKey = (accountId: string): TableKey => ({ pk: accountPartition(accountId), sk: 'ASKED' });

/** Notes of changes are kept so long: a message that waits in a dead-letter queue longer has the whole account looked at. */
export const CHANGE_HOURS = 24;

/** `role`: its name in lower case; left out: anything of the account. */
export function changeKey(accountId: string, slot: number, role?: string): TableKey {
  return { pk: accountPartition(accountId), sk: `${changePrefix(slot)}${role ?? ALL_ROLES}` };
}

export const changePrefix = (slot: number): string => `CHANGED#${slot}#`;

/** No role is called so: names have no slash. */
export const ALL_ROLES = '/';

export const leaseKey = (accountId: string): TableKey => ({ pk: accountPartition(accountId), sk: 'LEASE' });

export const ratesKey = (accountId: string): TableKey => ({ pk: accountPartition(accountId), sk: 'RATES' });

/** What can be read as a whole; `account-list`: the accounts of AWS Organizations. */
type Readable = 'account' | 'organization' | 'account-list';

/** Whether an account or an organization can be read: in its own partition. */
export function readingKey(of: Readable, id: string): TableKey {
  return { pk: of === 'organization' ? organizationPartition(id) : accountPartition(id), sk: 'READING' };
}

/** In the place of an account: functions have the same rights to it. `part`: 0 is what is said of the others. */
export function accountListKey(part: number): TableKey {
  const sk = 'LIST';
  return {
    pk: accountPartition('organization'),
    sk: part === 0 ? sk : `${sk}#${String(part).padStart(3, '0')}`,
  };
}

export function readingHistoryPartition(of: Readable, id: string): string {
  return `READING#${readingKey(of, id).pk}`;
}

export const RUNS_PARTITION = 'PASSES';

/** `time`: ISO text with milliseconds, so that keys stand in the order of time. */
export function runKey(time: string, runId: string): TableKey {
  return { pk: RUNS_PARTITION, sk: `${time}#${runId}` };
}

/** Somebody who follows the run reads it for minutes; a report of it is looked up for days. */
export const REMOTE_RUN_DAYS = 7;

export function remoteRunPartition(remoteRunId: string): string {
  return `REMOTE#${remoteRunId}`;
}

export function remoteRunKey(remoteRunId: string): TableKey {
  return { pk: remoteRunPartition(remoteRunId), sk: 'RUN' };
}

/** `work`: id of the discovery or of the run over the account. A second attempt has another one. */
export function remotePartKey(
  remoteRunId: string,
  { of, id }: { readonly of: 'account' | 'organization'; readonly id: string },
  work: string,
): TableKey {
  const subject = of === 'account' ? accountPartition(id) : organizationPartition(id);
  return { pk: remoteRunPartition(remoteRunId), sk: `${subject}#${work}` };
}

export const LANES_PARTITION = 'LANES';

export const laneKey = (webhook: string): TableKey => ({ pk: LANES_PARTITION, sk: webhook });

export const CONTROLS_PARTITION = 'CONTROLS';

/** Not in the partition of the account, where functions write that may not decide. */
export function controlsPartition(accountId: string | undefined): string {
  return accountId === undefined ? CONTROLS_PARTITION : `${CONTROLS_PARTITION}#${accountId}`;
}

/** Left out: the deployment as a whole. */
export function controlsKey(accountId?: string): TableKey {
  return { pk: controlsPartition(accountId), sk: CONTROLS_SORT_KEY };
}

export const CONTROLS_SORT_KEY = 'STATE';

export const stackKey: TableKey = { pk: 'DEPLOYMENT', sk: 'STACK' };
export const stackNeedsKey: TableKey = { pk: stackKey.pk, sk: `${stackKey.sk}#NEEDS` };

export const connectionHistoryPartition = (connectionId: string): string => `CONNECTION#${connectionId}`;

export const providerHistoryPartition = (providerArn: string): string => `PROVIDER#${providerArn}`;

export const hooksHistoryPartition = (organizationId: string): string => `HOOKS#${organizationId}`;

export function eventKey(historyPartition: string, sequence: number): TableKey {
  return { pk: historyPartition, sk: `${sortKeyPrefixes.event}${sequenceText(sequence)}` };
}
