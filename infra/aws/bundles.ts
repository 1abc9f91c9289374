import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { zipSync } from 'fflate';
import { functionNames, type FunctionName } from './function-names.ts';
import { reportFiles } from '../../shared/contract/report-files.ts';
import { buildPageAssets } from '../../shared/report-page/build-assets.ts';

/**
 * How every function is bundled; one place, so that the check of sizes measures what is deployed.
 * `module` before `main`: else esbuild takes the CommonJS build of the SDK, a third larger. The banner gives bundled
 * CommonJS packages the `require` that ES modules lack.
 */
export const bundling = {
  target: 'node24',
  mainFields: ['module', 'main'],
  banner: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
  // Names of functions and classes go: to keep them costs a twelfth of a bundle, and errors write theirs out.
  minify: true,
};

/**
 * Ways to credentials that are asked after the environment, which always answers in Lambda: they are loaded when their
 * turn comes, and it never does (Lambda Developer Guide, environment variables). A tenth of each bundle.
 */
const neverLoaded = [
  '@aws-sdk/credential-provider-http',
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-login',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-web-identity',
  '@smithy/credential-provider-imds',
];

/**
 * What a start loads: minified, without the source map. What slips in by mistake costs more than is left below it: a second
 * SDK model 200 kB, the root of the Azure DevOps client 1.1 MB.
 */
const MOST_BYTES = 950_000;
/** What lies beside it: the script and the style of the report page, read when a page is made. */
const MOST_BESIDES = 120_000;

/** Its root costs 1.1 MB and tens of milliseconds of each start; the deep paths do not. */
const ROOT_OF_CLIENT = /(?:^|\/)node_modules\/azure-devops-node-api\/WebApi\.js$/;

export interface Bundle {
  readonly name: string;
  readonly bytes: number;
  readonly file: string;
  /** What stands in it. */
  readonly metafile: Metafile;
  /** What is wrong with it, in sentences. */
  readonly problems: readonly string[];
}

const root = join(import.meta.dirname, '../..');

/** All functions, bundled into the folder, each with the zip that is deployed. */
export function bundleFunctions(folder: string): Promise<readonly Bundle[]> {
  return Promise.all(
    functionNames.map(async (name) => {
      const made = await bundle(name, join(root, `functions/${name}/handler.ts`), folder);
      writeFileSync(join(folder, `${name}.zip`), zipFolder(join(folder, name)));
      return made;
    }),
  );
}

/** The same bytes for the same files: CloudFormation updates a function whose zip has another name. */
function zipFolder(folder: string): Uint8Array {
  const files = readdirSync(folder).sort();
  return zipSync(Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name))])), {
    // Local time in a zip, which begins in 1980.
    mtime: new Date(1980, 0, 1),
    // Lambda reads as another user than the owner of the files (Lambda Developer Guide, troubleshooting deployments).
    os: 3,
    attrs: 0o644 << 16,
  });
}

/** One entry point, with the options of all functions. */
export async function bundle(name: FunctionName | 'sdk', entry: string, folder: string): Promise<Bundle> {
  const { banner, ...options } = bundling;
  const { metafile, outputFiles } = await build({
    ...options,
    banner: { js: banner },
    entryPoints: [entry],
    // Paths in a source map are relative to this file: the same bundle wherever it is written to.
    outfile: join(root, 'dist/functions', name, 'index.mjs'),
    write: false,
    bundle: true,
    external: neverLoaded,
    platform: 'node',
    format: 'esm',
    sourcemap: 'linked',
    sourcesContent: false,
    metafile: true,
    absWorkingDir: root,
    logLevel: 'warning',
  });
  const made = join(folder, name);
  mkdirSync(made, { recursive: true });
  for (const { path, contents } of outputFiles) writeFileSync(join(made, basename(path)), contents);
  const besides = name === 'report' ? writePageAssets(made) : 0;
  return { name, file: join(made, 'index.mjs'), metafile, ...weigh(metafile, besides) };
}

function weigh({ inputs, outputs }: Metafile, besides: number): Pick<Bundle, 'bytes' | 'problems'> {
  const bytes = Object.entries(outputs)
    .filter(([file]) => !file.endsWith('.map'))
    .reduce((sum, [, output]) => sum + output.bytes, 0);
  const importsRoot = Object.keys(inputs).some((input) => ROOT_OF_CLIENT.test(input));
  return {
    bytes: bytes + besides,
    problems: [
      ...(bytes > MOST_BYTES ? [`It has ${bytes} bytes; ${MOST_BYTES} is the most.`] : []),
      ...(besides > MOST_BESIDES
        ? [`What lies beside it has ${besides} bytes; ${MOST_BESIDES} is the most.`]
        : []),
      ...(importsRoot ? ['It imports the root of azure-devops-node-api; import the deep paths.'] : []),
    ],
  };
}

/** Into the folder of the bundle of `report`. Returns how many bytes they have. */
function writePageAssets(folder: string): number {
  const { script, style } = buildPageAssets();
  writeFileSync(join(folder, reportFiles.script), script);
  writeFileSync(join(folder, reportFiles.style), style);
  return Buffer.byteLength(script) + Buffer.byteLength(style);
}
