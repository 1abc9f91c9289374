import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '../../../shared/domain/kernel/errors.ts';
import type { AccountId } from '../../../shared/domain/kernel/ids.ts';
import { placeTrust } from '../../../shared/domain/configuration/trust-terms.ts';
import { LOOPBACK_ALLOWED } from '../../../shared/config/environment.ts';
import { loadConfiguration } from '../../../shared/config/load-configuration.ts';
import { fixture, folder, parse, listProblems, short, spoilt } from './configuration-text.ts';

describe('a file that is right', () => {
  it('becomes the configuration, with policies read from beside it and defaults filled in', () => {
    const { organizations, accounts, grants, limits, webhooks } = loadConfiguration(
      `${folder}/federation.yaml`,
      LOOPBACK_ALLOWED,
    );
    expect(organizations).toEqual([
      {
        name: 'contoso',
        id: '11111111-2222-3333-4444-555555555555',
        url: 'https://dev.azure.com/contoso',
        credential: { type: 'pat', env: 'AZURE_DEVOPS_PAT' },
      },
      {
        name: 'Fabrikam-Games',
        id: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
        url: 'https://fabrikam-games.visualstudio.com',
        credential: {
          type: 'pat',
          secret: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:azfed/fabrikam-AbCdEf',
        },
      },
    ]);
    expect(accounts.map(({ id, partition }) => `${partition} ${id}`)).toEqual([
      'aws 123456789012',
      'aws-us-gov 012345678901',
      'aws 210987654321',
    ]);
    expect(accounts[0]).toEqual({
      id: '123456789012',
      name: 'commerce',
      partition: 'aws',
      assumeRole: 'arn:aws:iam::123456789012:role/azfed-spoke',
      readRole: 'arn:aws:iam::123456789012:role/azfed-spoke-read',
      retireRole: 'arn:aws:iam::123456789012:role/azfed-spoke-retire',
      externalId: 'azfed-contoso',
    });
    expect(accounts[2]).toEqual({ id: '210987654321', partition: 'aws' });
    expect(grants[0]?.inlinePolicies).toEqual({
      deploy: JSON.parse(fixture('policies/deploy.json')) as unknown,
      logs: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: '*' },
        ],
      },
    });
    expect(grants[1]).toMatchObject({
      managedPolicies: [],
      inlinePolicies: {},
      maxSessionDuration: 3600,
      tags: {},
      retire: 'keep',
      missing: 'keep',
      revokeSessions: false,
      sharedConnections: 'covered',
      shareRole: false,
    });
    expect(limits).toEqual({
      changesPerPass: 5,
      closuresPerPass: 3,
      changesPercent: 50,
      closuresPercent: 25,
      deletionWaitDays: 30,
      missingWaitDays: 3,
      driftPercent: 12.5,
      absencePercent: 10,
      reminderDays: 7,
    });
    expect(webhooks[0]).toEqual({
      name: 'ops',
      url: 'https://hooks.example.com/azfed',
      secret: { env: 'AZFED_WEBHOOK_SECRET' },
      events: ['connection.*', 'provider.failed.v1'],
    });
  });

  it.each([
    [
      'a fixed account when the grant lists no other',
      'arn:{partition}:iam::{account}',
      'arn:aws:iam::123456789012',
    ],
    [
      'a policy of AWS',
      'webhooks:',
      '    managedPolicies: ["arn:aws:iam::aws:policy/ReadOnlyAccess"]\nwebhooks:',
    ],
    [
      'an alias',
      'boundary: "arn:{partition}:iam::{account}:policy/azfed-boundary"',
      'boundary: &own "arn:{partition}:iam::{account}:policy/azfed-boundary"\n    managedPolicies: [*own]',
    ],
  ])('may hold %s', (_what, from, to) => {
    expect(listProblems(spoilt(from, to))).toEqual([]);
  });

  it('fills in every limit when none is given', () => {
    expect(parse(short).limits).toEqual({
      changesPerPass: 10,
      closuresPerPass: 3,
      changesPercent: 50,
      closuresPercent: 25,
      deletionWaitDays: 30,
      missingWaitDays: 3,
      driftPercent: 20,
      absencePercent: 10,
      reminderDays: 7,
    });
  });
});

describe('a grant that says what exists', () => {
  const block = short.slice(short.indexOf('    connections:'), short.indexOf('webhooks:'));
  const readGrant = (text: string, given: Readonly<Record<string, string>> = {}) =>
    parse(
      short.replace(block, () => text),
      given,
    ).grants[0];
  const ARN = 'arn:aws:iam::123456789012:role/az-web';

  it('has lists of patterns, also where one pattern is written', () => {
    const text = block
      .replace('project: Shop', 'project: [Shop, Web]')
      .replace('path: /azure-devops/shop/, name: "*"', 'path: /, name: [web, api-*]');
    expect(readGrant(text)).toMatchObject({
      connections: { organization: ['contoso'], project: ['Shop', 'Web'], name: ['aws-*'] },
      role: { path: '/', name: ['web', 'api-*'] },
      permissions: 'managed',
      trust: { statements: [], conditions: {}, expectDeny: 'none' },
    });
  });

  it('has pairs, with the accounts of their ARNs', () => {
    const roles = `    permissions: unmanaged
    roles:
      - { project: Shop, connection: web, role: "${ARN}" }
      - { organization: contoso, project: Shop, connection: api, role: "arn:aws-cn:iam::210987654321:role/team/az-api", type: any }
`;
    expect(readGrant(roles)).toMatchObject({
      accounts: ['123456789012', '210987654321'],
      boundary: 'none',
      permissions: 'unmanaged',
      roles: [
        {
          organization: 'contoso',
          project: 'Shop',
          connection: 'web',
          accounts: ['123456789012'],
          path: '/',
          name: 'az-web',
          type: 'aws',
        },
        {
          organization: 'contoso',
          project: 'Shop',
          connection: 'api',
          accounts: ['210987654321'],
          path: '/team/',
          name: 'az-api',
          type: 'any',
        },
      ],
    });
  });

  it.each<[string, readonly string[], readonly string[]]>([
    [
      'a connection with two roles of its own grant, one of them that of another',
      [
        `{ project: Shop, connection: web, role: "${ARN}", type: any }`,
        `{ project: Shop, connection: api, role: "${ARN}-2" }`,
        `{ project: Shop, connection: web, role: "${ARN}-2", type: any }`,
        `{ project: Shop, connection: 5, role: "${ARN}", type: maybe }`,
      ],
      [
        'roles[2]) Shop / web stands in roles[0] already: a connection has one role.',
        'roles[2].role) The role is that of roles[1] already.',
        'roles[3].connection) `connection` is not text until it stands in quotes.',
        'roles[3].role) The role is that of roles[0] already.',
        'roles[3].type) `type` (maybe) is none of aws, any.',
      ],
    ],
    [
      'one pair twice',
      [
        `{ project: Shop, connection: web, role: "${ARN}" }`,
        `{ project: Shop, connection: web, role: "${ARN}" }`,
      ],
      ['roles[1]) Shop / web stands in roles[0] already: a connection has one role.'],
    ],
  ])('says every problem of pairs at once: %s', (_what, pairs, expected) => {
    const roles = `    permissions: unmanaged\n    roles:\n${pairs.map((pair) => `      - ${pair}\n`).join('')}`;
    const problems = listProblems(short.replace(block, () => roles));
    expect(problems.map(({ where, what }) => `${where} ${what}`.replace(/^.*\(grants\[0\]\./, ''))).toEqual(
      expected,
    );
  });

  it('has roles by name in whichever of its accounts', () => {
    const roles =
      '    accounts: ["123456789012", "210987654321"]\n    boundary: none\n    roles: [{ project: Shop, connection: web, role: team/az-web }]\n';
    expect(readGrant(roles)?.roles).toMatchObject([
      { accounts: ['123456789012', '210987654321'], path: '/team/', name: 'az-web' },
    ]);
  });

  const others = { Effect: 'Allow', Principal: { AWS: '123456789012' }, Action: 'sts:AssumeRole' };
  const denial = {
    Effect: 'Deny',
    Principal: '*',
    Action: 'sts:*',
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  };
  it.each([
    ['a list', JSON.stringify([others])],
    ['one statement', JSON.stringify(others)],
    ['a whole policy', JSON.stringify({ Version: '2012-10-17', Statement: [others] })],
    ['a policy with one statement', JSON.stringify({ Version: '2012-10-17', Statement: others })],
  ])('reads statements of its trust from a file with %s', (_what, content) => {
    const trust = `    trust: { statements: { file: trust/others.json }, expectDeny: { file: trust/deny.json } }\n`;
    const given = { 'trust/others.json': content, 'trust/deny.json': JSON.stringify([denial]) };
    expect(readGrant(`${block}${trust}`, given)?.trust).toEqual({
      statements: [others],
      conditions: {},
      expectDeny: [denial],
    });
  });

  it('places its trust in the account and the partition of a role', () => {
    const statement = { ...others, Principal: { AWS: 'arn:{partition}:iam::{account}:role/break-glass' } };
    const conditions = { StringEquals: { 'aws:PrincipalAccount': '{account}' } };
    const placed = placeTrust(
      { statements: [statement], conditions, expectDeny: 'any' },
      'aws-cn',
      '210987654321' as AccountId,
    );
    expect(placed).toEqual({
      statements: [{ ...others, Principal: { AWS: 'arn:aws-cn:iam::210987654321:role/break-glass' } }],
      conditions: { StringEquals: { 'aws:PrincipalAccount': '210987654321' } },
      expectDeny: 'any',
    });
  });
});

describe('deny windows', () => {
  const parseWindows = (line: string) =>
    parse(spoilt('webhooks:', `denyWindows:\n  - ${line}\nwebhooks:`)).denyWindows;

  it('come once or every week', () => {
    expect(parse(short).denyWindows).toEqual([]);
    expect(
      parseWindows('{ name: xmas, from: 2026-12-20T00:00:00+01:00, until: 2027-01-05T00:00:00Z }'),
    ).toEqual([{ name: 'xmas', from: '2026-12-20T00:00:00+01:00', until: '2027-01-05T00:00:00Z' }]);
    const weekly = '{ name: w, days: [fri, sat], from: "16:00", to: "08:00", timeZone: Europe/Zurich }';
    expect(parseWindows(weekly)).toEqual([
      { name: 'w', days: ['fri', 'sat'], from: '16:00', to: '08:00', timeZone: 'Europe/Zurich' },
    ]);
  });
});

describe('a file with mistakes', () => {
  it('tells all twelve at once, each at its line and column, in the order of the file', () => {
    const problems = listProblems(fixture('twelve-mistakes.yaml'));
    expect(problems.map(({ where, what }) => `${where} ${what}`)).toEqual([
      'federation.yaml:4:9 (organizations[0].id) `id` is not a GUID.',
      'federation.yaml:6:13 (organizations[0].issuer) `issuer: entra` asks for tokens of Entra, and `entra` is missing.',
      'federation.yaml:8:9 (accounts[0].id) `id` is not text until it stands in quotes.',
      'federation.yaml:12:5 (grants[0].moode) `moode` is not known here.',
      'federation.yaml:13:34 (grants[0].connections.organization) contosso matches none of the organizations.',
      'federation.yaml:14:32 (grants[0].accounts[1]) Account 999999999999 is not configured.',
      'federation.yaml:15:28 (grants[0].role.name) * is too broad for the root path, where roles of everybody lie.',
      'federation.yaml:16:15 (grants[0].boundary) `boundary` is neither the ARN of a managed policy nor `none`.',
      'federation.yaml:18:23 (grants[0].inlinePolicies.deploy.file) policies/gone.json: The file is not there.',
      'federation.yaml:19:25 (grants[0].tags.team) The tag team differs from Team in case alone; IAM takes both for one.',
      'federation.yaml:22:10 (webhooks[0].url) `url` is not https (plain http is for loopback only).',
      'federation.yaml:25:11 (webhooks[1].name) `name` is the same as in webhooks[0].',
    ]);
    expect(problems.every(({ fix }) => fix !== '')).toBe(true);
  });

  it('asks whether a known key was meant', () => {
    const [problem, ...others] = listProblems(spoilt('    mode: observe', '    moode: observe'));
    expect(problem).toEqual({
      where: 'federation.yaml:12:5 (grants[0].moode)',
      what: '`moode` is not known here.',
      fix: 'Did you mean `mode`?',
    });
    expect(others).toEqual([]);
  });

  it('lists those of a map that stands for a list', () => {
    const [problem] = listProblems(
      spoilt('    mode: observe', '    mode: observe\n    trust: { expectDeny: { statements: x } }'),
    ).filter(({ what }) => what.includes('is not known here'));
    expect(problem?.fix).toBe('Known here: file.');
  });

  it('lists the known keys when none is near', () => {
    const [problem] = listProblems(spoilt('    mode: observe', '    mode: observe\n    zzzzzz: 1'));
    expect(problem?.fix).toMatch(/^Known here: name, mode, connections,/);
  });
});

describe('an Entra credential', () => {
  const ids =
    'tenantId: 0A000000-0000-0000-0000-000000000001, clientId: 0a000000-0000-0000-0000-000000000002';
  const parseCredential = (more: string) =>
    parse(spoilt('type: pat, env: AZURE_DEVOPS_PAT', `type: entra, ${ids}${more}`), {}, LOOPBACK_ALLOWED)
      .organizations[0]?.credential;

  it('needs two ids, and knows the rest', () => {
    expect(parseCredential('')).toEqual({
      type: 'entra',
      tenantId: '0a000000-0000-0000-0000-000000000001',
      clientId: '0a000000-0000-0000-0000-000000000002',
      audience: 'api://AzureADTokenExchange',
      authority: 'https://login.microsoftonline.com',
    });
  });

  it.each([
    ['https://login.microsoftonline.us/', 'https://login.microsoftonline.us'],
    ['https://login.partner.microsoftonline.cn', 'https://login.partner.microsoftonline.cn'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
  ])('may have its authority at %s', (written, authority) => {
    expect(parseCredential(`, authority: "${written}"`)).toMatchObject({ authority });
  });
});

const allowed = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };
const files = {
  'twice.json': '{"Statement":{"Effect":"Deny","Effect":"Allow"}}',
  'broken.json': '{"Statement":',
  'long.json': JSON.stringify({ Statement: { ...allowed, Sid: 'x'.repeat(10_240) } }),
  'cyrillic.json': JSON.stringify({ Statement: { ...allowed, Resource: 'arn:aws:s3:::д' } }),
};

interface MistakeCase {
  readonly name: string;
  /** One place of the short file, and what is written there instead. */
  readonly from: string;
  readonly to: string;
  /** Of the one problem that it makes. */
  readonly where: string;
  readonly what: string;
}

const mistakes = JSON.parse(fixture('mistakes.json')) as readonly MistakeCase[];

describe('one mistake', () => {
  it.each(mistakes)('is told once and where it is: $name', ({ from, to, where, what }) => {
    const problems = listProblems(spoilt(from, to), files);
    expect(problems.map((problem) => problem.where)).toEqual([`federation.yaml:${where}`]);
    expect(problems[0]?.what).toContain(what);
  });

  it('hides no other one in the same part of the file', () => {
    const text = spoilt('    mode: observe\n', '').replace('["123456789012"]', '["999999999999"]');
    expect(listProblems(text).map(({ where }) => where)).toEqual([
      'federation.yaml:11:5 (grants[0].mode)',
      'federation.yaml:13:16 (grants[0].accounts[0])',
    ]);
  });

  it.each([
    ['a text that is not YAML', 'version: [1\norganizations: {', /This is not YAML/],
    ['an empty text', '', /The file is empty/],
    ['a list', '- version: 1', /The file is not a map/],
    ['two documents', 'version: 1\n---\nversion: 1', /multiple documents/],
  ])('is told of %s', (_what, text, expected) => {
    expect(listProblems(text)[0]?.what).toMatch(expected);
  });
});

describe('a secret in the file', () => {
  const secrets = [
    ['a token of 52 characters', 'abcdefghij'.repeat(5) + 'kl'],
    ['a token of 84 characters', 'A1b2C3d4E5f6'.repeat(7)],
    ['an access key id', ['AKIA', 'ABCDEFGH12345678'].join('')],
    ['a signing secret', ['whsec_', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'].join('')],
  ] as const;

  it.each(secrets)('is refused and not shown: %s as a value', (_what, secret) => {
    const problems = listProblems(spoilt('AZURE_DEVOPS_PAT', secret));
    expect(problems.find(({ where }) => where === 'federation.yaml:5:35')?.fix).toMatch(/env: NAME/);
    expect(JSON.stringify(problems)).not.toContain(secret);
  });

  it.each(secrets)('is refused and not shown: %s in a comment, as a key, as a mode', (_what, secret) => {
    const text = spoilt('mode: observe', `mode: ${secret}\n    ${secret}: 1`) + `# ${secret}\n`;
    const problems = listProblems(text);
    expect(problems.filter(({ what }) => what === 'This looks like a secret.')).toHaveLength(3);
    expect(JSON.stringify(problems)).not.toContain(secret);
  });
});

describe('a file that cannot be read', () => {
  it('names `azfed init`', () => {
    const path = join(tmpdir(), 'azfed-no-such-folder', 'federation.yaml');
    expect(() => loadConfiguration(path)).toThrow(ConfigError);
    expect(() => loadConfiguration(path)).toThrow(/azfed init/);
  });

  it('reads policies relative to the file, wherever azfed is started', () => {
    const place = mkdtempSync(join(tmpdir(), 'azfed-config-'));
    const path = join(place, 'federation.yaml');
    writeFileSync(path, spoilt('webhooks:', '    inlinePolicies: { a: { file: a.json } }\nwebhooks:'));
    expect(() => loadConfiguration(path)).toThrow(/a\.json: The file is not there/);
    writeFileSync(join(place, 'a.json'), JSON.stringify({ Statement: [allowed] }));
    expect(loadConfiguration(path).grants[0]?.inlinePolicies).toEqual({ a: { Statement: [allowed] } });
  });
});
