import type { JsonObject } from '../../shared/domain/policy/policy-document.ts';
import { connectionId } from './domain-ids.ts';
import { refusedShapes } from './brownfield-refused.ts';
import {
  AUDIENCE,
  WEB_IDENTITY,
  admit,
  aws,
  connect,
  deploy,
  exactly,
  pair,
  makeRole,
  shape,
  writeSubject,
  through,
  makeTrust,
  wellTrusted,
} from './brownfield-parts.ts';
import type { Part, Place, Shape } from './brownfield-parts.ts';
const terraform = { ManagedBy: 'terraform', Environment: 'prod' };

/** How it should be, and how it comes from the recipe, from Terraform, from CloudFormation. */
const wellMade: readonly Shape[] = [
  // The example of the recipe itself: the role's name is the same in every account that somebody followed it in.
  shape('recipe', 6, (place) => {
    const name = `az-serviceconnection-${place.n}`;
    const trust = makeTrust(admit(place, exactly(place.issuer, writeSubject(place, place.project, name))));
    const managedPolicies = [aws('AmazonS3FullAccess'), aws('AWSCloudFormationFullAccess')];
    const role = makeRole(place.account, 'az-serviceconnection', trust, { managedPolicies });
    return { connections: [connect(place, 0, name, { roleArn: role.arn })], roles: [role] };
  }),
  shape('I1 model', 6, (place) => pair(place, 'web', wellTrusted(place), { inlinePolicies: { deploy } })),
  shape('I2 administrator', 3, (place) =>
    pair(place, 'admin', wellTrusted(place), { managedPolicies: [aws('AdministratorAccess')] }),
  ),
  shape('I27 terraform', 6, (place) =>
    pair(
      place,
      'tf',
      wellTrusted(place),
      {
        managedPolicies: [aws('PowerUserAccess')],
        tags: { ...terraform, Name: `tf-${place.n}-ado` },
        description: 'Terraform',
      },
      { type: 'aws' },
    ),
  ),
  shape('I27 cloudformation', 3, (place) =>
    pair(place, 'ServiceConnectionRole', wellTrusted(place), {
      managedPolicies: [aws('AdministratorAccess')],
      tags: { 'aws:cloudformation:stack-name': 'ado-oidc', 'cost-center': '4711' },
      description: 'Role for Azure DevOps pipelines',
    }),
  ),
  shape('deep path', 1, (place) =>
    pair(place, 'deep', wellTrusted(place), { path: '/ci/ado/', inlinePolicies: { deploy } }),
  ),
  shape('foreign boundary', 1, (place) => ({
    ...pair(place, 'bounded', wellTrusted(place), {
      boundary: `arn:aws:iam::${place.account}:policy/company-boundary`,
      managedPolicies: [aws('ReadOnlyAccess')],
      maxSessionDuration: 7_200,
    }),
    policies: ['company-boundary'],
  })),
  shape('ten policies', 1, (place) => {
    const own = ['ado-deploy', 'ado-logs'];
    const managedPolicies = [
      ...own.map((name) => `arn:aws:iam::${place.account}:policy/${name}`),
      ...[
        'ReadOnlyAccess',
        'SecurityAudit',
        'IAMReadOnlyAccess',
        'AmazonS3ReadOnlyAccess',
        'AmazonEC2ReadOnlyAccess',
        'AmazonEC2FullAccess',
        'CloudWatchReadOnlyAccess',
        'AWSCloudTrail_ReadOnlyAccess',
      ].map(aws),
    ];
    return { ...pair(place, 'ten', wellTrusted(place), { managedPolicies }), policies: own };
  }),
  shape('disabled', 1, (place) =>
    pair(place, 'off', wellTrusted(place), { inlinePolicies: { deploy } }, { isDisabled: true }),
  ),
  // One name family, three roles.
  shape('I17 family', 1, (place) => {
    const parts = ['', '-ro', '-sr'].map((suffix, offset) => {
      const name = `app-${place.n}-sc${suffix}`;
      const trust = makeTrust(admit(place, exactly(place.issuer, writeSubject(place, place.project, name))));
      const role = makeRole(place.account, `app-${place.n}${suffix}`, trust, {
        managedPolicies: [aws(suffix === '' ? 'PowerUserAccess' : 'ReadOnlyAccess')],
      });
      return { role, connection: connect(place, offset, name, { roleArn: role.arn }) };
    });
    return { connections: parts.map((one) => one.connection), roles: parts.map((one) => one.role) };
  }),
];

/** The same meaning, written otherwise. */
const equalMeanings: readonly Shape[] = [
  shape('I3 no audience', 4, (place) =>
    pair(place, 'noaud', (subject) =>
      makeTrust(admit(place, { StringEquals: { [`${place.issuer}:sub`]: subject } })),
    ),
  ),
  shape('I7 pattern without a wildcard', 1, (place) =>
    pair(place, 'like', (subject) =>
      makeTrust(admit(place, { StringLike: { [`${place.issuer}:sub`]: subject } })),
    ),
  ),
  shape('I8 audience and subject as patterns', 1, (place) =>
    pair(place, 'likes', (subject) =>
      makeTrust(
        admit(place, {
          StringLike: { [`${place.issuer}:aud`]: AUDIENCE, [`${place.issuer}:sub`]: [subject] },
        }),
      ),
    ),
  ),
];

/** Lets in more than it should. */
const loose: readonly Shape[] = [
  shape('I4 no subject', 1, (place) =>
    pair(place, 'nosub', () =>
      makeTrust(admit(place, { StringEquals: { [`${place.issuer}:aud`]: AUDIENCE } })),
    ),
  ),
  shape('I5 project pattern', 2, (place) =>
    pair(place, 'project', () =>
      makeTrust(
        admit(place, {
          StringEquals: { [`${place.issuer}:aud`]: AUDIENCE },
          StringLike: { [`${place.issuer}:sub`]: writeSubject(place, place.project, '*') },
        }),
      ),
    ),
  ),
  shape('I6 organization pattern', 0, (place) =>
    pair(place, 'everywhere', () =>
      makeTrust(
        admit(place, { StringLike: { [`${place.issuer}:sub`]: [`sc://${place.organization.name}/*`] } }),
      ),
    ),
  ),
  // Two connections of a project name one role, whose trust lets in whatever begins alike.
  shape('shared by a pattern', 1, (place) => {
    const names = ['dev', 'test', 'prod'].map((stage) => `team${place.n}-${stage}`);
    const trust = makeTrust(
      admit(place, {
        StringEquals: { [`${place.issuer}:aud`]: AUDIENCE },
        StringLike: { [`${place.issuer}:sub`]: writeSubject(place, place.project, `team${place.n}-*`) },
      }),
    );
    const role = makeRole(place.account, `team-${place.n}-ado`, trust, { inlinePolicies: { deploy } });
    return {
      connections: names.map((name, offset) => connect(place, offset, name, { roleArn: role.arn })),
      roles: [role],
    };
  }),
  shape('I9 several connections', 2, (place) =>
    shared(place, (subjects) => [admit(place, exactly(place.issuer, subjects))]),
  ),
  shape('I10 two statements', 1, (place) =>
    shared(place, ([first = '', second = '']) => [
      admit(place, exactly(place.issuer, first), { Sid: 'App' }),
      admit(place, exactly(place.issuer, second), { Sid: 'Ops' }),
    ]),
  ),
  // The trust still names a connection that is gone: whoever makes one of that name gets in.
  shape('I22 connection that is gone', 1, (place) =>
    pair(place, 'orphan', (subject) =>
      makeTrust(
        admit(place, exactly(place.issuer, [subject, writeSubject(place, place.project, `gone-${place.n}`)])),
      ),
    ),
  ),
  // Two roles let in one connection, which names one of them.
  shape('doubled', 1, (place) => {
    const first = pair(place, 'twice', wellTrusted(place), { inlinePolicies: { deploy } });
    const [role] = first.roles;
    if (!role) return undefined;
    const again = makeRole(place.account, `${role.name}-old`, role.trust, {
      managedPolicies: [aws('AdministratorAccess')],
    });
    return { ...first, roles: [role, again] };
  }),
  shape('I23 pipeline beside', 1, (place) =>
    pair(place, 'pipe', (subject) =>
      makeTrust(
        admit(
          place,
          exactly(place.issuer, [subject, `p://${place.organization.name}/${place.project}/release`]),
        ),
      ),
    ),
  ),
];

function shared(place: Place, statements: (subjects: readonly string[]) => readonly JsonObject[]): Part {
  const names = ['aws-prod', 'aws-dev'].map((name) => `${name}-${place.n}`);
  const subjects = names.map((name) => writeSubject(place, place.project, name));
  const role = makeRole(place.account, `both-${place.n}-ado`, makeTrust(...statements(subjects)), {
    inlinePolicies: { deploy },
  });
  return {
    connections: names.map((name, offset) => connect(place, offset, name, { roleArn: role.arn })),
    roles: [role],
  };
}

/** The trust lets in others, too, or is fenced. */
const besideOthers: readonly Shape[] = [
  shape('I11 root beside', 2, (place) =>
    pair(
      place,
      'glass',
      wellTrusted(place, {
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${place.account}:root` },
        Action: 'sts:AssumeRole',
      }),
      { managedPolicies: [aws('AdministratorAccess')] },
    ),
  ),
  shape('I12 github beside', 1, (place) =>
    pair(
      place,
      'ci',
      wellTrusted(place, {
        Effect: 'Allow',
        Principal: {
          Federated: `arn:aws:iam::${place.account}:oidc-provider/token.actions.githubusercontent.com`,
        },
        Action: WEB_IDENTITY,
        Condition: {
          StringEquals: { 'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com' },
          StringLike: { 'token.actions.githubusercontent.com:sub': 'repo:northwind/app:*' },
        },
      }),
      { inlinePolicies: { deploy } },
    ),
  ),
  shape('I13 added statement', 1, (place) =>
    pair(place, 'lab', () =>
      makeTrust(
        { Effect: 'Allow', Principal: { Service: 'codebuild.amazonaws.com' }, Action: 'sts:AssumeRole' },
        admit(place, { StringEquals: { [`${place.issuer}:aud`]: AUDIENCE } }, { Sid: 'AllowAdo' }),
      ),
    ),
  ),
  shape('I14 fences', 2, (place) =>
    pair(place, 'fenced', (subject) =>
      makeTrust(
        admit(place, {
          StringEquals: {
            [`${place.issuer}:aud`]: AUDIENCE,
            [`${place.issuer}:sub`]: subject,
            'aws:SourceVpc': 'vpc-0a1b2c3d',
          },
          StringLike: { 'sts:RoleSessionName': 'ado-*' },
        }),
      ),
    ),
  ),
  shape('company deny', 2, (place) =>
    pair(place, 'guarded', (subject) =>
      makeTrust(admit(place, exactly(place.issuer, subject)), {
        Sid: 'CompanyGuard',
        Effect: 'Deny',
        Principal: '*',
        Action: WEB_IDENTITY,
        Condition: { StringNotEquals: { 'aws:SourceVpc': 'vpc-0a1b2c3d' } },
      }),
    ),
  ),
  shape('long trust', 0, (place) =>
    pair(place, 'long', (subject) =>
      makeTrust(
        ...Array.from({ length: 8 }, (_, index) => ({
          Sid: `Team${index}`,
          Effect: 'Allow',
          Principal: { AWS: `arn:aws:iam::${place.account}:root` },
          Action: 'sts:AssumeRole',
          Condition: { StringEquals: { 'aws:PrincipalTag/team': `team-${index}` } },
        })),
        admit(place, exactly(place.issuer, subject)),
      ),
    ),
  ),
  // The hub chains into spokes that trust it by name.
  shape('I15 hub and I16 spoke', 1, (place) => {
    const hub = pair(place, 'hub', wellTrusted(place), {
      inlinePolicies: {
        chain: {
          Version: '2012-10-17',
          Statement: [
            { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: 'arn:aws:iam::*:role/web-deploy' },
          ],
        },
      },
    });
    const spoke = makeRole(
      place.account,
      `web-deploy-${place.n}`,
      makeTrust({
        Effect: 'Allow',
        Principal: { AWS: hub.roles[0]?.arn ?? '' },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'sts:ExternalId': 'web' } },
      }),
      { managedPolicies: [aws('PowerUserAccess')] },
    );
    return { ...hub, roles: [...hub.roles, spoke] };
  }),
];

/** No AWS-type connection with a role of its own, or none at all. */
const otherTypes: readonly Shape[] = [
  // The ARN stands in a task input or a variable, and in no connection.
  shape('I28 ARN in a variable', 1, (place) =>
    pair(
      place,
      'anytype',
      wellTrusted(place),
      { inlinePolicies: { deploy } },
      { roleArn: '', type: 'azurerm', useOidc: false },
    ),
  ),
  shape('AWS connection without a role', 1, (place) =>
    pair(place, 'norole', wellTrusted(place), { inlinePolicies: { deploy } }, { roleArn: '' }),
  ),
  shape('other connection', 4, (place) => ({
    connections: [
      connect(place, 0, `azure-${place.n}`, {
        type: place.random.pick(['azurerm', 'dockerregistry', 'generic']),
        useOidc: false,
        importer: 'other',
      }),
    ],
    roles: [],
  })),
  shape('I24 Entra of an Azure connection', 0, (place) => {
    const entra = 'login.microsoftonline.com/99999999-8888-7777-6666-555555555555/v2.0';
    const id = connectionId(place.number);
    const subject = `/eid1/c/pub/t/iIiZmXd3/a/YXBw/sc/${place.organization.id}/${id}`;
    const role = makeRole(
      place.account,
      `azure-${place.n}-entra`,
      through(place, entra, exactly(entra, subject, 'fb60f99c-7a34-4190-8149-302f77469936')),
    );
    return {
      connections: [
        connect(place, 0, `arm-${place.n}`, { type: 'azurerm', useOidc: false, importer: 'other' }),
      ],
      roles: [role],
    };
  }),
  shape('I25 Entra of something else', 0, (place) => {
    const entra = 'sts.windows.net/99999999-8888-7777-6666-555555555555/';
    const object = 'd0d0d0d0-1111-4222-8333-444444444444';
    return {
      connections: [],
      roles: [makeRole(place.account, `vm-${place.n}`, through(place, entra, exactly(entra, object)))],
    };
  }),
  shape('shared between projects', 1, (place) => {
    const part = pair(place, 'twoprojects', wellTrusted(place), { inlinePolicies: { deploy } });
    return place.otherProject === place.project
      ? part
      : {
          ...part,
          connections: part.connections.map((one) => ({ ...one, sharedWith: [place.otherProject] })),
        };
  }),
];

export const brownfieldShapes: readonly Shape[] = [
  ...wellMade,
  ...equalMeanings,
  ...loose,
  ...besideOthers,
  ...otherTypes,
  ...refusedShapes,
];
