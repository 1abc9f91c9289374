import type { Configuration, Organization } from '../configuration/configuration.ts';
import { listPairs } from '../configuration/grant-coverage.ts';
import type { ServiceConnection } from '../azure-devops/service-connection.ts';

/** The roles that grants give the connection by themselves, as the ARNs that it would otherwise ask for. */
export function listBoundRoles(
  { grants, accounts }: Configuration,
  organization: Organization,
  connection: ServiceConnection,
): readonly string[] {
  const pairs = grants
    .flatMap((grant) => listPairs(grant, organization, connection))
    .filter(({ type }) => type === 'any');
  const arns = pairs.flatMap(({ accounts: places, path, name }) =>
    places.map((id) => {
      const partition = accounts.find((account) => account.id === id)?.partition ?? 'aws';
      return `arn:${partition}:iam::${id}:role${path}${name}`;
    }),
  );
  return [...new Set(arns)];
}
