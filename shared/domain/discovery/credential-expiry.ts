import type { Finding } from '../findings/finding.ts';
import { finding } from '../findings/finding.ts';
import type { OrganizationInventory } from '../azure-devops/inventory.ts';
import { DAY_MS } from '../kernel/durations.ts';
/** Two weeks leave time for a person who is on holiday, and do not warn all the year of a token that lives for a month. */
const WARNING_DAYS = 14;

/** Whole days until then; below zero when it is over. */
export function daysLeft(expiresAt: number, now: number): number {
  return Math.floor((expiresAt - now) / DAY_MS);
}

/** What has to be renewed before the organizations can no longer be read. */
export function expiringCredentials(
  inventories: readonly Pick<
    OrganizationInventory,
    'organizationId' | 'organizationName' | 'credentialExpiresAt'
  >[],
  now: number,
): readonly Finding[] {
  return inventories.flatMap(({ organizationId, organizationName, credentialExpiresAt: expiresAt }) => {
    if (expiresAt === undefined || expiresAt - now > WARNING_DAYS * DAY_MS) return [];
    const day = new Date(expiresAt).toISOString().slice(0, 10);
    const evidence = { organization: organizationId, expires: day, daysLeft: daysLeft(expiresAt, now) };
    return expiresAt <= now
      ? finding('credential.expired', `The credential of ${organizationName} ended on ${day}.`, { evidence })
      : finding('credential.expiring', `The credential of ${organizationName} ends on ${day}.`, { evidence });
  });
}
