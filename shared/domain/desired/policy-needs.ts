import type { Configuration, Grant } from '../configuration/configuration.ts';
import type { Target } from './claims.ts';
import { finding, type Finding } from '../findings/finding.ts';
import { coversRole } from '../configuration/grant-coverage.ts';
import type { RoleArn } from '../kernel/ids.ts';
import type { AccountObservation, RoleState } from '../iam/role.ts';
import { listClaims, type RecordedConnection } from '../records/connection-record.ts';
import { placePolicies } from './role-design.ts';

type Needs = Pick<RoleState, 'boundary' | 'managedPolicies'>;

const listPolicies = ({ boundary, managedPolicies }: Needs): readonly string[] => [
  ...(boundary === undefined ? [] : [boundary]),
  ...managedPolicies,
];

/** The boundaries and managed policies that these roles of one account are to have, as they are called there. */
export function neededPolicies(targets: readonly Target[], { grants }: Configuration): readonly string[] {
  const roles = new Map(
    targets.map(({ role, grant }) => [grant ?? grants.find((one) => coversRole(one, role)), role]),
  );
  const needed = [...roles].flatMap(([grant, role]) =>
    grant ? listPolicies(placePolicies(role, grant)) : [],
  );
  return [...new Set(needed)].sort();
}

/** What the roles had that are made again as they stood. */
export function snapshotPolicies(
  recorded: readonly RecordedConnection[],
  roles: readonly RoleArn[],
): readonly string[] {
  const snapshots = recorded
    .flatMap(listClaims)
    .flatMap(({ role }) => (roles.includes(role.arn) && role.snapshot ? [role.snapshot] : []));
  return [...new Set(snapshots.flatMap(listPolicies))].sort();
}

/** A policy that a role has exists: AWS deletes none that is in use. The others have to be asked for. */
export function unconfirmedPolicies(
  needed: readonly string[],
  roles: AccountObservation['roles'],
): readonly string[] {
  if (roles.state !== 'complete') return [];
  const used = new Set(roles.value.inScope.flatMap(listPolicies));
  return [...new Set(needed)].filter((arn) => !used.has(arn));
}

/** Paths of the fields whose wanted value AWS does not have. */
export function lackingFields(wanted: Needs, missing: ReadonlySet<string>): readonly string[] {
  const managed = wanted.managedPolicies.filter((arn) => missing.has(arn));
  const isUnbounded = wanted.boundary !== undefined && missing.has(wanted.boundary);
  return [...(isUnbounded ? ['boundary'] : []), ...managed.map((arn) => `policies.managed.${arn}`)];
}

/** One for each policy that the role waits for. */
export function missingPolicyFindings(
  { role, bindings }: Target,
  grant: Pick<Grant, 'name'>,
  wanted: Needs,
  missing: ReadonlySet<string>,
): readonly Finding[] {
  const connectionId = bindings[0]?.connectionId;
  return listPolicies(wanted)
    .filter((arn) => missing.has(arn))
    .map((arn) => {
      const as = arn === wanted.boundary ? 'permissions boundary' : 'managed policy';
      const message = `${role.arn} is to have the ${as} ${arn} (grant ${grant.name}), which does not exist.`;
      return finding('policy.missing', message, {
        roleArn: role.arn,
        ...(connectionId ? { connectionId } : {}),
        evidence: { policy: arn, as, grant: grant.name },
      });
    });
}
