import { resolve } from 'node:path';
import { readConfigurationText } from '../../shared/config/configuration-text.ts';
import { type Right, allow } from './policy-statement.ts';
import {
  type Belongings,
  assumeRights,
  deliverRights,
  discoverRights,
  hookRights,
  iamChangeRights,
  reconcileRights,
  reportRights,
} from './service/grants.ts';
import { listPersonKinds, type PersonKind } from '../../shared/domain/configuration/people.ts';
import { listPersonRights, listPersonRoles } from './people/people-grants.ts';
import {
  type SpokeScope,
  boundaryRights,
  listChunkDeletions,
  listChunkWrites,
  readRights,
  retireRights,
  writeRights,
} from './spoke/spoke-grants.ts';

/** What one role may do, for the documentation. */
interface RoleRights {
  readonly role: string;
  readonly purpose: string;
  readonly rights: readonly Right[];
}

const own: Belongings = {
  configuration: 'federation.yaml in the bootstrap bucket',
  published: { bucket: 'the bucket of published configurations', objects: 'the versions in it' },
  table: 'the table',
  stream: 'its stream',
  discoverQueue: 'the queue of discover',
  reconcileQueue: 'the queue of reconcile',
  reportQueue: 'the queue of report',
  reports: ['report.html and report.json in the bucket of reports'],
  undelivered: 'the queue of undelivered events',
  hookSecret: 'the secret of the hook',
  functions: ['the functions discover, reconcile and deliver'],
};

const listing = { entries: [], partition: 'aws' } as const;
const account = 'arn:aws:iam::<account>';
const scope: SpokeScope = {
  roles: [`${account}:role/<path of a grant>*`],
  chunks: [
    { kind: 'unbounded', roles: [`${account}:role/<role of a grant without boundary>`] },
    { kind: 'trustOnly', roles: [`${account}:role/<role of a grant with unmanaged permissions>`] },
  ],
  providers: [`${account}:oidc-provider/<issuers of the organizations>`],
  boundaries: ['<boundaries of the grants>'],
  managedPolicies: ['<managed policies of the grants>'],
  unboundedPolicies: ['<managed policies of the grants without boundary>'],
  ownRoles: ['<azfed’s own roles>'],
};

/** What each kind of people may do in the account of the hub, as it is for the example. */
export function rightsOfPeople(): readonly {
  readonly kind: PersonKind;
  readonly rights: readonly Right[];
}[] {
  const { configuration } = readConfigurationText(resolve(import.meta.dirname, 'example/federation.yaml'));
  const signed = { ...own, recordKey: 'the key of records (-c signedRecords=true)' };
  return listPersonKinds.map((kind) => ({
    kind,
    rights: [
      ...listPersonRights(kind, signed, configuration),
      ...assumeRights(listPersonRoles(kind, configuration.accounts)),
    ],
  }));
}

/** What the one who deploys needs, for the account of the example. */
export function rightsOfDeployer(): readonly Right[] {
  return listDeployerRights({ partition: 'aws', hub: '111122223333', name: 'azfed' });
}

/** Every role of azfed, as it is for the example. */
export function rolesOfAzfed(): readonly RoleRights[] {
  const { configuration } = readConfigurationText(resolve(import.meta.dirname, 'example/federation.yaml'));
  return [
    {
      role: 'discover',
      purpose: 'reads Azure DevOps',
      rights: discoverRights(own, { ...configuration, listing }),
    },
    {
      role: 'reconcile',
      purpose: 'works in the accounts',
      rights: [
        ...reconcileRights(own),
        ...assumeRights(['<roles in the accounts>']),
        ...assumeRights(['arn:aws:iam::*:<roles of accountDefaults>']),
      ],
    },
    { role: 'hook', purpose: 'takes service hooks', rights: hookRights(own) },
    { role: 'iam-change', purpose: 'hears of IAM changes', rights: iamChangeRights(own) },
    {
      role: 'deliver',
      purpose: 'delivers events to webhooks',
      rights: deliverRights(own, configuration, []),
    },
    {
      role: 'report',
      purpose: 'writes the report page',
      rights: [...reportRights(own), ...assumeRights(['<roles to look with in the accounts>'])],
    },
    { role: 'azfed-spoke-read', purpose: 'looks at an account', rights: readRights(account) },
    {
      role: 'azfed-spoke',
      purpose: 'writes in an account',
      rights: [
        ...writeRights(account, scope),
        ...scope.chunks.flatMap((chunk) => listChunkWrites(chunk, scope)),
      ],
    },
    {
      role: 'azfed-spoke-retire',
      purpose: 'deletes roles in an account',
      rights: [
        ...retireRights(account, scope),
        ...scope.chunks.flatMap((chunk) => listChunkDeletions(chunk, scope)),
      ],
    },
    {
      role: 'azfed-boundary',
      purpose: 'the most that a federated role can do',
      rights: boundaryRights({
        roles: scope.ownRoles,
        functions: ['<functions of azfed>'],
        stacks: ['<stacks of azfed>'],
      }),
    },
  ];
}

/** Whose account and names they are for. */
interface DeployerScope {
  readonly partition: string;
  readonly hub: string;
  /** That of the stack. */
  readonly name: string;
}

/**
 * What somebody needs in the account of the hub who deploys azfed as docs/deploy.md says. What the stack is made of is made by
 * CloudFormation, with the execution role of the bootstrap: nobody needs those rights for themselves.
 */
export const listDeployerRights = ({ partition, hub, name }: DeployerScope): readonly Right[] => [
  allow('UseBootstrap', ['sts:AssumeRole'], [`arn:${partition}:iam::${hub}:role/cdk-hnb659fds-*`], {
    reason:
      'npx cdk deploy. CloudFormation then makes the stack with the execution role of the bootstrap, which may do everything unless `cdk bootstrap --cloudformation-execution-policies` names less: who has this, has that.',
  }),
  allow('ReadIssuer', ['iam:GetOutboundWebIdentityFederationInfo'], ['*'], {
    reason: 'entra.sh: the issuer that the application in Entra trusts.',
  }),
  allow(
    'KeepSecrets',
    ['secretsmanager:CreateSecret', 'secretsmanager:PutSecretValue', 'secretsmanager:TagResource'],
    [`arn:${partition}:secretsmanager:*:${hub}:secret:${name}/*`],
    { reason: 'azfed secrets create: tokens and signing secrets, before the stack that reads them.' },
  ),
  allow(
    'DeployAccounts',
    [
      'cloudformation:CreateStackSet',
      'cloudformation:UpdateStackSet',
      'cloudformation:CreateStackInstances',
      'cloudformation:DescribeStackSet',
      'cloudformation:DescribeStackSetOperation',
      'cloudformation:ListStackSetOperationResults',
    ],
    ['*'],
    {
      reason:
        'accounts.sh. A delegated administrator for StackSets deploys into every account of the organization; AWS cannot limit that to organizational units.',
    },
  ),
  allow('FindAdministrators', ['organizations:ListDelegatedAdministrators'], ['*'], {
    reason: 'StackSets look whether the hub is a delegated administrator.',
  }),
  allow(
    'TryAlarm',
    ['cloudwatch:SetAlarmState', 'cloudwatch:DescribeAlarmHistory'],
    [`arn:${partition}:cloudwatch:*:${hub}:alarm:${name}-*`],
    { reason: 'Lets one alarm ring, and looks whether it was sent.' },
  ),
];
