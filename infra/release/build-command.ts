import { cpSync, readFileSync, rmSync, writeFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build as bundle, type Plugin, type Metafile } from 'esbuild';
import { buildPageAssets } from '../../shared/report-page/build-assets.ts';
import { bundleFunctions, bundling } from '../aws/bundles.ts';
import { groupItems } from '../../shared/domain/kernel/group-by.ts';

/**
 * `npm pack` runs it (prepack): the command, compiled, that needs no package, the functions that its templates deploy, and the
 * licences of what is in them. The folder is as deep as that of the sources, so that paths to shipped files are the same from both.
 */
const root = join(import.meta.dirname, '../..');
const folder = join(root, 'dist/cli');
const functions = join(root, 'dist/functions');

/** The page of the report is built now: a package carries no bundler. */
const builtPage: Plugin = {
  name: 'built-page',
  setup(build) {
    build.onLoad({ filter: /\/report-page\/build-assets\.ts$/ }, () => ({
      contents: `const assets = ${JSON.stringify(buildPageAssets())};\nexport const buildPageAssets = () => assets;`,
    }));
  },
};

/** The functions are bundled now, too. */
const bundledFunctions: Plugin = {
  name: 'bundled-functions',
  setup(build) {
    build.onLoad({ filter: /\/infra\/aws\/function-code\.ts$/ }, () => ({
      contents:
        "import { join } from 'node:path';\nexport const prepareFunctionCode = () => Promise.resolve(join(import.meta.dirname, '../functions'));",
    }));
  },
};

/** The root of the CDK reaches for every service of AWS; the core alone is meant. Its validator is not run, and reads files that are not shipped. */
const coreOfCdk: Plugin = {
  name: 'core-of-cdk',
  setup(build) {
    build.onResolve({ filter: /^@aws\/cloudformation-validate$/ }, ({ path }) => ({
      path,
      namespace: 'left-out',
    }));
    build.onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({ contents: 'module.exports = {};' }));
    build.onResolve({ filter: /^aws-cdk-lib$/ }, ({ importer, kind }) =>
      build.resolve('aws-cdk-lib/core', { importer, kind, resolveDir: root }),
    );
  },
};

/** It loads its operations by names without an ending, which a bundler takes for files of that name. */
const operationsOfTable: Plugin = {
  name: 'operations-of-table',
  setup(build) {
    build.onLoad({ filter: /\/dynalite\/index\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replaceAll(
        /require\('(\.\/\w+\/)' \+ action\)/g,
        "require('$1' + action + '.js')",
      ),
    }));
  },
};

for (const made of [folder, functions]) rmSync(made, { recursive: true, force: true });
const bundles = await bundleFunctions(functions);
// The zips are what is shipped.
for (const { name } of bundles) rmSync(join(functions, name), { recursive: true });
const { metafile } = await bundle({
  ...bundling,
  target: 'node20',
  banner: { js: `${bundling.banner}const __dirname=import.meta.dirname,__filename=import.meta.filename;` },
  entryPoints: [join(root, 'functions/cli/main.ts')],
  outdir: folder,
  outExtension: { '.js': '.mjs' },
  // Only the verb that is typed is read and compiled, as in the sources: half the time of the start.
  splitting: true,
  bundle: true,
  platform: 'node',
  format: 'esm',
  metafile: true,
  absWorkingDir: root,
  logLevel: 'warning',
  plugins: [builtPage, operationsOfTable, bundledFunctions, coreOfCdk],
});
const packages = listPackages([metafile, ...bundles.map((one) => one.metafile)], root);
writeFileSync(join(folder, 'packages.json'), `${JSON.stringify(packages.map(({ id }) => id))}\n`);
writeFileSync(join(folder, 'LICENSES.txt'), formatLicenses(packages));
// The store of the embedded table, where `azfed local up` keeps it on disk, is native code: it is looked for beside the file.
for (const platform of ['linux-x64', 'linux-arm64', 'darwin-x64+arm64', 'win32-x64'])
  cpSync(join(root, 'node_modules/classic-level/prebuilds', platform), join(folder, 'prebuilds', platform), {
    recursive: true,
  });
// What the first start of an agent runs, read when its template is written.
cpSync(join(root, 'infra/aws/agents/agent.sh'), join(folder, 'agent.sh'));

/** A package whose code stands in the bundle. */
interface BundledPackage {
  /** `name@version`, as a bill of materials names it. */
  readonly id: string;
  /** Of `package.json`; empty where it names none. */
  readonly license: string;
  /** The text that has to go with the code; empty where the package brings none. */
  readonly text: string;
}

/** Sorted by id; paths of the metafiles are relative to `root`. */
function listPackages(metafiles: readonly Metafile[], root: string): readonly BundledPackage[] {
  const files = metafiles.flatMap(({ inputs }) => Object.keys(inputs));
  const folders = new Set(
    files.flatMap((file) => /^(.*\bnode_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []),
  );
  return [...folders].map((folder) => readPackage(join(root, folder))).sort(compareIds);
}

function readPackage(folder: string): BundledPackage {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly name: string;
    readonly version: string;
    readonly license?: unknown;
  };
  const file = readdirSync(folder).find((one) => /^(?:licen[cs]e|copying)/i.test(one));
  return {
    id: `${name}@${version}`,
    license: typeof license === 'string' ? license : '',
    text: file === undefined ? '' : readFileSync(join(folder, file), 'utf8').trim(),
  };
}

// Declared, not assigned: the code above runs before this line is reached.
function compareIds(one: BundledPackage, other: BundledPackage): number {
  return one.id < other.id ? -1 : 1;
}

/** The notices of all packages as one text; packages with the same text share it. */
function formatLicenses(packages: readonly BundledPackage[]): string {
  const byText = groupItems(packages, ({ text }) => text);
  return [...byText]
    .map(([text, some]) =>
      [...some.map(({ id, license }) => `${id} (${license})`), ...(text === '' ? [] : ['', text])].join('\n'),
    )
    .join(`\n\n${'-'.repeat(80)}\n\n`)
    .concat('\n');
}
