import { Stack } from 'aws-cdk-lib';
import type { App } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Service } from '../service/service.ts';
import { spokeRoleNames } from '../spoke-roles.ts';
import { addForwarding } from './forwarding.ts';
import { addBoundary, addSpokeRoles } from './roles.ts';
import { grantedScope } from './scope.ts';

/**
 * Mode small: the one account is hub and spoke. azfed works in it through the same roles as elsewhere, so that its
 * sessions are narrowed and end with the lease here, too.
 */
export function addOwnSpoke(app: App, hub: Stack, { settings, source }: Service): void {
  const [account] = source.configuration.accounts;
  if (account === undefined) return;
  const { partition, rolePath, name, permissionsBoundary, homeRegion, region } = settings;
  const arn = `arn:${partition}:iam::${account.id}`;
  const names = spokeRoleNames(account);
  const spokeRoles = [names.write, names.read, names.retire].map((role) => `${arn}:role${names.path}${role}`);
  const hubRole = `${arn}:role${rolePath}${settings.reconcileRoleName}`;
  const discoverRole = `${arn}:role${rolePath}${settings.discoverRoleName}`;
  const ownRoles = [...spokeRoles, hubRole, discoverRole, `${arn}:role${rolePath}${name}-*`];
  const boundary = permissionsBoundary === undefined ? {} : { permissionsBoundary };
  const { externalId } = account;

  const spoke = new Construct(hub, 'spoke');
  addSpokeRoles(spoke, {
    arn,
    names,
    scope: { ...grantedScope(source.configuration, partition, account.id), ownRoles },
    hub: {
      partition,
      account: account.id,
      role: hubRole,
      reportRole: `${arn}:role${rolePath}${name}-report`,
      ...(externalId !== undefined && { externalId }),
    },
    ...boundary,
  });
  addBoundary(spoke, ownRoles);

  const home =
    homeRegion === region
      ? spoke
      : new Stack(app, `${name}-home`, {
          description: 'azfed: word of IAM changes, from the only Region in which they are told.',
          env: { account: account.id, region: homeRegion },
          analyticsReporting: false,
        });
  addForwarding(home, {
    bus: `arn:${partition}:events:${region}:${account.id}:event-bus/${name}`,
    roleName: `${name}-forward`,
    rolePath,
    ...boundary,
  });
}
