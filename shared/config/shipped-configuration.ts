import type { Configuration } from '../domain/configuration/configuration.ts';
import { parsePolicy, type JsonObject, type Statement } from '../domain/policy/policy-document.ts';
import { ConfigError } from '../domain/kernel/errors.ts';
import { toConfiguration, type GrantDocuments } from './file-configuration.ts';
import { configurationFile, type ConfigurationFile } from './schema.ts';

/**
 * The configuration as infra/aws ships it: federation.yaml in JSON, its policies written into it. It was judged when it
 * was deployed, and is known by its hash; so there is no reader of YAML here, and nobody to explain mistakes to.
 * Throws ConfigError.
 */
export function parseShippedConfiguration(text: string): Configuration {
  const file = configurationFile.safeParse(JSON.parse(text));
  if (file.success) return toConfiguration(file.data, file.data.grants.map(collectPolicyDocuments));
  const where = 'The deployed configuration';
  const what = `It is not one of this version: ${file.error.issues.map(({ path }) => path.join('.')).join(', ')}.`;
  throw new ConfigError({
    where,
    what,
    fix: 'Deploy azfed again, or publish the configuration with this release.',
  });
}

function collectPolicyDocuments(grant: ConfigurationFile['grants'][number]): GrantDocuments {
  const { inlinePolicies, trust } = grant;
  const { statements, conditions, expectDeny } = trust;
  const policies = Object.entries(inlinePolicies).flatMap(([name, { document }]) => {
    const policy = parsePolicy(JSON.stringify(document));
    return policy.readable ? [[name, policy.document] as const] : [];
  });
  return {
    inlinePolicies: Object.fromEntries(policies),
    trust: {
      statements: inlineStatements(statements),
      conditions: conditions as JsonObject,
      expectDeny: typeof expectDeny === 'string' ? expectDeny : inlineStatements(expectDeny),
    },
  };
}

/** No file lies beside what was shipped. */
const inlineStatements = (given: object): readonly Statement[] =>
  Array.isArray(given) ? (given as readonly Statement[]) : [];
