import { Aws, CfnCondition, CfnOutput, CfnParameter, Fn, LegacyStackSynthesizer, Stack } from 'aws-cdk-lib';
import type { IStackSynthesizer } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { acknowledge } from '../policy-statement.ts';
import type { People } from '../../../shared/domain/configuration/people.ts';
import { addForwarding } from './forwarding.ts';
import { addBoundary, addSpokeRoles } from './roles.ts';
import type { GrantedScope, RoleKind } from './spoke-grants.ts';
import { listWritingSessions, type SpokeRoleNames } from '../spoke-roles.ts';

/** What the parameters are when nobody says otherwise. */
export interface SpokeDefaults {
  readonly names: SpokeRoleNames;
  readonly scope: GrantedScope;
  /** Which events are sent to the hub, but for those of azfed's own sessions. */
  readonly buildPattern: (ownRoles: readonly string[]) => object;
  readonly organizationId: string | undefined;
  readonly externalId: string | undefined;
  /** Path and name of the role of `reconcile`. */
  readonly hubRole: string;
  /** Path and name of the role of `report`. */
  readonly hubReportRole: string;
  readonly hubRegion: string;
  readonly busName: string;
  readonly boundaryName: string;
  readonly people: People | undefined;
}

/**
 * One account of the organization, as a template that stands alone: no assets, no bootstrap, nothing of the CDK in it.
 * For a StackSet in the home Region of the partition.
 */
export function createSpokeTemplate(app: Construct, defaults: SpokeDefaults): Stack {
  const stack = new Stack(app, 'azfed-spoke', {
    description: 'azfed: its roles in one account, the boundary of federated roles, and word of IAM changes.',
    analyticsReporting: false,
    // Its getters disagree with the interface about `undefined`; nothing else does.
    synthesizer: new LegacyStackSynthesizer() as IStackSynthesizer,
  });
  acknowledge(stack, { 'CloudFormation-Validate::W1030': 'An empty boundary is left out, by a condition.' });
  const given = addParameters(stack, defaults);
  const { path, write, read, retire, forward } = given.names;
  const arn = `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}`;
  const spokeRoles = [write, read, retire, forward].map((name) => `${arn}:role${path}${name}`);
  const ownRoles = [...spokeRoles, given.hub.role, given.hub.reportRole];
  const permissionsBoundary = orNothing(stack, 'HasPermissionsBoundary', given.permissionsBoundary);

  addSpokeRoles(stack, {
    arn,
    names: given.names,
    scope: { ...given.scope, ownRoles },
    hub: { ...given.hub, partition: Aws.PARTITION },
    people: defaults.people,
    permissionsBoundary,
  });
  const { account } = given.hub;
  addBoundary(stack, given.boundaryName, {
    roles: ownRoles,
    functions: [`arn:${Aws.PARTITION}:lambda:*:${account}:function:${given.busName}-*`],
    stacks: [`arn:${Aws.PARTITION}:cloudformation:*:${account}:stack/${given.busName}/*`, stack.stackId],
  });
  const bus = `arn:${Aws.PARTITION}:events:${given.hubRegion}:${account}:event-bus/${given.busName}`;
  const pattern = defaults.buildPattern(
    listWritingSessions({ partition: Aws.PARTITION, account: Aws.ACCOUNT_ID }, given.names),
  );
  addForwarding(stack, { bus, pattern, roleName: forward, rolePath: path, permissionsBoundary });
  new CfnOutput(stack, 'Role', { description: 'accounts[].assumeRole', value: `${arn}:role${path}${write}` });
  return stack;
}

function addParameters(stack: Stack, defaults: SpokeDefaults) {
  const text = (id: string, description: string, standard?: string, minLength = 1) =>
    new CfnParameter(stack, id, {
      description,
      minLength,
      ...(standard !== undefined && { default: standard }),
    }).valueAsString;
  const list = (id: string, description: string, standard: readonly string[]) =>
    new CfnParameter(stack, id, { type: 'CommaDelimitedList', description, default: standard.join(',') })
      .valueAsList;
  const account = text('HubAccountId', 'Account in which azfed runs.', undefined, 12);
  const roleOfHub = (role: string) => `arn:${Aws.PARTITION}:iam::${account}:role${role}`;
  const hubRole = text('HubRole', 'Path and name of the role of reconcile.', defaults.hubRole);
  const hubReportRole = text('HubReportRole', 'Path and name of the role of report.', defaults.hubReportRole);
  return {
    hub: {
      account,
      role: roleOfHub(hubRole),
      reportRole: roleOfHub(hubReportRole),
      organizationId: text('OrganizationId', 'AWS organization (o-...).', defaults.organizationId),
      externalId: text('ExternalId', 'accounts[].externalId of federation.yaml.', defaults.externalId, 2),
    },
    hubRegion: text('HubRegion', 'Region in which azfed runs.', defaults.hubRegion),
    busName: text('HubBusName', 'Event bus of azfed.', defaults.busName),
    names: {
      path: text('RolePath', "Path of azfed's own roles.", defaults.names.path),
      write: text('WriteRoleName', 'accounts[].assumeRole.', defaults.names.write),
      read: text('ReadRoleName', 'accounts[].readRole.', defaults.names.read),
      retire: text('RetireRoleName', 'accounts[].retireRole.', defaults.names.retire),
      forward: text('ForwardRoleName', 'Sends IAM changes to the hub.', `${defaults.names.write}-forward`),
    },
    scope: {
      roles: list('Roles', 'Roles that azfed may keep: ARNs, * for the account.', defaults.scope.roles),
      providers: list('Providers', 'OIDC providers that azfed may make: ARNs.', defaults.scope.providers),
      boundaries: list('Boundaries', 'Boundaries that a role may have: ARNs.', defaults.scope.boundaries),
      managedPolicies: list(
        'ManagedPolicies',
        'Managed policies that a role may have: ARNs.',
        defaults.scope.managedPolicies,
      ),
      unboundedPolicies:
        defaults.scope.unboundedPolicies.length === 0
          ? []
          : list(
              'UnboundedPolicies',
              'Managed policies that a role without a boundary may have: ARNs.',
              defaults.scope.unboundedPolicies,
            ),
      chunks: defaults.scope.chunks.map(({ kind, roles }, index) => ({
        kind,
        roles: list(`MoreRoles${index + 1}`, whatChunk[kind], roles),
      })),
    },
    boundaryName: text('BoundaryName', 'Boundary of federated roles.', defaults.boundaryName),
    permissionsBoundary: text('PermissionsBoundary', "Of azfed's own roles: ARN, or nothing.", '', 0),
  };
}

const whatChunk: Readonly<Record<RoleKind, string>> = {
  bounded: 'Further roles that azfed may keep: ARNs, * for the account.',
  unbounded: 'Roles without a boundary that azfed may keep: ARNs, * for the account.',
  trustOnly: 'Roles of which azfed may keep the trust alone: ARNs, * for the account.',
};

function orNothing(stack: Stack, id: string, value: string): string {
  const isGiven = new CfnCondition(stack, id, {
    expression: Fn.conditionNot(Fn.conditionEquals(value, '')),
  });
  return Fn.conditionIf(isGiven.logicalId, value, Aws.NO_VALUE).toString();
}
