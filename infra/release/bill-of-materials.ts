import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * `npm run --silent sbom > azfed.cdx.json`, after `npm pack`: the bill of materials that npm makes of the lockfile (CycloneDX),
 * cut down to the packages whose code stands in the packed command. Those that only develop or test it are not part of it.
 */
interface Bill {
  readonly metadata: { readonly component: { readonly 'bom-ref': string } };
  readonly components: readonly { readonly 'bom-ref': string }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

const root = join(import.meta.dirname, '../..');
const bundled = new Set(
  JSON.parse(readFileSync(join(root, 'dist/cli/packages.json'), 'utf8')) as readonly string[],
);
const command = ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application', '--package-lock-only'];
const bill = JSON.parse(
  execFileSync('npm', command, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 }),
) as Bill;
const own = bill.metadata.component['bom-ref'];
const isPart = (ref: string) => ref === own || bundled.has(ref);
const components = bill.components
  .filter(({ 'bom-ref': ref }) => isPart(ref))
  // npm calls them optional, because a package that is bundled is a dependency of the development.
  .map((component) => ({ ...component, scope: 'required' }));
const missing = [...bundled].filter((id) => components.every(({ 'bom-ref': ref }) => ref !== id));
if (missing.length > 0) throw new Error(`The lockfile does not have ${missing.join(', ')}. Run npm ci.`);
const dependencies = bill.dependencies
  .filter(({ ref }) => isPart(ref))
  .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter(isPart) }));
process.stdout.write(`${JSON.stringify({ ...bill, components, dependencies }, null, 2)}\n`);
