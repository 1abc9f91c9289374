const { ModuleMocker } = require('jest-mock');
// Remembers the folder that it was loaded in and starts its service there: not in one that a test removes.
require('esbuild');

/**
 * Test files run in the realm of the worker, one after the other, not in a realm of their own: packages are then evaluated
 * once for all files (see runtime.cjs), and their errors are instances of the same `Error`. The state of jest on the
 * global object goes with each file; what packages keep there stays, as the packages do (aws-cdk-lib keeps its tokens).
 */
module.exports = class OneRealm {
  global = globalThis;
  moduleMocker = new ModuleMocker(globalThis);
  fakeTimers = null;
  fakeTimersModern = null;
  #before = Object.getOwnPropertyDescriptors(globalThis);
  #exit = process.exit;
  #environment = process.env;
  #folder = process.cwd();

  async setup() {}

  async teardown() {
    for (const key of Reflect.ownKeys(globalThis))
      if (typeof key === 'symbol' && !(key in this.#before)) Reflect.deleteProperty(globalThis, key);
    for (const key of Reflect.ownKeys(this.#before)) {
      const { value, configurable } = this.#before[key];
      if (configurable && value !== undefined && globalThis[key] !== value)
        Object.defineProperty(globalThis, key, this.#before[key]);
    }
    process.exit = this.#exit;
    process.env = this.#environment;
    process.chdir(this.#folder);
  }

  exportConditions() {
    return ['node', 'node-addons'];
  }

  getVmContext() {
    return globalThis;
  }
};
