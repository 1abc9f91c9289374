import { readFileSync } from 'node:fs';
import type { Folder, Said } from './command-line.ts';
import { createFolder } from './command-line.ts';

let folder: Folder;
beforeEach(() => {
  folder = createFolder();
});
afterEach(() => {
  folder.remove();
});

/** Ends with 1, prints nothing as a result, and what it says is for people. */
function expectRefusal({ code, stdout, stderr }: Said, ...sentences: readonly (string | RegExp)[]): void {
  expect({ code, stdout }).toStrictEqual({ code: 1, stdout: '' });
  for (const sentence of sentences) expect(stderr).toMatch(sentence);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(stderr).toMatch(/[^\n]\n$/);
}

const twelveMistakes = readFileSync('test/fixtures/config/twelve-mistakes.yaml', 'utf8');

it('says what was typed wrong, and what may have been meant', async () => {
  const [verb, option, missing, nested] = await Promise.all([
    folder.azfed(['pln']),
    folder.azfed(['plan', '--jsn']),
    folder.azfed(['explain']),
    folder.azfed(['local', 'tampr']),
  ]);
  expectRefusal(verb, "azfed pln\n  Unknown command 'pln'.\n", 'Did you mean plan?');
  expectRefusal(option, "Unknown option '--jsn'.", 'Did you mean --json?');
  expectRefusal(
    missing,
    "azfed explain\n  Missing required argument 'connection'.\n  See: azfed explain --help\n",
  );
  expectRefusal(nested, 'Did you mean tamper?');
});

it('helps: every flag with its verb, the version, and no result where there is none', async () => {
  const [help, plan, version, nothing] = await Promise.all([
    folder.azfed(['--help']),
    folder.azfed(['plan', '--help']),
    folder.azfed(['--version']),
    folder.azfed([]),
  ]);
  expect([help.code, plan.code, version.code, nothing.code]).toStrictEqual([0, 0, 0, 1]);
  expect(help.stdout).toMatch(/^Exit codes:\n {2}0 {2}clean or done\n/m);
  expect(help.stdout).not.toContain('default: false');
  expect(plan.stdout).toMatch(/--out <file>[^]*Global Options:[^]*--json/);
  expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(nothing.stdout).toBe('');
});

it('names every problem of a configuration with line and column', async () => {
  folder.write('federation.yaml', twelveMistakes);
  folder.write('no-yaml.yaml', 'version: 1\n  grants: [\n');
  const [many, inJson, broken, gone] = await Promise.all([
    folder.azfed(['validate']),
    folder.azfed(['plan', '--json']),
    folder.azfed(['--config', 'no-yaml.yaml', 'validate']),
    folder.azfed(['plan', '--config', 'gone.yaml']),
  ]);
  expectRefusal(many, /^\d+ problems; nothing was written\.$/m, 'federation.yaml:4:9', 'moode');
  const places = many.stderr.match(/^federation\.yaml:\d+:\d+/gm) ?? [];
  expect(places.length).toBeGreaterThanOrEqual(12);
  expect(many.stderr).toContain(`${places.length} problems; nothing was written.`);
  expect(inJson).toStrictEqual(many);
  expectRefusal(broken, /no-yaml\.yaml:\d+:\d+/);
  expectRefusal(gone, 'gone.yaml', 'azfed init');
});

const existing = (grant: string) => `version: 1
organizations:
  - { name: contoso, id: 11111111-2222-3333-4444-555555555555, credential: { type: pat, env: AZFED_PAT } }
accounts: [{ id: "123456789012" }]
grants:
  - name: found
    mode: observe
${grant}`;
const PAIR = '      - { project: Shop, connection: web, role: "arn:aws:iam::123456789012:role/az-web" }\n';
const patterns = (role: string) =>
  `    connections: { organization: contoso, project: [Shop, Web], name: "*" }\n    accounts: ["123456789012"]\n    role: ${role}\n`;

it.each<[string, string, readonly string[]]>([
  ['pairs whose permissions are somebody else’s', `    permissions: unmanaged\n    roles:\n${PAIR}`, []],
  ['exact names at the root path', `${patterns('{ path: /, name: [web, api-*] }')}    boundary: none\n`, []],
  [
    'statements in a file, conditions and any Deny',
    `    boundary: none\n    roles:\n${PAIR}    trust: { statements: { file: trust/others.json }, conditions: { IpAddress: { "aws:SourceIp": 192.0.2.0/24 } }, expectDeny: any }\n`,
    [],
  ],
  [
    'all that is wrong with a grant at once',
    `${patterns('{ path: /, name: ["*", cdk-x] }')}    permissions: unmanaged\n    tags: { team: shop }\n    trust: { statements: [{ Effect: Allow, Principal: "*", Action: "sts:AssumeRole" }] }\n`,
    [
      'federation.yaml:10:29 (grants[0].role.name[0])',
      'federation.yaml:10:34 (grants[0].role.name[1])',
      'federation.yaml:12:5 (grants[0].tags)',
      'federation.yaml:13:55 (grants[0].trust.statements[0].Principal)',
    ],
  ],
  [
    'a boundary that is missing, and a connection that stands in two pairs',
    `    roles:\n${PAIR}${PAIR}`,
    ['federation.yaml:6:5 (grants[0].boundary)', 'federation.yaml:10:9 (grants[0].roles[1])'],
  ],
])('validates what says that roles exist: %s', async (_what, grant, places) => {
  folder.write('federation.yaml', existing(grant));
  folder.write(
    'trust/others.json',
    '[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::{account}:role/break-glass"},"Action":"sts:AssumeRole"}]',
  );
  const { code, stderr } = await folder.azfed(['validate']);
  expect(stderr.match(/^federation\.yaml:\d+:\d+ \([^)]*\)/gm) ?? []).toEqual(places);
  expect(code).toBe(places.length === 0 ? 0 : 1);
});

it('says which setting of the environment is missing or wrong', async () => {
  const [table, pat, local, config, unwritable] = await Promise.all([
    folder.azfed(['plan'], { AZFED_TABLE: 'a table' }),
    folder.azfed(['init', '--organization', 'contoso', '--config', 'new.yaml']),
    folder.azfed(['plan', '--local']),
    folder.azfed(['validate'], { AZFED_CONFIG: 'elsewhere.yaml' }),
    folder.azfed(['init', '--organization', 'contoso', '--config', 'none/new.yaml']),
  ]);
  expectRefusal(table, 'environment variable AZFED_TABLE', '3 to 255 letters');
  expectRefusal(pat, 'environment variable AZURE_DEVOPS_PAT', 'It is not set.');
  expectRefusal(local, 'No embedded cloud runs', 'azfed local up');
  expectRefusal(config, 'elsewhere.yaml');
  // Said before anything is asked of Azure DevOps, for which there is no token here.
  expectRefusal(unwritable, 'none/new.yaml', 'its folder is not there');
});
