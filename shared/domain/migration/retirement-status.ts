import type { Plan } from '../plan/change.ts';
import type { Finding } from '../findings/finding.ts';
import type { RecordedConnection, RecordedRole } from '../records/connection-record.ts';
import { claimsOf } from '../records/claim.ts';

/** What there is to know of a role that nobody is let into. Times are ISO text. */
export interface RetirementStatus {
  readonly closedAt: string;
  /** When it may be deleted, unless it is used; `null`: it is due, or its grant does not say so. */
  readonly dueAt: string | null;
  /** `null`: it is there. */
  readonly deletedAt: string | null;
  /** What was kept of it is enough to ask for it with `azfed restore`. */
  readonly isRestorable: boolean;
}

/** `null`: the connection is let into this role, or has none. */
export function retirementStatus(
  item: RecordedConnection | undefined,
  roleArn: string,
  { findings }: Pick<Plan, 'findings'>,
): RetirementStatus | null {
  const role = item && claimsOf(item).find((claim) => claim.role.arn === roleArn)?.role;
  if (!role?.closed) return null;
  const deletedAt = deletionOf(role);
  return {
    closedAt: role.closed.at,
    dueAt: dueDay(findings, roleArn),
    deletedAt,
    isRestorable: deletedAt !== null && role.snapshot?.boundary !== undefined,
  };
}

/** A role that was made again is there; one whose making was only begun may not be. */
function deletionOf({ deletedAt, restoredAt, intent }: RecordedRole): string | null {
  return restoredAt !== undefined && !intent ? null : (deletedAt ?? null);
}

function dueDay(findings: readonly Finding[], roleArn: string): string | null {
  const waiting = findings.find(
    (found) => found.code === 'role.retired-waiting' && found.roleArn === roleArn,
  );
  const dueAt = waiting?.evidence['dueAt'];
  return typeof dueAt === 'string' ? dueAt : null;
}
