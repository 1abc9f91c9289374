import type { RecordedRole } from '../records/connection-record.ts';
import type { Claim } from '../records/claim.ts';

/** A creation whose outcome is unknown may show in IAM this late. */
const LATENESS_MS = 2 * 60_000;

/** The record of a role that azfed is not known to have made: its creation was meant, and refused or cut off. */
export function isNeverMade(
  { id, deletedAt, snapshot, intent }: Pick<RecordedRole, 'id' | 'deletedAt' | 'snapshot' | 'intent'>,
  now: number,
): boolean {
  const isSettled = intent === undefined || now - Date.parse(intent.at) >= LATENESS_MS;
  return id === undefined && deletedAt === undefined && snapshot === undefined && isSettled;
}

/** A claim on nothing yields to one on a role that was made, unless one grant (`sharing`) lets both have it. */
export function yieldsTo(
  claim: Claim,
  others: readonly Claim[],
  sharing: ReadonlySet<string>,
  now: number,
): boolean {
  return (
    isNeverMade(claim.role, now) &&
    others.some(
      ({ connectionId, role }) =>
        connectionId !== claim.connectionId &&
        role.id !== undefined &&
        !(role.grant === claim.role.grant && sharing.has(role.grant)),
    )
  );
}
