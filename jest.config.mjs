import { availableParallelism } from 'node:os';

// Every project runs the TypeScript sources through swc; packages that ship ES modules only are transformed too.
const moduleOnlyPackages = [
  'jose',
  '@middy',
  'string-width',
  'get-east-asian-width',
  'strip-ansi',
  'ansi-regex',
];

const base = {
  testEnvironment: '<rootDir>/test/runner/environment.cjs',
  runtime: '<rootDir>/test/runner/runtime.cjs',
  transform: {
    '^.+\\.(t|j|mj)s$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${moduleOnlyPackages.join('|')})/)`],
  setupFiles: ['<rootDir>/test/loopback-only.ts', '<rootDir>/test/quiet-sdk.ts'],
};

/** One path through everything, by the command and by the functions. */
const wiring = ['scenario/service', 'integration/cli/first-run', 'integration/cli/plan-and-apply'];
const isWiring = wiring.map((name) => `/test/${name}.test.ts`);

const project = (name, files = [`${name}/**/*`], ignored = []) => ({
  ...base,
  displayName: name,
  testMatch: files.map((file) => `<rootDir>/test/${file}.test.ts`),
  testPathIgnorePatterns: ['/node_modules/', ...ignored],
});

/**
 * `npm test`, before a push, has the first five: each decision by its values, each adapter against its service, and one path
 * through everything. `npm run test:rest` has what takes long or needs other programs.
 */
const projects = [
  project('unit'),
  project('property'),
  project('contract'),
  project('integration', undefined, ['/test/integration/cli/']),
  project('wiring', wiring),
  project('command', ['integration/cli/**/*'], isWiring),
  project('scenario', undefined, isWiring),
  project('simulation'),
  project('infra'),
  project('browser'),
  project('slow'),
];

/** @type {import('jest').Config} */
export default {
  projects,
  // One more than cores: tests also wait, for CloudTrail's two requests a second, for browsers and for other processes.
  maxWorkers: availableParallelism() + 1,
  randomize: true,
  globalSetup: '<rootDir>/test/temporary-folder.cjs',
  testSequencer: '<rootDir>/test/longest-first.cjs',
  // Ends a test that waits for something that never comes. A slow machine alone does not reach it.
  testTimeout: 900_000,
  reporters: ['default', '<rootDir>/test/count-reporter.cjs'],
};
