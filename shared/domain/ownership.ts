import type { Target } from './claims.ts';
import { allowingPart } from './policy/live-trust.ts';
import { readManagedTrust } from './policy/trust-document.ts';
import type { RecordedRole } from './recorded.ts';
import type { ObservedRole } from './role.ts';
import { designTrust } from './role-design.ts';
import type { RoleFacts } from './role-facts.ts';

/** A role that we meant to create may bear a time a little before our clock's. */
const CLOCK_SKEW_MS = 5 * 60_000;

/**
 * By RoleId, on a role that still shows anything of ours: a record that was forged onto somebody else's role is not
 * believed. Or, when a pass ended between intent and record, by marks that it left on a role whose trust is of our form.
 */
export function isOurs({ target, recorded }: RoleFacts, observed: ObservedRole): boolean {
  if (recorded.some(({ id }) => id === observed.id) && showsOurHand(target, observed)) return true;
  const isBegun = recorded.some((role) => {
    const begun = creationBegun(role);
    return begun !== undefined && observed.createdAt >= Date.parse(begun) - CLOCK_SKEW_MS;
  });
  const owners = ['shared', ...target.bindings.map(({ connectionId }) => connectionId)];
  const isMarked = owners.some((owner) => observed.tags['azfed:connection'] === owner);
  const providers = designTrust(target.role, target.bindings).map(({ providerArn }) => providerArn);
  const trust = readManagedTrust(allowingPart(observed.trust)) ?? [];
  const isOfOurForm = trust.length > 0 && trust.every(({ providerArn }) => providers.includes(providerArn));
  return isBegun && isMarked && isOfOurForm;
}

/** One of our marks, or our provider in the trust: a person who changes a role rarely takes both away. */
function showsOurHand({ role, bindings }: Target, { tags, trust }: ObservedRole): boolean {
  const text = JSON.stringify(trust);
  return (
    'azfed:connection' in tags ||
    designTrust(role, bindings).some(({ providerArn }) => text.includes(providerArn))
  );
}

/** Since when a creation may have been under way that was not recorded: a role that was gone is missed since then. */
function creationBegun({ id, intent, absentSince }: RecordedRole): string | undefined {
  if (!intent) return undefined;
  return id === undefined ? intent.at : absentSince;
}
