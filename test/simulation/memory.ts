import type { ConnectionId, RoleArn, RoleId } from '../../shared/domain/kernel/ids.ts';
import type { Person } from '../../shared/domain/records/deployment-record.ts';
import type { ObservedRole } from '../../shared/domain/iam/role.ts';

/** Somebody's yes, and the roles as they stood when it was given. */
export interface GivenApproval {
  readonly by: Person;
  /** Epoch milliseconds at which it ends. */
  readonly until: number;
  readonly roles: ReadonlyMap<RoleArn, ObservedRole>;
}

/**
 * What the checks remember of the past, without asking the product: which roles it made, whom it let in under which
 * name, which connections were deleted under which names, and what people have said.
 */
export interface Memory {
  readonly made: Set<RoleId>;
  /** Subjects that were opened, by connection. */
  readonly opened: Map<ConnectionId, Set<string>>;
  /** Every name that a connection has had, as its subjects without the organization. */
  readonly named: Map<ConnectionId, Set<string>>;
  /** Names that a connection no longer had when azfed took them out. */
  readonly leftNames: Map<ConnectionId, Set<string>>;
  /** Connections for which a role was opened. */
  readonly pins: Map<RoleArn, Set<ConnectionId>>;
  /** Subjects that connections held when they were deleted. */
  readonly tombs: Map<ConnectionId, ReadonlySet<string>>;
  /** Roles whose access was changed and of which no event tells yet. */
  readonly unspecified: Set<RoleArn>;
  /** Ids of changes of which it was told that they failed. */
  readonly notifiedFailures: Set<string>;
  /** Roles whose creation had an unknown outcome. */
  readonly doubtful: Set<RoleId>;
  /** Ids of events that lay in the outbox when a process ended. */
  readonly leftBehind: Set<string>;
  /** Ids of events that are in the history and owed to nobody. */
  readonly finished: Set<string>;
  /** By role and connection: when a look first showed that the connection asks for the role no more. Epoch milliseconds. */
  readonly evidence: Map<string, number>;
  /** Connections of which a person said that they are gone for good. */
  readonly givenUp: Set<ConnectionId>;
  /** Connections that are missing without evidence: when a run that saw everything first missed them. Epoch milliseconds. */
  readonly missed: Map<ConnectionId, number>;
  approvals: readonly GivenApproval[];
  /** Who has begun a deletion, by the id of its change; `undefined`: an automatic run; empty: a person of unknown identity. */
  readonly begun: Map<string, Person | undefined>;
  /** Roles whose deletion has begun, as azfed left them last. */
  readonly dismantled: Map<RoleId, ObservedRole>;
  /** Roles that were made again after a deletion and are not open yet. */
  readonly restored: Set<RoleId>;
  /** Roles that somebody made wider in IAM: when (epoch milliseconds), after how many processes, and what they were before. */
  readonly widened: Map<
    RoleId,
    { readonly at: number; readonly processes: number; readonly was: ObservedRole }
  >;
  /** Those of them that azfed has begun to narrow: sessions that were issued until then are to be revoked. */
  readonly owed: Set<RoleId>;
  /** How often something interesting happened. */
  readonly seen: Map<Interesting, number>;
}

/** What a batch of runs must have met at least once; otherwise it has shown nothing about it. */
export const interesting = [
  'breaker tripped',
  'breaker held a later run',
  'recreated held',
  'lease refused or lost',
  'stale target refused',
  'stale plan refused',
  'outbox resumed after a crash',
  'notified in the middle of a run',
  'unknown-outcome create adopted',
  'incident held',
  'disputed',
  'paused held',
  'paused in the middle of a run',
  'deny window held',
  'approval used',
  'own approval refused',
  'role adopted',
  'succession agreed to',
  'role deleted',
  'deletion put off by use',
  'role restored',
  'restored role opened',
  'sessions revoked',
  'renamed organization followed',
  'new deployment only observed',
] as const;
export type Interesting = (typeof interesting)[number];

export function createMemory(): Memory {
  return {
    made: new Set(),
    opened: new Map(),
    named: new Map(),
    leftNames: new Map(),
    pins: new Map(),
    tombs: new Map(),
    unspecified: new Set(),
    notifiedFailures: new Set(),
    doubtful: new Set(),
    leftBehind: new Set(),
    finished: new Set(),
    evidence: new Map(),
    givenUp: new Set(),
    missed: new Map(),
    approvals: [],
    begun: new Map(),
    dismantled: new Map(),
    restored: new Set(),
    widened: new Map(),
    owed: new Set(),
    seen: new Map(),
  };
}

export function note({ seen }: Memory, what: Interesting): void {
  seen.set(what, (seen.get(what) ?? 0) + 1);
}

/** The table was lost or set back: nobody can be held to what it no longer says. */
export function forget(memory: Memory): void {
  const { opened, leftNames, pins, unspecified, evidence, givenUp, missed, dismantled, restored, owed } =
    memory;
  for (const past of [
    opened,
    leftNames,
    pins,
    unspecified,
    evidence,
    givenUp,
    missed,
    dismantled,
    restored,
    owed,
  ])
    past.clear();
  memory.approvals = [];
}

export const withoutOrganization = (subject: string): string => subject.replace(/^sc:\/\/[^/]+\//, '');

export function remember<Key, Value>(map: Map<Key, Set<Value>>, key: Key, value: Value): void {
  map.set(key, (map.get(key) ?? new Set<Value>()).add(value));
}
