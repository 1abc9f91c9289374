import { bundleFunctions } from './bundles.ts';

/**
 * Returns the folder with `<function>.zip` for every function. Here they are bundled into `folder`; a package carries them and
 * no bundler, so that infra/release puts another module in the place of this one.
 */
export async function prepareFunctionCode(folder: string): Promise<string> {
  await bundleFunctions(folder);
  return folder;
}
