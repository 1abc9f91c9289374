import type { Configuration } from '../domain/configuration/configuration.ts';
import { profilesOf } from '../domain/issuers/issuer.ts';

/** Every issuer whose tokens may be let in, now or when somebody chooses so: host and path. */
export function issuersIn({ organizations }: Pick<Configuration, 'organizations'>): readonly string[] {
  const all = organizations.flatMap((organization) => profilesOf(organization, 'both'));
  return [...new Set(all.map(({ issuer }) => issuer))];
}
