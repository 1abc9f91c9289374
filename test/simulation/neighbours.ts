import type { Organization } from '../../shared/domain/configuration/configuration.ts';
import type { ServiceConnection } from '../../shared/domain/azure-devops/service-connection.ts';
import { entraProfile, entraSubject } from '../../shared/domain/issuers/issuer.ts';
import { providerArn } from '../../shared/domain/kernel/arn.ts';
import type { ObservedRole } from '../../shared/domain/iam/role.ts';
import { evaluateTrust } from '../../shared/domain/policy/trust-evaluator.ts';
import { contoso, fabrikam } from '../builders/configuration.ts';
import { connection, reference } from '../builders/connection.ts';
import { organizationId, roleArn } from '../builders/domain-ids.ts';
import type { World } from './world.ts';
import { listAllRoles } from './world.ts';

const entra = { tenantId: '77a3b2c1-0000-4000-8000-0000000000aa' };
const profile = entraProfile(entra);

/** An organization beside the one of the stories, with its one connection. Both belong to one tenant of Entra. */
interface Neighbour {
  readonly organization: Organization;
  readonly connection: ServiceConnection;
}

const neighbour = (organization: Organization, number: number): Neighbour => ({
  organization: { ...organization, issuer: 'entra', entra },
  connection: connection(number, {
    references: [reference(number, 'a')],
    requestedRoleArn: roleArn(`r${number}`),
  }),
});

/** The tenant's issuer signs for both, so that they share one provider in an account. */
export const neighbours: readonly Neighbour[] = [
  neighbour(fabrikam, 8),
  neighbour({ ...contoso, name: 'northwind', id: organizationId(3) }, 9),
];

const listConfigured = ({ configuration }: World) =>
  neighbours.filter(({ organization }) =>
    configuration.organizations.some(({ id }) => id === organization.id),
  );

function isAdmitted(
  { organization, connection: { id } }: Neighbour,
  role: ObservedRole | undefined,
): boolean {
  if (!role) return false;
  const { issuer, audience, prefix } = profile;
  const subject = entraSubject(prefix, organization.id, id);
  const token = { providerArn: providerArn('aws', role.account, issuer), issuer, audience, subject };
  return evaluateTrust(role.trust, token).decision === 'allowed';
}

/** The issuers of those neighbours who come in that did not before. */
export const newlyAdmittedNeighbours = (
  world: World,
  before: ObservedRole | undefined,
  after: ObservedRole,
) =>
  listConfigured(world)
    .filter((one) => isAdmitted(one, after) && !isAdmitted(one, before))
    .map(() => profile);

/** I13: a neighbour's connection comes into its role at the end, unless azfed itself says why not. */
export function revokedNeighbours(world: World, named: ReadonlySet<string>): readonly string[] {
  return listConfigured(world)
    .filter(({ connection: { id } }) => !named.has(id))
    .filter((one) => {
      const role = listAllRoles(world).find(({ arn }) => arn === one.connection.requestedRoleArn);
      return !isAdmitted(one, role);
    })
    .map(
      ({ organization: { name }, connection: { id } }) =>
        `I13 connection ${id} of ${name} has no role that lets it in, and nothing says why`,
    );
}
