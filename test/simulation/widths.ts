import type { Grant } from '../../shared/domain/configuration/configuration.ts';
import type { PolicyDocument, Statement } from '../../shared/domain/policy/policy-document.ts';
import { toList } from '../../shared/domain/policy/policy-document.ts';
import type { ObservedRole } from '../../shared/domain/iam/role.ts';
import { policyDigest } from '../../shared/domain/iam/role-fields.ts';

/** Denies everything: the answer to an incident, and no access. */
export const DENY_ALL = 'arn:aws:iam::aws:policy/AWSDenyAll';

/** Nobody changes a role in place. */
const known = new WeakMap<ObservedRole, ReadonlySet<string>>();

/** All that a role may do once somebody is in, as single items. No boundary is the widest of all; a Deny is none. */
export function widths(role: ObservedRole | undefined): ReadonlySet<string> {
  if (!role) return new Set();
  const all = known.get(role) ?? listWidths(role);
  known.set(role, all);
  return all;
}

function listWidths(role: ObservedRole): ReadonlySet<string> {
  const { managedPolicies, inlinePolicies, boundary = 'none', maxSessionDuration } = role;
  return new Set([
    ...managedPolicies.filter((arn) => arn !== DENY_ALL).map((arn) => `policy ${arn}`),
    ...Object.entries(inlinePolicies).flatMap(([name, document]) => inlineWidth(name, document)),
    ...(boundary === DENY_ALL ? [] : [`boundary ${boundary}`]),
    `sessions of ${maxSessionDuration}`,
  ]);
}

/** The same of what the grant says. */
export function wanted(grant: Grant | undefined, role: ObservedRole): ReadonlySet<string> {
  if (!grant) return new Set();
  // Whatever it may do is somebody else's to say.
  if (grant.permissions === 'unmanaged') return widths(role);
  const inPlace = (arn: string) => arn.replaceAll('{account}', role.account).replaceAll('{partition}', 'aws');
  return new Set([
    ...grant.managedPolicies.map((arn) => `policy ${inPlace(arn)}`),
    ...Object.entries(grant.inlinePolicies).flatMap(([name, document]) => inlineWidth(name, document)),
    `boundary ${inPlace(grant.boundary)}`,
    `sessions of ${grant.maxSessionDuration}`,
  ]);
}

/** What an inline policy allows; nothing when it only denies. */
export function inlineWidth(name: string, document: PolicyDocument): readonly string[] {
  const allowing = toList<Statement>(document.Statement).filter(({ Effect: effect }) => effect !== 'Deny');
  return allowing.length === 0
    ? []
    : [`inline ${name} ${policyDigest({ ...document, Statement: allowing })}`];
}
