import { parse } from 'yaml';
import { hashText } from '../domain/kernel/digest.ts';
import { readEnvironment, type Allowance } from './environment.ts';
import { resolveAccountDefaults } from './account-defaults.ts';
import { loadConfiguration } from './load-configuration.ts';
import { readTextFile } from './yaml-source.ts';

export type LoadedConfiguration = ReturnType<typeof loadConfiguration>;

/** federation.yaml as the functions get it: one text that needs no other file, in JSON, which is YAML as well. */
export interface ConfigurationText {
  readonly text: string;
  /** Of the text, in hex. */
  readonly sha256: string;
  readonly configuration: LoadedConfiguration;
}

/** Throws ConfigError with every problem at once. */
export function readConfigurationText(
  path: string,
  allowance: Allowance = readEnvironment().allowance,
): ConfigurationText {
  const configuration = loadConfiguration(path, allowance);
  const text = JSON.stringify(
    withPolicies(resolveAccountDefaults(parse(readText(path)) as object), configuration),
  );
  return { text, sha256: hashText(text), configuration };
}

/** It has just been read. */
function readText(path: string): string {
  const reading = readTextFile(path);
  return 'text' in reading ? reading.text : '';
}

/** What has just been found to be right. */
interface File {
  readonly grants?: readonly object[];
}

/** `{ file: deploy.json }` becomes `{ document: ... }`; statements of a trust stand in the text itself. */
function withPolicies(file: File, { grants }: LoadedConfiguration): object {
  const buildInlinePolicies = (index: number) =>
    Object.fromEntries(
      Object.entries(grants[index]?.inlinePolicies ?? {}).map(([name, document]) => [name, { document }]),
    );
  return {
    ...file,
    grants: (file.grants ?? []).map((grant, index) => ({
      ...grant,
      inlinePolicies: buildInlinePolicies(index),
      ...('trust' in grant ? { trust: grants[index]?.trust } : {}),
    })),
  };
}
