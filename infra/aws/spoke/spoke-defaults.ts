import type { Service } from '../service/service.ts';
import { spokeRoleNames } from '../spoke-roles.ts';
import { grantedScope } from './scope.ts';
import type { SpokeDefaults } from './template-stack.ts';

/** Parameters as context and configuration have them, for every account alike. */
export function spokeDefaults({ settings, source }: Service): SpokeDefaults {
  const { partition, rolePath, reconcileRoleName, region, name, organizationId } = settings;
  const { accounts } = source.configuration;
  const externalIds = new Set(accounts.map(({ externalId }) => externalId));
  const [externalId] = externalIds.size === 1 ? externalIds : [];
  return {
    names: spokeRoleNames(accounts[0] ?? {}),
    scope: grantedScope(source.configuration, partition, '*'),
    organizationId,
    externalId,
    hubRole: `${rolePath}${reconcileRoleName}`,
    hubReportRole: `${rolePath}${name}-report`,
    hubRegion: region,
    busName: name,
  };
}
