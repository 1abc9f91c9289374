import type { ConnectionId, RoleArn, RoleId } from '../../shared/domain/ids.ts';

/**
 * What the checks remember of the past, without asking the product: which roles it made, whom it let in under which
 * name, and which connections were deleted under which names.
 */
export interface Memory {
  readonly made: Set<RoleId>;
  /** Subjects that were opened, by connection. */
  readonly opened: Map<ConnectionId, Set<string>>;
  /** Connections for which a role was opened. */
  readonly pins: Map<RoleArn, Set<ConnectionId>>;
  /** Subjects that connections held when they were deleted. */
  readonly tombs: Map<ConnectionId, ReadonlySet<string>>;
  /** Roles whose access was changed and of which no event tells yet. */
  readonly untold: Set<RoleArn>;
  /** Roles whose creation had an unknown outcome. */
  readonly doubtful: Set<RoleId>;
  /** Ids of events that lay in the outbox when a process ended. */
  readonly leftBehind: Set<string>;
  /** How often something interesting happened. */
  readonly seen: Map<Interesting, number>;
}

/** What a batch of runs must have met at least once; otherwise it has shown nothing about it. */
export const interesting = [
  'breaker tripped',
  'recreated held',
  'lease refused or lost',
  'stale target refused',
  'outbox resumed after a crash',
  'unknown-outcome create adopted',
  'incident held',
] as const;
export type Interesting = (typeof interesting)[number];

export function createMemory(): Memory {
  return {
    made: new Set(),
    opened: new Map(),
    pins: new Map(),
    tombs: new Map(),
    untold: new Set(),
    doubtful: new Set(),
    leftBehind: new Set(),
    seen: new Map(),
  };
}

export function note({ seen }: Memory, what: Interesting): void {
  seen.set(what, (seen.get(what) ?? 0) + 1);
}

/** The table was lost or set back: nobody can be held to what it no longer says. */
export function forget({ opened, pins, untold }: Memory): void {
  for (const past of [opened, pins, untold]) past.clear();
}

export function remember<Key, Value>(map: Map<Key, Set<Value>>, key: Key, value: Value): void {
  map.set(key, (map.get(key) ?? new Set<Value>()).add(value));
}
