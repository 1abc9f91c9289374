import type { Fault } from './fault-answers.ts';
import type { Operation } from './route.ts';
import { sameName } from '../state/world.ts';

/** Absent members match everything. `project` is a name or an id, whichever the request uses. */
interface FaultMatch {
  readonly operation?: Operation;
  readonly organization?: string;
  /** For the project list, which names no project: the one that `missing-project` leaves out. */
  readonly project?: string;
}

interface PendingFault {
  readonly match: FaultMatch;
  readonly fault: Fault;
  readonly remaining: number;
}

export interface Faults {
  /** The next `times` (default 1) matching requests meet the fault; `Infinity` is until `clear`. */
  next(match: FaultMatch, fault: Fault, times?: number): void;
  clear(): void;
  /** The oldest matching fault, used up by one. `project` is what the request's project goes by; absent when it names none. */
  take(
    operation: Operation,
    organization: string,
    project: readonly string[] | undefined,
  ): PendingFault | undefined;
}

export function createFaults(): Faults {
  let pending: readonly PendingFault[] = [];
  return {
    next(match, fault, times = 1) {
      pending = [...pending, { match, fault, remaining: times }];
    },
    clear() {
      pending = [];
    },
    take(operation, organization, project) {
      const taken = pending.find(({ match }) => matches(match, operation, organization, project));
      pending = pending
        .map((fault) => (fault === taken ? { ...fault, remaining: fault.remaining - 1 } : fault))
        .filter((fault) => fault.remaining > 0);
      return taken;
    },
  };
}

function matches(
  match: FaultMatch,
  operation: Operation,
  organization: string,
  project: readonly string[] | undefined,
): boolean {
  if (match.operation !== undefined && match.operation !== operation) return false;
  if (match.organization !== undefined && !sameName(match.organization, organization)) return false;
  const { project: wanted } = match;
  return wanted === undefined || project === undefined || project.some((known) => sameName(known, wanted));
}
