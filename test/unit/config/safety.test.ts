import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Allowance } from '../../../shared/config/environment.ts';
import { LOOPBACK_ALLOWED, NOTHING_ALLOWED } from '../../../shared/config/environment.ts';
import { loadConfiguration } from '../../../shared/config/load-configuration.ts';
import { ConfigError } from '../../../shared/domain/kernel/errors.ts';
import { listProblems, short, spoilt } from './configuration-text.ts';

const TENANT = '0a000000-0000-0000-0000-000000000001';
const OTHER = '0b000000-0000-0000-0000-000000000002';
const SECRET = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:azfed/hook';
const hooks = (url: string) =>
  spoilt('webhooks:\n', `hooks: { url: "${url}", secret: "${SECRET}" }\nwebhooks:\n`);
const credential = (text: string) => spoilt('{ type: pat, env: AZURE_DEVOPS_PAT }', text);
const address = (url: string) => spoilt('    credential:', `    url: ${url}\n    credential:`);
const tokens = (issuer: string, tenant = TENANT) =>
  spoilt('    credential:', `    entra: { tenantId: ${tenant}, issuer: ${issuer} }\n    credential:`);
const spoke = (arn: string) => spoilt('- id: "123456789012"', `- id: "123456789012"\n    assumeRole: ${arn}`);
const boundary = (arn: string) => spoilt('arn:{partition}:iam::{account}:policy/azfed-boundary', arn);
const grantEnd = (more: string) => spoilt('webhooks:\n', `${more}\nwebhooks:\n`);
const everyone = (more: string) =>
  grantEnd(more).replace('project: Shop, name: "aws-*"', 'project: "*", name: "**"');

/** What a pull request may not bring in. One problem each, at the field itself. */
const refused: readonly (readonly [name: string, text: string, path: string, what: RegExp])[] = [
  // Where secrets are sent.
  [
    'an organization on this machine',
    address('http://127.0.0.1:4001/contoso'),
    'organizations[0].url',
    /machine/,
  ],
  ['this machine as a number', address('http://2130706433/contoso'), 'organizations[0].url', /machine/],
  ['an empty query', address('https://dev.azure.com/contoso?'), 'organizations[0].url', /query/],
  ['an empty fragment', address('"https://dev.azure.com/contoso#"'), 'organizations[0].url', /fragment/],
  ['this machine by IPv6', address('"http://[::1]:1/contoso"'), 'organizations[0].url', /machine/],
  [
    'another host',
    address('https://dev.azure.com.evil.example/contoso'),
    'organizations[0].url',
    /not a host/,
  ],
  [
    'another host by user name',
    address('https://dev.azure.com@evil.example/contoso'),
    'organizations[0].url',
    /user name/,
  ],
  [
    'an address of a link-local service',
    address('http://169.254.169.254/contoso'),
    'organizations[0].url',
    /not https/,
  ],
  [
    'Entra on this machine',
    credential(`{ type: entra, tenantId: ${TENANT}, clientId: ${OTHER}, authority: "http://localhost:1" }`),
    'organizations[0].credential.authority',
    /machine/,
  ],
  [
    'a webhook on this machine',
    spoilt('https://hooks.example.com/azfed', 'http://localhost:4000/'),
    'webhooks[0].url',
    /machine/,
  ],
  [
    'a report on this machine',
    spoilt('webhooks:\n', 'report: { url: "http://localhost:1/" }\nwebhooks:\n'),
    'report.url',
    /machine/,
  ],
  ['hooks at any host', hooks('https://evil.example/hooks'), 'hooks.url', /not allowed/],
  [
    'hooks at a host that looks right',
    hooks('https://x.execute-api.eu-west-1.amazonaws.com.evil.example/'),
    'hooks.url',
    /not allowed/,
  ],
  // Which secret is sent.
  ...['AWS_SECRET_ACCESS_KEY', 'HOME', 'GITHUB_TOKEN', 'azfed_PAT', 'XAZFED_PAT', 'SYSTEM_ACCESSTOKEN'].map(
    (name) =>
      [
        `the variable ${name}`,
        spoilt('AZURE_DEVOPS_PAT', name),
        'organizations[0].credential.env',
        /neither AZFED_ nor AZURE_DEVOPS_/,
      ] as const,
  ),
  ...['AZFED_UNDO_SECRET_ACCESS_KEY', 'AZFED_TABLE', 'AZFED_ALLOW_LOOPBACK'].map(
    (name) =>
      [
        `the variable ${name}`,
        spoilt('AZURE_DEVOPS_PAT', name),
        'organizations[0].credential.env',
        /azfed itself/,
      ] as const,
  ),
  [
    'a variable of a webhook',
    spoilt('AZFED_WEBHOOK_SECRET', 'AWS_SESSION_TOKEN'),
    'webhooks[0].secret.env',
    /neither/,
  ],
  // Whose tokens are let in.
  ...[
    'evil.example/x',
    `login.microsoftonline.com.evil.example/${TENANT}/v2.0`,
    `login.microsoftonline.com/${OTHER}/v2.0`,
    'login.microsoftonline.com/common/v2.0',
    `login.microsoftonline.com/${TENANT}`,
    'vstoken.dev.azure.com/11111111-2222-3333-4444-555555555555',
    'token.actions.githubusercontent.com',
  ].map(
    (issuer) =>
      [`the issuer ${issuer}`, tokens(issuer), 'organizations[0].entra.issuer', /none of Microsoft/] as const,
  ),
  [
    'tokens of another tenant than the credential',
    credential(`{ type: entra, tenantId: ${TENANT}, clientId: ${OTHER} }\n    entra: { tenantId: ${OTHER} }`),
    'organizations[0].entra.tenantId',
    /another tenant/,
  ],
  // What a role may be and do.
  [
    'a spoke role inside the grant',
    spoke('arn:aws:iam::123456789012:role/azure-devops/shop/azfed'),
    'grants[0].role',
    /azfed itself/,
  ],
  [
    'a spoke role of another account inside the grant',
    spoilt(
      '- id: "210987654321"\n    partition: aws-cn',
      '- id: "210987654321"\n    assumeRole: arn:aws:iam::210987654321:role/azure-devops/shop/deep/azfed',
    ),
    'grants[0].role',
    /azfed itself/,
  ],
  [
    'AdministratorAccess as boundary',
    boundary('arn:{partition}:iam::aws:policy/AdministratorAccess'),
    'grants[0].boundary',
    /no boundary/,
  ],
  [
    'IAMFullAccess as boundary',
    boundary('arn:aws:iam::aws:policy/IAMFullAccess'),
    'grants[0].boundary',
    /no boundary/,
  ],
  [
    'a policy of a service-linked role',
    grantEnd('    managedPolicies: ["arn:aws:iam::aws:policy/aws-service-role/AWSSupportServiceRolePolicy"]'),
    'grants[0].managedPolicies[0]',
    /service-linked/,
  ],
  [
    'a boundary of a service-linked role',
    boundary('arn:aws:iam::aws:policy/aws-service-role/AWSSupportServiceRolePolicy'),
    'grants[0].boundary',
    /service-linked/,
  ],
  [
    'AdministratorAccess for everyone',
    everyone('    managedPolicies: ["arn:{partition}:iam::aws:policy/AdministratorAccess"]'),
    'grants[0].managedPolicies[0]',
    /every connection of every project/,
  ],
  ...['"*"', '["s3:Get*", "*:*"]', '"iam:*"'].map(
    (actions) =>
      [
        `${actions} for everyone`,
        everyone(
          `    inlinePolicies: { all: { document: { Statement: [{ Effect: Allow, Action: ${actions}, Resource: "*" }] } } }`,
        ),
        'grants[0].inlinePolicies.all',
        /every connection of every project/,
      ] as const,
  ),
  // What is read.
  ...[
    '/etc/passwd',
    '../secrets.json',
    'a/../../b.json',
    '~/.aws/credentials',
    'C:\\x.json',
    '\\\\host\\x',
    '..\\x.json',
  ].map(
    (file) =>
      [
        `the file ${file}`,
        grantEnd(`    inlinePolicies: { a: { file: '${file}' } }`),
        'grants[0].inlinePolicies.a.file',
        /relative path|leads out/,
      ] as const,
  ),
];

describe('what a change of the file alone may not bring in', () => {
  it.each(refused)('is refused: %s', (_name, text, path, what) => {
    const problems = listProblems(text);
    expect(problems.map(({ where }) => /\((.*)\)$/.exec(where)?.[1])).toEqual([path]);
    expect(problems[0]?.what).toMatch(what);
    expect(problems[0]?.fix).not.toBe('');
  });

  const own: Allowance = { ...NOTHING_ALLOWED, hookHosts: ['hooks.contoso.com'] };
  it.each<[string, string, Allowance]>([
    [
      'this machine, where the environment says so',
      address('http://127.0.0.1:4001/contoso'),
      LOOPBACK_ALLOWED,
    ],
    [
      'a webhook on this machine, where the environment says so',
      spoilt('https://hooks.example.com/azfed', 'http://localhost:4000/'),
      LOOPBACK_ALLOWED,
    ],
    ['the former address of an organization', address('https://contoso.visualstudio.com'), NOTHING_ALLOWED],
    [
      'hooks at API Gateway',
      hooks('https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com/hooks/azure-devops'),
      NOTHING_ALLOWED,
    ],
    [
      'hooks at API Gateway in China',
      hooks('https://a1b2c3.execute-api.cn-north-1.amazonaws.com.cn/hooks'),
      NOTHING_ALLOWED,
    ],
    ['hooks at a host of the environment', hooks('https://hooks.contoso.com/hooks'), own],
    ['a token of azfed', spoilt('AZURE_DEVOPS_PAT', 'AZFED_PAT_contoso'), NOTHING_ALLOWED],
    ['the issuer of the tenant', tokens(`login.microsoftonline.com/${TENANT}/v2.0`), NOTHING_ALLOWED],
    ['the issuer of another cloud', tokens(`login.microsoftonline.us/${TENANT}/v2.0`), NOTHING_ALLOWED],
    [
      'a spoke role outside of the grant',
      spoke('arn:aws:iam::123456789012:role/azfed-spoke'),
      NOTHING_ALLOWED,
    ],
    [
      'a policy of AWS that bounds something',
      boundary('arn:{partition}:iam::aws:policy/PowerUserAccess'),
      NOTHING_ALLOWED,
    ],
    [
      'an administrator of one project',
      grantEnd('    managedPolicies: ["arn:{partition}:iam::aws:policy/AdministratorAccess"]'),
      NOTHING_ALLOWED,
    ],
    [
      'little for everyone',
      everyone('    managedPolicies: ["arn:{partition}:iam::aws:policy/ReadOnlyAccess"]'),
      NOTHING_ALLOWED,
    ],
    [
      'the place of the hub',
      `hub: { account: "123456789012", region: eu-central-1, table: azfed }\n${short}`,
      NOTHING_ALLOWED,
    ],
  ])('leaves alone: %s', (_name, text, allowance) => {
    expect(listProblems(text, {}, allowance)).toEqual([]);
  });

  it('hands nothing to API Gateway either, where the environment names the hosts', () => {
    const [problem] = listProblems(hooks('https://a1b2.execute-api.eu-central-1.amazonaws.com/'), {}, own);
    expect(problem?.what).toMatch(/hooks\.contoso\.com/);
  });

  it('tells all of them at once', () => {
    const text = hooks('https://evil.example/')
      .replace('AZURE_DEVOPS_PAT', 'AWS_SECRET_ACCESS_KEY')
      .replace(
        'arn:{partition}:iam::{account}:policy/azfed-boundary',
        'arn:aws:iam::aws:policy/AdministratorAccess',
      );
    expect(listProblems(text)).toHaveLength(3);
  });
});

describe('policy files', () => {
  const policy = JSON.stringify({ Statement: { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' } });
  const place = () => {
    const folder = mkdtempSync(join(tmpdir(), 'azfed-files-'));
    mkdirSync(join(folder, 'repository', 'policies'), { recursive: true });
    writeFileSync(join(folder, 'outside.json'), policy);
    const path = join(folder, 'repository', 'federation.yaml');
    writeFileSync(path, grantEnd('    inlinePolicies: { a: { file: policies/a.json } }'));
    return { folder, path, policies: join(folder, 'repository', 'policies') };
  };
  const findProblem = (path: string) => {
    try {
      loadConfiguration(path);
      return undefined;
    } catch (error) {
      if (error instanceof ConfigError) return error.problems[0]?.what;
      throw error;
    }
  };

  it('follows no link out of the folder of the configuration', () => {
    const { folder, path, policies } = place();
    symlinkSync(join(folder, 'outside.json'), join(policies, 'a.json'));
    expect(findProblem(path)).toMatch(/leads out of the folder/);
  });

  it('follows no folder that is a link out of it', () => {
    const { folder, path, policies } = place();
    writeFileSync(join(folder, 'a.json'), policy);
    symlinkSync(folder, join(policies, 'there'));
    writeFileSync(path, grantEnd('    inlinePolicies: { a: { file: policies/there/a.json } }'));
    expect(findProblem(path)).toMatch(/leads out of the folder/);
  });

  it('follows links that stay inside, and a configuration in a folder that is one', () => {
    const { folder, policies } = place();
    writeFileSync(join(policies, 'b.json'), policy);
    symlinkSync('b.json', join(policies, 'a.json'));
    symlinkSync(join(folder, 'repository'), join(folder, 'current'));
    expect(findProblem(join(folder, 'current', 'federation.yaml'))).toBeUndefined();
  });

  const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');
  it.each<[string, Buffer, RegExp | undefined]>([
    ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${policy}`), undefined],
    ['UTF-16', utf16(policy), /UTF-16, not in UTF-8/],
    ['UTF-16, big end first', utf16(policy).swap16(), /UTF-16/],
    ['UTF-16 without a mark', Buffer.from(policy, 'utf16le'), /UTF-16/],
    ['UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x7b, 0, 0, 0]), /UTF-32/],
    ['Latin-1', Buffer.from(policy.replace('*', 'é'), 'latin1'), /not encoded in UTF-8/],
  ])('in %s get a clear answer', (_name, bytes, expected) => {
    const { path, policies } = place();
    writeFileSync(join(policies, 'a.json'), bytes);
    if (expected) expect(findProblem(path)).toMatch(expected);
    else expect(findProblem(path)).toBeUndefined();
  });

  it.each<[string, Buffer, RegExp | undefined]>([
    ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${short}`), undefined],
    ['UTF-16', utf16(short), /UTF-16, not in UTF-8/],
  ])('the configuration itself in %s gets a clear answer', (_name, bytes, expected) => {
    const { path } = place();
    writeFileSync(path, bytes);
    if (expected) expect(findProblem(path)).toMatch(expected);
    else expect(findProblem(path)).toBeUndefined();
  });

  it('is no folder', () => {
    const { path, policies } = place();
    mkdirSync(join(policies, 'a.json'));
    expect(findProblem(path)).toMatch(/a folder/);
  });
});
