import type { ConnectionId } from '../kernel/ids.ts';
import { formatInstant, MINUTE_MS } from '../kernel/durations.ts';
import { isCreation, isDeletion, type AuditEntry } from './audit-entry.ts';

/** Why a person has to decide about a namesake one by one. */
export const replacementObstacles = {
  'no-identity': 'the organization names no trustedAutomation',
  'log-unread': 'the audit log could not be read to its end',
  'no-deletion': 'the audit log does not show who deleted the earlier connection',
  'no-creation': 'the audit log does not show who created the new connection',
  'other-actor': 'somebody else than one trusted identity deleted the one or created the other',
  'not-in-turn': 'the creation did not follow the deletion within 15 minutes',
  'changed-since': 'somebody else has changed or shared the new connection since',
} as const satisfies Readonly<Record<string, string>>;

export type ReplacementObstacle = keyof typeof replacementObstacles;

/** Proof that one trusted identity replaced a connection. */
interface Replacement {
  readonly actor: string;
  /** ISO times. */
  readonly deletedAt: string;
  readonly createdAt: string;
  /** Ids of the entries. */
  readonly entries: readonly string[];
}

export type ReplacementVerdict =
  | { readonly state: 'replaced'; readonly proof: Replacement }
  | { readonly state: 'open'; readonly obstacle: ReplacementObstacle };

/** Terraform creates right after it has deleted; slow runs and retries included. */
const REPLACEMENT_MS = 15 * MINUTE_MS;

/**
 * Whether the namesake of a deleted connection is a replacement by automation. All of it must come from an audit log that was
 * read to its end, in which every entry could be used:
 *
 *     delete earlier (A)  --- at most 15 minutes --->  create namesake (A)  --- nobody but A touches it --->  now
 *
 * A is one of `trusted`, compared to the letter with the ids that the log has of the actor. A display name never counts:
 * anybody may choose theirs.
 */
export function judgeReplacement(
  { earlier, namesake }: { readonly earlier: ConnectionId; readonly namesake: ConnectionId },
  entries: readonly AuditEntry[] | undefined,
  trusted: readonly string[],
): ReplacementVerdict {
  if (trusted.length === 0) return leaveOpen('no-identity');
  if (entries === undefined) return leaveOpen('log-unread');
  const inOrder = [...entries].sort((a, b) => a.at - b.at);
  const deletions = inOrder.filter((entry) => isDeletion(entry) && entry.connectionId === earlier);
  const own = inOrder.filter(({ connectionId }) => connectionId === namesake);
  const [deletion, creation] = [deletions.at(-1), own.find(isCreation)];
  if (!deletion) return leaveOpen('no-deletion');
  if (!creation) return leaveOpen('no-creation');
  const actor = trusted.find((one) => [...deletions, creation].every((entry) => isActor(entry, one)));
  if (actor === undefined) return leaveOpen('other-actor');
  const pause = creation.at - deletion.at;
  if (pause < 0 || pause > REPLACEMENT_MS) return leaveOpen('not-in-turn');
  if (!own.every((entry) => isActor(entry, actor))) return leaveOpen('changed-since');
  const proof = {
    actor,
    deletedAt: formatInstant(deletion.at),
    createdAt: formatInstant(creation.at),
    entries: [deletion.id, creation.id],
  };
  return { state: 'replaced', proof };
}

const leaveOpen = (obstacle: ReplacementObstacle): ReplacementVerdict => ({ state: 'open', obstacle });

const isActor = ({ actorIds = [] }: AuditEntry, identity: string): boolean => actorIds.includes(identity);
