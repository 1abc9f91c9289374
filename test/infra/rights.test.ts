import { functionNames } from '../../infra/aws/function-names.ts';
import { LOOPBACK_ALLOWED } from '../../shared/config/environment.ts';
import { parseConfiguration } from '../../shared/config/load-configuration.ts';
import { noPolicyFiles } from '../../shared/config/inline-policies.ts';
import { iamActionsOfSteps } from '../../shared/contract/iam-actions.ts';
import type { Grant } from '../../shared/domain/configuration/configuration.ts';
import { buildAccountQuestions } from '../../shared/domain/doctor/rehearsals.ts';
import {
  BOUNDARY,
  HUB,
  ORGANIZATION,
  OTHER_SPOKE,
  PAT_SECRET,
  SPOKE,
  EVENT_BUS,
  TOPIC,
  WEBHOOK_SECRET,
  federation,
  organizationContext,
  writeFederation,
} from './federation.ts';
import type { Keys } from './principal.ts';
import { resolveReferences } from '../../infra/aws/template-values.ts';
import { extractPolicies, extractPrincipal } from './principal.ts';
import { synthesize, synthesizeSpoke } from './synthesis.ts';

const context = organizationContext(writeFederation(federation([SPOKE, OTHER_SPOKE])));
const service = synthesize(context)['azfed'] ?? { Resources: {} };
const spoke = synthesizeSpoke(context);
const spokeParameters = { HubAccountId: HUB, 'AWS::AccountId': SPOKE };

const findLogicalId = (type: string, beginning: string) =>
  Object.entries(service.Resources).find(
    ([id, { Type }]) => Type === type && id.startsWith(beginning),
  )?.[0] ?? '';
const queue = (name: string) => `${findLogicalId('AWS::SQS::Queue', name)}.Arn`;
const table = `${findLogicalId('AWS::DynamoDB::Table', 'table')}.Arn`;
const reports = `${findLogicalId('AWS::S3::Bucket', 'reports')}.Arn`;
const published = `${findLogicalId('AWS::S3::Bucket', 'configurations')}.Arn`;
const hookSecret = findLogicalId('AWS::SecretsManager::Secret', 'hooksecret');
const configuration =
  Object.values(service.Resources)
    .map(({ Properties }) => Properties['Environment'] as { Variables?: Record<string, string> } | undefined)
    .flatMap((environment) => environment?.Variables?.['AZFED_CONFIG_KEY'] ?? [])
    .map((key) => `arn:aws:s3:::cdk-hnb659fds-assets-111122223333-us-east-1/${key}`)[0] ?? '';

const able = Object.fromEntries(
  functionNames.map((name) => [name, extractPrincipal(service, `azfed-${name}`)]),
);
const of = (name: string) => able[name] ?? extractPrincipal(service, name);
const entra: Keys = {
  'sts:IdentityTokenAudience': ['api://AzureADTokenExchange'],
  'sts:SigningAlgorithm': 'RS256',
};

describe('what each function may do', () => {
  const common = ['logs:CreateLogStream', 'logs:PutLogEvents', 's3:GetObject', 's3:ListBucket'];
  const take = [
    'sqs:ChangeMessageVisibility',
    'sqs:DeleteMessage',
    'sqs:GetQueueAttributes',
    'sqs:ReceiveMessage',
  ];

  it.each([
    [
      'discover',
      'read the table and write what it has seen, take from its queue, ask for runs, read tokens, prove itself to Entra',
      [
        'dynamodb:DeleteItem',
        'dynamodb:GetItem',
        'dynamodb:PutItem',
        'dynamodb:Query',
        'secretsmanager:GetSecretValue',
        'sqs:SendMessage',
        'sts:GetWebIdentityToken',
        ...take,
      ],
    ],
    [
      'reconcile',
      'read and write the table, take from its queue, ask for a report, assume the roles in the accounts',
      [
        'dynamodb:GetItem',
        'dynamodb:PutItem',
        'dynamodb:Query',
        'dynamodb:UpdateItem',
        'sqs:SendMessage',
        'sts:AssumeRole',
        ...take,
      ],
    ],
    [
      'hook',
      'remember notifications, read its password, ask for a look',
      ['dynamodb:GetItem', 'dynamodb:PutItem', 'secretsmanager:GetSecretValue', 'sqs:SendMessage'],
    ],
    [
      'iam-change',
      'know the roles of an account, remember who changed what, ask for a look',
      ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'sqs:SendMessage'],
    ],
    [
      'deliver',
      'read the stream and the table, write the history, read signing secrets, keep what failed',
      [
        'dynamodb:BatchGetItem',
        'dynamodb:DescribeStream',
        'dynamodb:GetItem',
        'dynamodb:GetRecords',
        'dynamodb:GetShardIterator',
        'dynamodb:ListStreams',
        'dynamodb:PutItem',
        'dynamodb:Query',
        'events:PutEvents',
        'secretsmanager:GetSecretValue',
        'sns:Publish',
        'sqs:SendMessage',
      ],
    ],
    [
      'report',
      'read the table, take from its queue, assume the roles to look with, put the report',
      ['dynamodb:GetItem', 'dynamodb:Query', 's3:PutObject', 'sts:AssumeRole', ...take],
    ],
  ])('%s may read its configuration, write its log, %s; nothing else', (name, _words, actions) => {
    expect(of(name).actions).toEqual([...common, ...actions].sort());
  });

  it.each([
    ['discover', 'sqs:SendMessage', queue('reconcilequeue'), {}],
    ['discover', 'sqs:SendMessage', queue('discoverqueue'), {}],
    ['discover', 'dynamodb:PutItem', table, { 'dynamodb:LeadingKeys': ['REMOTE#run'] }],
    ['discover', 'dynamodb:PutItem', table, { 'dynamodb:LeadingKeys': [`ORG#${ORGANIZATION}`] }],
    ['hook', 'dynamodb:PutItem', table, { 'dynamodb:LeadingKeys': ['HOOK#o#n'] }],
    ['iam-change', 'dynamodb:PutItem', table, { 'dynamodb:LeadingKeys': [`ACCOUNT#${SPOKE}`] }],
    ['discover', 'secretsmanager:GetSecretValue', PAT_SECRET, {}],
    ['discover', 'sts:GetWebIdentityToken', '*', entra],
    ['reconcile', 'sqs:ReceiveMessage', queue('reconcilequeue'), {}],
    ['reconcile', 'dynamodb:UpdateItem', table, {}],
    ['reconcile', 'sts:AssumeRole', `arn:aws:iam::${SPOKE}:role/azfed-spoke`, {}],
    ['reconcile', 'sts:AssumeRole', `arn:aws:iam::${OTHER_SPOKE}:role/azfed-spoke`, {}],
    ['hook', 'sqs:SendMessage', queue('discoverqueue'), {}],
    ['hook', 'secretsmanager:GetSecretValue', hookSecret, {}],
    ['iam-change', 'sqs:SendMessage', queue('discoverqueue'), {}],
    ['iam-change', 'dynamodb:Query', table, { 'dynamodb:LeadingKeys': [`ACCOUNT#${SPOKE}`] }],
    ['iam-change', 'dynamodb:GetItem', table, { 'dynamodb:LeadingKeys': [`ORG#${ORGANIZATION}`] }],
    ['deliver', 'secretsmanager:GetSecretValue', WEBHOOK_SECRET, {}],
    ['deliver', 'dynamodb:Query', `${table}/index/pending`, {}],
    ['deliver', 'dynamodb:BatchGetItem', table, {}],
    ['deliver', 'events:PutEvents', EVENT_BUS, {}],
    ['deliver', 'sns:Publish', TOPIC, {}],
    ['reconcile', 'sqs:SendMessage', queue('reportqueue'), {}],
    ['report', 'sqs:ReceiveMessage', queue('reportqueue'), {}],
    ['report', 'dynamodb:Query', table, {}],
    ['report', 's3:PutObject', `${reports}/report.html`, {}],
    ['report', 's3:PutObject', `${reports}/report.json`, {}],
    ['report', 'sts:AssumeRole', `arn:aws:iam::${SPOKE}:role/azfed-spoke-read`, {}],
    ...functionNames.map((name) => [name, 's3:GetObject', configuration, {}] as const),
    ...functionNames.map((name) => [name, 's3:GetObject', `${published}/configurations/1.json`, {}] as const),
    ...functionNames.map(
      (name) => [name, 's3:ListBucket', published, { 's3:prefix': 'configurations/' }] as const,
    ),
  ] as const)('%s may %s on %s', (name, action, resource, keys) => {
    expect(of(name).may(action, resource, keys)).toBe(true);
  });

  it.each([
    ['hook', 'reads the secret of another', 'secretsmanager:GetSecretValue', PAT_SECRET, {}],
    [
      'hook',
      'forges a record',
      'dynamodb:PutItem',
      table,
      { 'dynamodb:LeadingKeys': [`ORG#${ORGANIZATION}`] },
    ],
    ['hook', 'writes where no key is named', 'dynamodb:PutItem', table, {}],
    [
      'iam-change',
      'forges a decision of people',
      'dynamodb:PutItem',
      table,
      { 'dynamodb:LeadingKeys': ['CONTROLS'] },
    ],
    [
      'discover',
      'forges a decision of people',
      'dynamodb:PutItem',
      table,
      { 'dynamodb:LeadingKeys': ['CONTROLS'] },
    ],
    ['hook', 'asks for a run', 'sqs:SendMessage', queue('reconcilequeue'), {}],
    ['iam-change', 'asks for a run itself', 'sqs:SendMessage', queue('reconcilequeue'), {}],
    ['iam-change', 'reads the whole table', 'dynamodb:Query', table, {}],
    [
      'iam-change',
      'reads the decisions of people',
      'dynamodb:Query',
      table,
      { 'dynamodb:LeadingKeys': ['CONTROLS'] },
    ],
    ['deliver', 'puts events on another bus', 'events:PutEvents', `${EVENT_BUS}-2`, {}],
    ['deliver', 'publishes to the topic of the alarms', 'sns:Publish', `${TOPIC}-alarms`, {}],
    ['deliver', 'reads the credential of an organization', 'secretsmanager:GetSecretValue', PAT_SECRET, {}],
    ['deliver', 'takes the lease of an account', 'dynamodb:UpdateItem', table, {}],
    ['discover', 'reads the secret of a webhook', 'secretsmanager:GetSecretValue', WEBHOOK_SECRET, {}],
    ['discover', 'takes the lease of an account', 'dynamodb:UpdateItem', table, {}],
    [
      'discover',
      'gets a token for somebody else',
      'sts:GetWebIdentityToken',
      '*',
      { ...entra, 'sts:IdentityTokenAudience': ['sts.amazonaws.com'] },
    ],
    [
      'discover',
      'gets a token for Entra and somebody else',
      'sts:GetWebIdentityToken',
      '*',
      { ...entra, 'sts:IdentityTokenAudience': ['api://AzureADTokenExchange', 'other'] },
    ],
    [
      'discover',
      'gets a token for nobody',
      'sts:GetWebIdentityToken',
      '*',
      { 'sts:SigningAlgorithm': 'RS256' },
    ],
    ['reconcile', 'gets a token', 'sts:GetWebIdentityToken', '*', entra],
    [
      'reconcile',
      'assumes another role of an account',
      'sts:AssumeRole',
      `arn:aws:iam::${SPOKE}:role/admin`,
      {},
    ],
    [
      'reconcile',
      'assumes a role of its own account',
      'sts:AssumeRole',
      `arn:aws:iam::${HUB}:role/azfed-spoke`,
      {},
    ],
    [
      'report',
      'assumes the role that writes',
      'sts:AssumeRole',
      `arn:aws:iam::${SPOKE}:role/azfed-spoke`,
      {},
    ],
    [
      'report',
      'assumes the role that deletes',
      'sts:AssumeRole',
      `arn:aws:iam::${SPOKE}:role/azfed-spoke-retire`,
      {},
    ],
    ['report', 'writes a record', 'dynamodb:PutItem', table, {}],
    ['report', 'takes the lease of an account', 'dynamodb:UpdateItem', table, {}],
    ['report', 'puts another object', 's3:PutObject', `${reports}/other.html`, {}],
    ['report', 'reads what it has put', 's3:GetObject', `${reports}/report.html`, {}],
    ['report', 'asks for a run', 'sqs:SendMessage', queue('reconcilequeue'), {}],
    ['report', 'reads a secret', 'secretsmanager:GetSecretValue', PAT_SECRET, {}],
    ['reconcile', 'writes the report', 's3:PutObject', `${reports}/report.html`, {}],
    ['reconcile', 'reads a secret', 'secretsmanager:GetSecretValue', PAT_SECRET, {}],
    ...functionNames.map(
      (name) =>
        [
          name,
          'publishes a configuration',
          's3:PutObject',
          `${published}/configurations/1.json`,
          {},
        ] as const,
    ),
    ...functionNames.map(
      (name) => [name, 'lists another folder', 's3:ListBucket', published, { 's3:prefix': '' }] as const,
    ),
    ...functionNames.map(
      (name) =>
        [
          name,
          'reads another version of the configuration',
          's3:GetObject',
          `${configuration}x`,
          {},
        ] as const,
    ),
    ...functionNames.map(
      (name) =>
        [
          name,
          'deletes a record of an account',
          'dynamodb:DeleteItem',
          table,
          { 'dynamodb:LeadingKeys': [`ACCOUNT#${SPOKE}`] },
        ] as const,
    ),
    ...functionNames.map((name) => [name, 'deletes the table', 'dynamodb:DeleteTable', table, {}] as const),
  ] as const)('%s never %s', (name, _what, action, resource, keys: Keys) => {
    expect(of(name).may(action, resource, keys)).toBe(false);
  });

  const ways = [
    ['iam:CreateRole', `arn:aws:iam::${HUB}:role/azure-devops/shop/x`],
    ['iam:UpdateAssumeRolePolicy', `arn:aws:iam::${HUB}:role/azfed-reconcile`],
    ['iam:PutRolePolicy', `arn:aws:iam::${HUB}:role/azfed-hook`],
    ['iam:PassRole', `arn:aws:iam::${HUB}:role/azfed-reconcile`],
    ['iam:CreateUser', `arn:aws:iam::${HUB}:user/x`],
    ['lambda:UpdateFunctionCode', `arn:aws:lambda:us-east-1:${HUB}:function:azfed-reconcile`],
    ['lambda:UpdateFunctionConfiguration', `arn:aws:lambda:us-east-1:${HUB}:function:azfed-reconcile`],
    ['s3:PutObject', configuration],
  ] as const;
  it.each(functionNames.flatMap((name) => ways.map((way) => [name, ...way] as const)))(
    '%s has no %s',
    (name, action, resource) => {
      expect(of(name).may(action, resource)).toBe(false);
    },
  );

  it.each(functionNames.filter((name) => name !== 'reconcile' && name !== 'report'))(
    '%s assumes no role',
    (name) => {
      expect(of(name).may('sts:AssumeRole', `arn:aws:iam::${SPOKE}:role/azfed-spoke`)).toBe(false);
    },
  );
});

const granted = `arn:aws:iam::${SPOKE}:role/azure-devops/shop/deploy`;
const boundary: Keys = { 'iam:PermissionsBoundary': `arn:aws:iam::${SPOKE}:${BOUNDARY}` };
const readOnly: Keys = { ...boundary, 'iam:PolicyARN': 'arn:aws:iam::aws:policy/ReadOnlyAccess' };
const marked: Keys = { 'aws:ResourceTag/azfed:connection': 'c1' };
const provider = `arn:aws:iam::${SPOKE}:oidc-provider/vstoken.dev.azure.com/${ORGANIZATION}`;
const write = extractPrincipal(spoke, 'azfed-spoke', spokeParameters);
const read = extractPrincipal(spoke, 'azfed-spoke-read', spokeParameters);
const retire = extractPrincipal(spoke, 'azfed-spoke-retire', spokeParameters);

describe('the write role of an account', () => {
  it('may make the provider of a tenant once the configuration names one, and of no other tenant', () => {
    const tenantId = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee';
    const configured = federation([SPOKE, OTHER_SPOKE]);
    const organizations = configured.organizations.map((one) => ({ ...one, entra: { tenantId } }));
    const moving = organizationContext(writeFederation({ ...configured, organizations }));
    const writer = extractPrincipal(synthesizeSpoke(moving), 'azfed-spoke', spokeParameters);
    const of = (tenant: string) =>
      `arn:aws:iam::${SPOKE}:oidc-provider/login.microsoftonline.com/${tenant}/v2.0`;
    expect(writer.may('iam:CreateOpenIDConnectProvider', of(tenantId))).toBe(true);
    expect(writer.may('iam:CreateOpenIDConnectProvider', of('ffffffff-bbbb-cccc-dddd-eeeeeeeeeeee'))).toBe(
      false,
    );
    expect(write.may('iam:CreateOpenIDConnectProvider', of(tenantId))).toBe(false);
    expect(writer.may('iam:CreateOpenIDConnectProvider', provider)).toBe(true);
  });

  it.each([
    ['make a role with the boundary', 'iam:CreateRole', granted, boundary],
    ['set the boundary', 'iam:PutRolePermissionsBoundary', granted, boundary],
    ['set the trust of a role with the boundary', 'iam:UpdateAssumeRolePolicy', granted, boundary],
    ['update a role with the boundary', 'iam:UpdateRole', granted, boundary],
    ['put a policy into a role with the boundary', 'iam:PutRolePolicy', granted, boundary],
    ['attach a policy of a grant', 'iam:AttachRolePolicy', granted, readOnly],
    [
      'take away any policy',
      'iam:DetachRolePolicy',
      granted,
      { 'iam:PolicyARN': 'arn:aws:iam::aws:policy/AdministratorAccess' },
    ],
    ['take away an inline policy where the boundary is gone', 'iam:DeleteRolePolicy', granted, {}],
    ['mark a role', 'iam:TagRole', granted, {}],
    ['make the provider of the organization', 'iam:CreateOpenIDConnectProvider', provider, {}],
    ['give it our audience', 'iam:AddClientIDToOpenIDConnectProvider', provider, {}],
    ['look up a role wherever it lies', 'iam:GetRole', `arn:aws:iam::${SPOKE}:role/elsewhere/x`, {}],
    ['read the account', 'iam:GetAccountAuthorizationDetails', '*', {}],
    ['ask who changed it', 'cloudtrail:LookupEvents', '*', {}],
  ])('may %s', (_what, action, resource, keys: Keys) => {
    expect(write.may(action, resource, keys)).toBe(true);
    expect(write.evenAsAdministrator(action, resource, keys)).toBe(true);
  });

  it.each([
    ['make a role without a boundary', 'iam:CreateRole', granted, {}],
    [
      'make a role with another boundary',
      'iam:CreateRole',
      granted,
      { 'iam:PermissionsBoundary': `arn:aws:iam::${SPOKE}:policy/mine` },
    ],
    [
      'swap the boundary',
      'iam:PutRolePermissionsBoundary',
      granted,
      { 'iam:PermissionsBoundary': 'arn:aws:iam::aws:policy/AdministratorAccess' },
    ],
    ['set the trust of a role without boundary', 'iam:UpdateAssumeRolePolicy', granted, {}],
    ['put a policy into a role without boundary', 'iam:PutRolePolicy', granted, {}],
    [
      'attach AdministratorAccess',
      'iam:AttachRolePolicy',
      granted,
      { ...boundary, 'iam:PolicyARN': 'arn:aws:iam::aws:policy/AdministratorAccess' },
    ],
    [
      'attach a listed policy to a role without boundary',
      'iam:AttachRolePolicy',
      granted,
      { 'iam:PolicyARN': readOnly['iam:PolicyARN'] ?? '' },
    ],
    [
      'make a role beside the granted path',
      'iam:CreateRole',
      `arn:aws:iam::${SPOKE}:role/azure-devops/shopping`,
      boundary,
    ],
    ['make a role outside the granted path', 'iam:CreateRole', `arn:aws:iam::${SPOKE}:role/x`, boundary],
    [
      'make the provider of another organization',
      'iam:CreateOpenIDConnectProvider',
      `arn:aws:iam::${SPOKE}:oidc-provider/vstoken.dev.azure.com/other`,
      {},
    ],
    [
      'make the provider of another issuer',
      'iam:CreateOpenIDConnectProvider',
      `arn:aws:iam::${SPOKE}:oidc-provider/token.actions.githubusercontent.com`,
      {},
    ],
  ])('may not %s', (_what, action, resource, keys: Keys) => {
    expect(write.may(action, resource, keys)).toBe(false);
  });

  const adminPolicy = `arn:aws:iam::${SPOKE}:${BOUNDARY}`;
  it.each([
    ['create a user', 'iam:CreateUser', `arn:aws:iam::${SPOKE}:user/x`],
    ['create an access key', 'iam:CreateAccessKey', `arn:aws:iam::${SPOKE}:user/x`],
    ['pass a role', 'iam:PassRole', granted],
    ['delete a boundary', 'iam:DeleteRolePermissionsBoundary', granted],
    ['change what the boundary says', 'iam:CreatePolicyVersion', adminPolicy],
    ['bring back an older version of it', 'iam:SetDefaultPolicyVersion', adminPolicy],
    ['delete a policy version', 'iam:DeletePolicyVersion', adminPolicy],
    ['delete a policy', 'iam:DeletePolicy', adminPolicy],
    ['create a policy', 'iam:CreatePolicy', `arn:aws:iam::${SPOKE}:policy/x`],
    ['delete a role', 'iam:DeleteRole', granted],
    ['delete a provider', 'iam:DeleteOpenIDConnectProvider', provider],
    ['change the thumbprint of a provider', 'iam:UpdateOpenIDConnectProviderThumbprint', provider],
    ['assume another role', 'sts:AssumeRole', `arn:aws:iam::${OTHER_SPOKE}:role/admin`],
    ['assume a role that it keeps', 'sts:AssumeRole', granted],
    ['switch off the trail', 'cloudtrail:StopLogging', '*'],
    ['leave the organization', 'organizations:LeaveOrganization', '*'],
    [
      'write in another account',
      'iam:CreateRole',
      `arn:aws:iam::${OTHER_SPOKE}:role/azure-devops/shop/deploy`,
    ],
    ['change its own trust', 'iam:UpdateAssumeRolePolicy', `arn:aws:iam::${SPOKE}:role/azfed-spoke`],
    ['change its own policies', 'iam:PutRolePolicy', `arn:aws:iam::${SPOKE}:role/azfed-spoke`],
    ['widen the role that deletes', 'iam:AttachRolePolicy', `arn:aws:iam::${SPOKE}:role/azfed-spoke-retire`],
  ])('may not %s, even with AdministratorAccess attached', (_what, action, resource) => {
    expect(write.may(action, resource, readOnly)).toBe(false);
    expect(write.evenAsAdministrator(action, resource, readOnly)).toBe(false);
  });
});

describe('the write role of the account in which azfed itself runs', () => {
  const small = synthesize({ mode: 'small', configuration: writeFederation(federation([HUB])) });
  const own = extractPrincipal(small['azfed'] ?? { Resources: {} }, 'azfed-spoke');
  const keys: Keys = { 'iam:PermissionsBoundary': `arn:aws:iam::${HUB}:${BOUNDARY}` };

  it('may keep roles there', () => {
    const role = `arn:aws:iam::${HUB}:role/azure-devops/shop/deploy`;
    expect(own.evenAsAdministrator('iam:UpdateAssumeRolePolicy', role, keys)).toBe(true);
  });

  it.each([
    'azfed-reconcile',
    'azfed-discover',
    'azfed-hook',
    'azfed-report',
    'azfed-spoke',
    'azfed-spoke-retire',
  ])('may not change %s, even with AdministratorAccess attached', (name) => {
    const role = `arn:aws:iam::${HUB}:role/${name}`;
    expect(own.evenAsAdministrator('iam:UpdateAssumeRolePolicy', role, keys)).toBe(false);
  });
});

describe('the boundary of federated roles', () => {
  const small = synthesize({ mode: 'small', configuration: writeFederation(federation([HUB])) });
  const stackId = `arn:aws:cloudformation:us-east-1:${SPOKE}:stack/StackSet-azfed-spoke-1/2`;
  const boundaries = {
    'where azfed itself runs': extractPolicies(small['azfed'] ?? { Resources: {} }, /^azfed-boundary$/),
    'in an account': extractPolicies(spoke, /^azfed-boundary$/, {
      ...spokeParameters,
      'AWS::StackId': stackId,
    }),
  };
  const hubFunction = (name: string) => `arn:aws:lambda:eu-central-1:${HUB}:function:${name}`;
  const hubStack = (name: string) => `arn:aws:cloudformation:eu-central-1:${HUB}:stack/${name}/1`;

  describe.each(Object.entries(boundaries))('%s', (_where, boundaryOfRoles) => {
    it.each([
      ['assume a role of azfed', 'sts:AssumeRole', `arn:aws:iam::${HUB}:role/azfed-reconcile`],
      ['give it to a service', 'iam:PassRole', `arn:aws:iam::${HUB}:role/azfed-reconcile`],
      ['put code into a function of azfed', 'lambda:UpdateFunctionCode', hubFunction('azfed-reconcile')],
      ['give it a layer', 'lambda:UpdateFunctionConfiguration', hubFunction('azfed-report')],
      ['change the stack of azfed', 'cloudformation:UpdateStack', hubStack('azfed')],
      ['change it by a change set', 'cloudformation:ExecuteChangeSet', hubStack('azfed')],
    ])('lets nobody %s', (_what, action, resource) => {
      expect(boundaryOfRoles.may(action, resource)).toBe(false);
    });

    it.each([
      ['lambda:UpdateFunctionCode', hubFunction('shop-api')],
      ['cloudformation:UpdateStack', hubStack('shop')],
      ['sts:AssumeRole', `arn:aws:iam::${HUB}:role/cdk-hnb659fds-deploy-role-${HUB}-eu-central-1`],
      ['lambda:InvokeFunction', hubFunction('azfed-discover')],
    ])('does not keep anybody from %s on %s', (action, resource) => {
      expect(boundaryOfRoles.may(action, resource)).toBe(true);
    });
  });

  it('keeps the stack of an account from its federated roles', () => {
    expect(boundaries['in an account'].may('cloudformation:UpdateStack', stackId)).toBe(false);
  });
});

describe('the read role of an account', () => {
  it.each([
    ['iam:GetRole', granted],
    ['iam:ListRoles', '*'],
    ['cloudtrail:LookupEvents', '*'],
    ['iam:GetPolicy', 'arn:aws:iam::aws:policy/ReadOnlyAccess'],
    ['iam:SimulatePrincipalPolicy', `arn:aws:iam::${SPOKE}:role/azfed-spoke`],
  ])('may %s', (action, resource) => {
    expect(read.evenAsAdministrator(action, resource)).toBe(true);
  });

  it('writes nothing, even with AdministratorAccess attached', () => {
    const writes = write.actions.filter((action) => !read.actions.includes(action));
    expect(writes).toContain('iam:UpdateAssumeRolePolicy');
    expect(writes.filter((action) => read.evenAsAdministrator(action, granted, readOnly))).toEqual([]);
  });
});

it('lets the roles do everything that azfed doctor rehearses for the grants', () => {
  const { accounts, ...rest } = parseConfiguration(
    JSON.stringify(federation([SPOKE])),
    'federation.yaml',
    noPolicyFiles,
    LOOPBACK_ALLOWED,
  );
  const grants = rest.grants.map((grant): Grant => ({ ...grant, mode: 'enforce', retire: 'delete' }));
  const rehearsals = accounts.flatMap(
    (account) => buildAccountQuestions({ accounts, ...rest, grants }, account).rehearsals,
  );
  const asked = rehearsals.flatMap(({ duty, steps, resource, context }) =>
    steps.flatMap((step) => iamActionsOfSteps[step].map((action) => ({ duty, action, resource, context }))),
  );
  expect(new Set(asked.map(({ duty }) => duty))).toEqual(new Set(['write', 'retire']));
  const roles = { write, retire };
  expect(
    asked.filter(({ duty, action, resource, context }) => !roles[duty].may(action, resource, context)),
  ).toEqual([]);
});

describe('the write role of accounts with roles that people had already', () => {
  const { grants, ...rest } = federation([SPOKE, OTHER_SPOKE]);
  const [shop] = grants;
  const { role: _, connections: __, managedPolicies: ___, ...common } = { ...shop };
  const at = (name: string) => `arn:aws:iam::${SPOKE}:role/${name}`;
  const power = 'arn:aws:iam::aws:policy/PowerUserAccess';
  const found = {
    ...rest,
    grants: [
      ...grants,
      {
        ...common,
        name: 'root',
        connections: { organization: 'contoso', project: ['Web', 'Api'], name: '*' },
        role: { path: '/', name: ['web-*', 'api'] },
      },
      {
        ...common,
        name: 'unbounded',
        boundary: 'none',
        managedPolicies: [power],
        roles: [
          { organization: 'contoso', project: 'Old', connection: 'aws', role: at('az-serviceconnection') },
        ],
      },
      {
        ...common,
        name: 'terraform',
        boundary: 'none',
        permissions: 'unmanaged',
        retire: 'keep',
        roles: Array.from({ length: 120 }, (_one, index) => ({
          organization: 'contoso',
          project: 'Infra',
          connection: `aws-${index}`,
          role: at(`terraform-role-of-a-long-name-${index}`),
        })),
      },
    ],
  };
  const template = synthesizeSpoke(organizationContext(writeFederation(found)));
  const writer = extractPrincipal(template, 'azfed-spoke', spokeParameters);
  const deleter = extractPrincipal(template, 'azfed-spoke-retire', spokeParameters);
  const last = at('terraform-role-of-a-long-name-119');
  const named: Keys = { 'iam:PolicyARN': power };

  it.each([
    [
      'keep a role at the root path within its boundary',
      'iam:UpdateAssumeRolePolicy',
      at('web-shop'),
      boundary,
    ],
    ['keep one that is named', 'iam:CreateRole', at('api'), boundary],
    ['make a role without a boundary', 'iam:CreateRole', at('az-serviceconnection'), {}],
    ['set its trust', 'iam:UpdateAssumeRolePolicy', at('az-serviceconnection'), {}],
    ['attach the policy that its grant names', 'iam:AttachRolePolicy', at('az-serviceconnection'), named],
    ['take a policy from it', 'iam:DetachRolePolicy', at('az-serviceconnection'), {}],
    ['set the trust of a role that is Terraform’s', 'iam:UpdateAssumeRolePolicy', last, {}],
    ['mark it', 'iam:TagRole', last, { 'aws:TagKeys': ['azfed:connection', 'azfed:organization'] }],
    ['take the mark away', 'iam:UntagRole', last, { 'aws:TagKeys': ['azfed:connection'] }],
  ])('may %s', (_what, action, resource, keys: Keys) => {
    expect(writer.may(action, resource, keys)).toBe(true);
    expect(writer.evenAsAdministrator(action, resource, keys)).toBe(true);
  });

  const other: Keys = { 'iam:PolicyARN': 'arn:aws:iam::aws:policy/AdministratorAccess' };
  it.each([
    ...['iam:TagRole', 'iam:UntagRole'].map((action): [string, string, string, Keys] => [
      `call ${action} with a tag that is Terraform’s`,
      action,
      last,
      { 'aws:TagKeys': ['azfed:connection', 'team'] },
    ]),
    ['touch another role at the root path', 'iam:UpdateAssumeRolePolicy', at('admin'), boundary],
    ['touch a namesake below it', 'iam:UpdateAssumeRolePolicy', at('team/api'), boundary],
    ['touch one that begins likewise and is named', 'iam:UpdateAssumeRolePolicy', at('api-2'), boundary],
    ['keep a role at the root path without a boundary', 'iam:UpdateAssumeRolePolicy', at('web-shop'), {}],
    [
      'attach another policy where there is no boundary',
      'iam:AttachRolePolicy',
      at('az-serviceconnection'),
      other,
    ],
    [
      'attach the policies of other grants there',
      'iam:AttachRolePolicy',
      at('az-serviceconnection'),
      readOnly,
    ],
    ['write a policy where there is no boundary', 'iam:PutRolePolicy', at('az-serviceconnection'), boundary],
    [
      'attach its policy to roles with a boundary',
      'iam:AttachRolePolicy',
      granted,
      { ...boundary, ...named },
    ],
    ...[
      'iam:PutRolePolicy',
      'iam:AttachRolePolicy',
      'iam:DetachRolePolicy',
      'iam:DeleteRolePolicy',
      'iam:PutRolePermissionsBoundary',
      'iam:UpdateRole',
      'iam:CreateRole',
    ].map((action): [string, string, string, Keys] => [
      `call ${action} on a role that is Terraform’s`,
      action,
      last,
      { ...boundary, ...named },
    ]),
  ])('may not %s', (_what, action, resource, keys: Keys) => {
    expect(writer.may(action, resource, keys)).toBe(false);
  });

  it('deletes no role that is Terraform’s, and one without boundary by its mark alone', () => {
    expect(deleter.may('iam:DeleteRole', last, { ...marked, ...boundary })).toBe(false);
    expect(deleter.may('iam:DetachRolePolicy', last, marked)).toBe(false);
    expect(deleter.may('iam:DeleteRole', at('az-serviceconnection'), marked)).toBe(true);
    expect(deleter.may('iam:DeleteRole', at('az-serviceconnection'), {})).toBe(false);
  });

  it('has policies and parameters that are no longer than AWS takes', () => {
    const concrete = resolveReferences(template, spokeParameters);
    const sizes = Object.values(template.Resources).flatMap(({ Type: type, Properties: properties }) =>
      type === 'AWS::IAM::ManagedPolicy' ? JSON.stringify(concrete(properties['PolicyDocument'])).length : [],
    );
    expect(sizes.length).toBeGreaterThan(2);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(6_144);
    const inline = Object.values(template.Resources).flatMap(({ Properties: properties }) =>
      properties['Policies'] ? JSON.stringify(concrete(properties['Policies'])).length : [],
    );
    expect(Math.max(...inline)).toBeLessThanOrEqual(10_240);
    const values = Object.values(template.Parameters ?? {}).map(({ Default: value = '' }) => value.length);
    expect(Math.max(...values)).toBeLessThanOrEqual(4_096);
  });

  it('is refused before anything is deployed where no role has room for so many', () => {
    const roles = Array.from({ length: 1_000 }, (_one, index) => ({
      organization: 'contoso',
      project: 'Infra',
      connection: `aws-${index}`,
      role: at(`terraform-role-of-a-long-name-${index}`),
    }));
    const [unmanaged] = found.grants.slice(-1);
    const many = { ...found, grants: [{ ...unmanaged, roles }] };
    expect(() => synthesizeSpoke(organizationContext(writeFederation(many)))).toThrow(
      /The grants name 1000 roles one by one/,
    );
  });
});

describe('the role that deletes', () => {
  it.each([
    ['empty a role that azfed has marked', 'iam:DetachRolePolicy', granted, marked],
    [
      'delete a role that azfed has marked and bounded',
      'iam:DeleteRole',
      granted,
      { ...marked, ...boundary },
    ],
  ])('may %s', (_what, action, resource, keys) => {
    expect(retire.evenAsAdministrator(action, resource, keys)).toBe(true);
    expect(retire.may(action, resource, keys)).toBe(true);
  });

  it.each([
    ['delete a role without our mark', 'iam:DeleteRole', granted, boundary],
    ['delete a role without boundary', 'iam:DeleteRole', granted, marked],
    ['delete a role elsewhere', 'iam:DeleteRole', `arn:aws:iam::${SPOKE}:role/x`, { ...marked, ...boundary }],
    ['open a trust', 'iam:UpdateAssumeRolePolicy', granted, { ...marked, ...boundary }],
    ['attach a policy', 'iam:AttachRolePolicy', granted, { ...marked, ...readOnly }],
    ['mark a role', 'iam:TagRole', granted, { ...marked, ...boundary }],
  ])('may not %s', (_what, action, resource, keys: Keys) => {
    expect(retire.may(action, resource, keys)).toBe(false);
  });
});

describe.each([
  ['write', write],
  ['read', read],
  ['retire', retire],
])('the %s role lets in', (_name, role) => {
  const root = `arn:aws:iam::${HUB}:root`;
  const hub: Keys = {
    'aws:PrincipalArn': `arn:aws:iam::${HUB}:role/azfed-reconcile`,
    'aws:PrincipalOrgID': 'o-abcdefghij',
    'sts:ExternalId': 'azfed-test',
  };

  it('reconcile', () => {
    expect(role.admits(root, hub)).toBe(true);
  });

  it(role === read ? 'report, which only looks' : 'no report, which only looks', () => {
    const report = { ...hub, 'aws:PrincipalArn': `arn:aws:iam::${HUB}:role/azfed-report` };
    expect(role.admits(root, report)).toBe(role === read);
  });

  it.each([
    ['another role of the hub', root, { ...hub, 'aws:PrincipalArn': `arn:aws:iam::${HUB}:role/azfed-hook` }],
    [
      'a role of that name below another path',
      root,
      { ...hub, 'aws:PrincipalArn': `arn:aws:iam::${HUB}:role/x/azfed-reconcile` },
    ],
    ['another account', `arn:aws:iam::${OTHER_SPOKE}:root`, hub],
    ['a hub that has left the organization', root, { ...hub, 'aws:PrincipalOrgID': 'o-zzzzzzzzzz' }],
    [
      'a hub without organization',
      root,
      { 'aws:PrincipalArn': hub['aws:PrincipalArn'] ?? '', 'sts:ExternalId': 'azfed-test' },
    ],
    ['a caller with another external id', root, { ...hub, 'sts:ExternalId': 'other' }],
  ])('but not %s', (_who, caller, keys: Keys) => {
    expect(role.admits(caller, keys)).toBe(false);
  });
});
