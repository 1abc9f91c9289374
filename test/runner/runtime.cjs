const { compileFunction } = require('node:vm');
const { default: Runtime } = require('jest-runtime');

const compiled = new Map();

/**
 * Loading azfed's graph of modules takes a second of a core, most of it for packages, and jest does it anew for each of 300
 * test files. Here a worker evaluates each package once, and compiles each source of azfed once. Sources of azfed are still
 * evaluated for each test file, so that no file sees what another has left in a module.
 */
module.exports = class SharedPackages extends Runtime {
  constructor(...options) {
    super(...options);
    const { executor } = this;
    executor.compile = (code, filename) => {
      const known = compiled.get(filename);
      if (known?.code === code) return known.run;
      const run = compileFunction(code, executor.injectedModuleParameters, { filename });
      compiled.set(filename, { code, run });
      return run;
    };
  }

  requireModule(from, moduleName, options, isRequireActual) {
    const path =
      moduleName === undefined || options?.isInternalModule ? undefined : this.#packageFile(from, moduleName);
    return path === undefined
      ? super.requireModule(from, moduleName, options, isRequireActual)
      : require(path);
  }

  #packageFile(from, moduleName) {
    if (this._resolution.isCoreModule(moduleName)) return undefined;
    const path = this._resolution.resolveCjs(from, moduleName);
    return path.includes('/node_modules/') ? path : undefined;
  }
};
