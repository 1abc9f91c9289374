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

const project = (name) => ({
  ...base,
  displayName: name,
  testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
});

/** What a contributor runs before a push (`npm test`), and what takes long or needs other programs (`npm run test:rest`). */
const quickProjects = ['unit', 'property', 'contract', 'integration', 'scenario'];
const otherProjects = ['simulation', 'infra', 'browser', 'slow'];

/** @type {import('jest').Config} */
export default {
  projects: [...quickProjects, ...otherProjects].map(project),
  // One more than cores: tests also wait, for CloudTrail's two requests a second, for browsers and for other processes.
  maxWorkers: availableParallelism() + 1,
  randomize: true,
  globalSetup: '<rootDir>/test/temporary-folder.cjs',
  testSequencer: '<rootDir>/test/longest-first.cjs',
  // Ends a test that waits for something that never comes. A slow machine alone does not reach it.
  testTimeout: 900_000,
  reporters: ['default', '<rootDir>/test/count-reporter.cjs'],
};
