import type { BlockedReason } from '../../domain/records/blocked-reason.ts';
import type { ConnectionStatus } from '../observe/connection-status.ts';

/** The states of a connection as people read them, on the page and in a terminal: the most urgent first. */
export const stateWords = {
  drifted: 'Somebody changed or deleted the role in IAM. The role differs from what azfed last applied.',
  blocked: 'A change is planned, and something holds it back or it fails whenever azfed tries it.',
  pending: 'A change is planned. The next run makes it.',
  unknown:
    'azfed could not read the connection or its account, or Azure DevOps does not list the connection.',
  settling: 'azfed wrote the role, and IAM does not show the change yet.',
  unmanaged: 'azfed makes no change: no grant covers the connection, or somebody else owns the role.',
  closed: 'The trust of the role lets nobody in, on purpose.',
  ok: 'The role is as it should be.',
} as const satisfies Readonly<Record<string, string>>;

export type StateWord = keyof typeof stateWords;

/** States in which azfed plans no change. */
const restingWords: Readonly<Record<string, StateWord>> = {
  converged: 'ok',
  settling: 'settling',
  closed: 'closed',
  deleted: 'closed',
  'left alone': 'unmanaged',
  'no role': 'unmanaged',
  missing: 'unknown',
  'as recorded': 'unknown',
  'not read': 'unknown',
};

/**
 * The cause decides, not the kind of the change: a rename is repaired too and is pending, and a role that somebody deleted is
 * created and has drifted. What drifted is drifted, blocked or not.
 */
export function selectStateWord(status: Pick<ConnectionStatus, 'state' | 'cause' | 'held'>): StateWord {
  const { state, cause, held } = status;
  const resting = restingWords[state];
  if (resting) return resting;
  if (cause === 'drift' || cause === 'conflict' || cause === 'gone') return 'drifted';
  return held !== null || state === 'failing' ? 'blocked' : 'pending';
}

/** The states that `--json` has beside the words: what a run would do, or why it does nothing. */
export const stateMeanings = {
  create: 'The next run creates the role.',
  repair: 'The next run changes the role to what its grant says.',
  adopt: 'The role of somebody else becomes one of azfed.',
  close: 'The next run closes the trust of the role: nobody can assume it through Azure DevOps.',
  delete: 'The closed role is due to be deleted.',
  converged: 'Nothing is to be done.',
  'left alone': 'The connection asks for the role, and azfed does not give it: the finding says why.',
  'no role': 'azfed gives the connection no role: no grant covers it, or it does not ask for one by OIDC.',
  'no provider': 'The OIDC provider that its tokens need is missing in the account.',
  missing: 'Azure DevOps does not list the connection. Its role stays as it is.',
  'as recorded': 'azfed cannot read the connection now, and leaves its role as the record says.',
  'not read': 'azfed could not read the account.',
  deleted: 'azfed deleted the role, and keeps a snapshot.',
  failing: 'The change fails whenever azfed tries it; the status shows since when, and the text of AWS.',
} as const satisfies Readonly<Record<string, string>>;

/** Only a person lifts what holds these; the others pass with time, or with the next run. */
const liftedByTime: readonly BlockedReason[] = [
  ...(['limit-deletions', 'limit-changes', 'limit-max', 'limit-closures'] as const),
  ...(['deny-window', 'retry-later', 'second-look', 'provider'] as const),
];

/** A change is planned that nobody makes until a person has decided something. */
export function waitsForPerson(row: Pick<ConnectionStatus, 'state' | 'cause' | 'held'>): boolean {
  const isPlanned = ['drifted', 'blocked', 'pending'].includes(selectStateWord(row));
  return isPlanned && row.held !== null && !liftedByTime.includes(row.held);
}
