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
export function entryOf(name: FunctionName): string {
  return `functions/${name}/handler.ts`;
}

/** What builds what the report page is made of, beside the bundle of its function; from the root of the project. */
export const pageBuilder = 'infra/aws/build-page.ts';
