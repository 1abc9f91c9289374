import { ServiceError, type ErrorCode } from './service-error.ts';

/**
 * What can go wrong with the next call. `hang` and `dropConnection` strike before anything is done; `applyThenHang` and
 * `applyThenDrop` after it was done, so that the caller cannot know.
 */
export type Fault =
  | 'throttle'
  | 'accessDenied'
  | 'serviceFailure'
  | 'serviceUnavailable'
  | 'requestExpired'
  | 'notAuthorized'
  | 'concurrentModification'
  | 'hang'
  | 'dropConnection'
  | 'applyThenHang'
  | 'applyThenDrop';

/** Absent members match every call. */
interface FaultMatch {
  readonly operation?: string;
  readonly account?: string;
}

export interface Faults {
  /** The next `times` (default 1) matching calls meet the fault; `Infinity` is until `clear`. */
  next(match: FaultMatch, fault: Fault, times?: number): void;
  clear(): void;
}

export interface FaultSource extends Faults {
  /** The oldest fault that matches, used up by one. */
  take(operation: string, account: string | undefined): Fault | undefined;
}

interface Pending {
  readonly match: FaultMatch;
  readonly fault: Fault;
  readonly remaining: number;
}

export function createFaults(): FaultSource {
  let pending: readonly Pending[] = [];
  return {
    next(match, fault, times = 1) {
      pending = [...pending, { match, fault, remaining: times }];
    },
    clear() {
      pending = [];
    },
    take(operation, account) {
      const taken = pending.find(
        ({ match }) =>
          (match.operation ?? operation) === operation &&
          (match.account === undefined || match.account === account),
      );
      pending = pending
        .map((one) => (one === taken ? { ...one, remaining: one.remaining - 1 } : one))
        .filter(({ remaining }) => remaining > 0);
      return taken?.fault;
    },
  };
}

/** The error that a fault is answered with; the others cut the connection instead. */
export function errorOfFault(fault: Fault | undefined, action: string): ServiceError | undefined {
  if (fault === 'throttle') return throttled();
  if (fault === 'accessDenied') {
    return new ServiceError('AccessDenied', `User is not authorized to perform: ${action}`);
  }
  const [code, message] = (fault && answers[fault]) ?? [];
  return code === undefined ? undefined : new ServiceError(code, message ?? '');
}

/** Messages of the IAM API reference, common errors. */
const answers: Partial<Record<Fault, readonly [code: ErrorCode, message: string]>> = {
  serviceFailure: ['ServiceFailure', 'An internal failure occurred.'],
  serviceUnavailable: [
    'ServiceUnavailable',
    'The request has failed due to a temporary failure of the server.',
  ],
  requestExpired: ['RequestExpired', 'Request has expired.'],
  notAuthorized: ['NotAuthorized', 'You do not have permission to perform this action.'],
  concurrentModification: ['ConcurrentModification', 'Another operation is changing the same entity.'],
};

/** IAM's rates are not published; its answer is (IAM API reference, common errors). */
export function throttled(): ServiceError {
  return new ServiceError('Throttling', 'Rate exceeded');
}
