import { canonicalJson } from '../../domain/kernel/digest.ts';
import { ConflictError } from '../../domain/kernel/errors.ts';
import { recordedRole, type RecordedConnection, type Claim } from '../../domain/records/connection-record.ts';
import type { Person } from '../../domain/records/deployment-record.ts';
import { abandonClaims, revokeAccess, acquireClaims } from '../../domain/recording/succession.ts';
import type { StateStore } from '../../ports/state.ts';
import { decideOnConnection, decideOnAny } from '../records/records.ts';

/** Who is to have which claims, and who says so. */
export interface Succession {
  readonly successor: Pick<RecordedConnection, 'organizationId' | 'connectionId' | 'references'>;
  readonly claims: readonly Claim[];
  readonly by: Person;
}

/**
 * Records a person's word that a connection takes the place of earlier ones. IAM is not touched: the next run opens the
 * roles to it. First those who had them are revoked, then it has the claims, then the others give them up: a crash in
 * between loses no claim and lets nobody in but the successor, and the same call finishes it. Throws ConflictError when a claim is no
 * longer what the person was shown, and what the store throws.
 */
export async function transferClaims(
  state: Pick<StateStore, 'readConnections' | 'write'>,
  { successor, claims, by }: Succession,
  now: number,
): Promise<void> {
  for (const claim of claims) await refuseIfMoved(state, claim);
  const all = [...new Map(claims.map((claim) => [claim.connectionId, claim])).values()];
  for (const earlier of all)
    await decideOnConnection(state, earlier, (item) => revokeAccess(item, claims, now));
  await decideOnAny(state, successor, (item) => acquireClaims(item, claims, by, now));
  for (const earlier of all) await decideOnConnection(state, earlier, (item) => abandonClaims(item, claims));
}

/** People take their time to say yes: a run may have closed, deleted or made the role again meanwhile, and that would be lost. */
async function refuseIfMoved(
  state: Pick<StateStore, 'readConnections'>,
  { organizationId, connectionId, role }: Claim,
): Promise<void> {
  const items = await state.readConnections(organizationId);
  const item = items.find((one) => one.connectionId === connectionId);
  const known = item && recordedRole(item, role.arn);
  if (!known || canonicalJson(known) !== canonicalJson(role))
    throw new ConflictError('moved', `What azfed keeps of ${role.arn} has changed since it was shown.`);
}
