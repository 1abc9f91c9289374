import { join } from 'node:path';
import { build } from 'esbuild';
import type { Metafile } from 'esbuild';
import { writePageAssets } from './page-assets.ts';

/**
 * How every function is bundled; one place, so that the check of sizes measures what is deployed.
 * `module` before `main`: else esbuild takes the CommonJS build of the SDK, a third larger. The banner gives bundled
 * CommonJS packages the `require` that ES modules lack.
 */
export const bundling = {
  target: 'node24',
  mainFields: ['module', 'main'],
  banner: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
  minify: true,
  // Errors say in the log what they are called; without it they are called as the minifier likes.
  keepNames: true,
};

/**
 * Ways to credentials that are asked after the environment, which always answers in Lambda: they are loaded when their
 * turn comes, and it never does (Lambda Developer Guide, environment variables). A tenth of each bundle.
 */
export const neverLoaded = [
  '@aws-sdk/credential-provider-http',
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-login',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-web-identity',
  '@smithy/credential-provider-imds',
];

export const functionNames = ['discover', 'reconcile', 'hook', 'iam-change', 'deliver', 'report'] as const;
export type FunctionName = (typeof functionNames)[number];

/** From the root of the project. */
export const getEntryPath = (name: FunctionName): string => `functions/${name}/handler.ts`;

/** What builds what the report page is made of, beside the bundle of its function; from the root of the project. */
export const pageBuilder = 'infra/aws/build-page.ts';

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
  /** What is wrong with it, in sentences. */
  readonly problems: readonly string[];
}

const root = join(import.meta.dirname, '../..');

/** All functions, bundled into the folder as `cdk deploy` bundles them. */
export function bundleFunctions(folder: string): Promise<readonly Bundle[]> {
  return Promise.all(functionNames.map((name) => bundle(name, join(root, getEntryPath(name)), folder)));
}

/** One entry point, with the options of all functions. */
export async function bundle(name: FunctionName | 'sdk', entry: string, folder: string): Promise<Bundle> {
  const file = join(folder, name, 'index.mjs');
  const { banner, ...options } = bundling;
  const { metafile } = await build({
    ...options,
    banner: { js: banner },
    entryPoints: [entry],
    outfile: file,
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
  const besides = name === 'report' ? writePageAssets(join(folder, name)) : 0;
  return { name, file, ...weigh(metafile, besides) };
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
