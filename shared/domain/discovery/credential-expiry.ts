import { finding, type Finding } from '../findings/finding.ts';
import type { OrganizationInventory } from '../azure-devops/inventory.ts';
import { formatDate, DAY_MS } from '../kernel/durations.ts';

/** Two weeks leave time for a person who is on holiday, and do not warn all the year of a token that lives for a month. */
const WARNING_DAYS = 14;

/** Whole days until then; below zero when it is over. */
export const daysLeft = (expiresAt: number, now: number): number => Math.floor((expiresAt - now) / DAY_MS);

type DatedInventory = Pick<
  OrganizationInventory,
  'organizationId' | 'organizationName' | 'credentialExpiresAt'
>;

/** That a credential has ended, or ends soon. */
export interface CredentialEnd {
  readonly hasEnded: boolean;
  /** Such as `2026-08-31`. */
  readonly day: string;
  /** For a person. */
  readonly message: string;
}

/** `undefined`: it does not end soon, or nobody says when. */
export function findCredentialEnd(
  { organizationName, credentialExpiresAt: expiresAt }: DatedInventory,
  now: number,
): CredentialEnd | undefined {
  if (expiresAt === undefined || expiresAt - now > WARNING_DAYS * DAY_MS) return undefined;
  const day = formatDate(expiresAt);
  const hasEnded = expiresAt <= now;
  return {
    ...{ hasEnded, day },
    message: `The credential of ${organizationName} ${hasEnded ? 'ended' : 'ends'} on ${day}.`,
  };
}

/** What has to be renewed before the organizations can no longer be read. */
export function expiringCredentials(inventories: readonly DatedInventory[], now: number): readonly Finding[] {
  return inventories.flatMap((inventory) => {
    const end = findCredentialEnd(inventory, now);
    if (!end) return [];
    const { organizationId, credentialExpiresAt = 0 } = inventory;
    return finding(end.hasEnded ? 'credential.expired' : 'credential.expiring', end.message, {
      evidence: {
        organization: organizationId,
        expires: end.day,
        daysLeft: daysLeft(credentialExpiresAt, now),
      },
    });
  });
}
