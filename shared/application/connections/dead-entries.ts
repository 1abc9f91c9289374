import type { Configuration } from '../../domain/configuration/configuration.ts';
import { describeProviders } from '../../domain/entries/trust-entries.ts';
import { selectProfiles } from '../../domain/issuers/issuer.ts';
import type { RoleArn } from '../../domain/kernel/ids.ts';
import type { DeadEntry } from '../../domain/policy/trust-liveness.ts';
import { judgeLiveness } from '../../domain/policy/trust-liveness.ts';
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
      const roles = observation.roles.state === 'complete' ? observation.roles.value.inScope : [];
      return roles
        .filter(({ arn }) => arns.has(arn))
        .flatMap(({ arn, trust }) => {
          const { status, dead } = judgeLiveness(trust, facts);
          const found = status === 'never-works' ? dead.filter(({ reason }) => reason !== 'closed') : [];
          return found.length > 0 ? [[arn, found] as const] : [];
        });
    }),
  );
}
