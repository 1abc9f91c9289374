import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { bundling } from '../../infra/aws/bundles.ts';

describe('a bundle as functions are bundled', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'azfed-bundling-')), 'index.mjs');
  const program = `import { UpstreamError } from './shared/domain/kernel/errors.ts';
function failInTheSource() { throw new UpstreamError('x', 'planted'); }
try { failInTheSource(); } catch (error) { console.log(JSON.stringify([error.name, error.stack])); }`;

  beforeAll(async () => {
    const { banner, ...options } = bundling;
    await build({
      ...options,
      banner: { js: banner },
      stdin: { contents: program, resolveDir: process.cwd(), sourcefile: 'planted-source.ts', loader: 'ts' },
      outfile: file,
      bundle: true,
      platform: 'node',
      format: 'esm',
      sourcemap: 'linked',
      sourcesContent: false,
    });
  });

  it('keeps the names of errors, and says where in the source they arose', () => {
    const options = { encoding: 'utf8', env: { NODE_OPTIONS: '--enable-source-maps' } } as const;
    const [name, stack] = JSON.parse(execFileSync(process.execPath, [file], options)) as [string, string];
    expect(name).toBe('UpstreamError');
    expect(stack).toContain('failInTheSource');
    expect(stack).toMatch(/planted-source\.ts:2:\d+/);
  });

  it('has the map beside it, without the sources', () => {
    expect(readFileSync(file, 'utf8')).toMatch(/\/\/# sourceMappingURL=index\.mjs\.map\s*$/);
    expect(JSON.parse(readFileSync(`${file}.map`, 'utf8'))).not.toHaveProperty('sourcesContent');
  });
});
