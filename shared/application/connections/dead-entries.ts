import { listSeenRoles } from '../../domain/iam/role.ts';
import type { Configuration } from '../../domain/configuration/configuration.ts';
import { describeProviders } from '../../domain/entries/trust-entries.ts';
import { selectProfiles } from '../../domain/issuers/issuer.ts';
import type { RoleArn } from '../../domain/kernel/ids.ts';
import { judgeLiveness, type DeadEntry, type NeverWorksReason } from '../../domain/policy/trust-liveness.ts';
import type { Snapshot } from '../observe/observe.ts';

/** Whoever adopts a role whose trust never worked lets somebody in for the first time. Roles that may have worked are left out. */
export function listDeadEntries(
  { desiredRoles, observations }: Pick<Snapshot, 'desiredRoles' | 'observations'>,
  { organizations }: Pick<Configuration, 'organizations'>,
): ReadonlyMap<RoleArn, readonly DeadEntry[]> {
  const arns = new Set(desiredRoles.targets.map(({ role }) => role.arn));
  const issuers = organizations.flatMap((organization) => selectProfiles(organization, 'both'));
  return new Map(
    observations.flatMap((observation) => {
      const facts = describeProviders(observation, issuers);
      return listSeenRoles(observation)
        .filter(({ arn }) => arns.has(arn))
        .flatMap(({ arn, trust }) => {
          const { status, dead } = judgeLiveness(trust, facts);
          const found = status === 'never-works' ? dead.filter(({ reason }) => reason !== 'closed') : [];
          return found.length > 0 ? [[arn, found] as const] : [];
        });
    }),
  );
}

/** The same as reasons, each once. */
export function listNeverWorking(
  ...facts: Parameters<typeof listDeadEntries>
): ReadonlyMap<RoleArn, readonly NeverWorksReason[]> {
  return new Map(
    [...listDeadEntries(...facts)].map(([arn, dead]) => [
      arn,
      [...new Set(dead.map(({ reason }) => reason))],
    ]),
  );
}
