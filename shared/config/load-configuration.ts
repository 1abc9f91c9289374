import type { Configuration } from '../domain/configuration/configuration.ts';
import { PLAIN_TRUST } from '../domain/configuration/trust-terms.ts';
import { makeClassifier } from '../domain/issuers/azure-issuer.ts';
import { entraProfile } from '../domain/issuers/issuer.ts';
import { ConfigError } from '../domain/kernel/errors.ts';
import { expandAccounts } from './account-defaults.ts';
import { findMissingFields } from './coverage-checks.ts';
import { renderPath, type Complaint } from './field.ts';
import { NOTHING_ALLOWED, type Allowance } from './environment.ts';
import { readInlinePolicies, readPolicyFile, type ReadFile } from './inline-policies.ts';
import { toConfiguration } from './file-configuration.ts';
import { explainIssues } from './issue-explanation.ts';
import { listGrantAccounts } from './grant-checks.ts';
import { checkTogether } from './joint-checks.ts';
import { findPartition, readOutline, type GrantOutline, type ConfigurationOutline } from './outline.ts';
import { checkSafety } from './safety-checks.ts';
import { configurationFile } from './schema.ts';
import { readTrust } from './trust-statements.ts';
import { readTextFile, readYaml, type Mistake, type YamlSource } from './yaml-source.ts';
import { findSecrets, withoutSecrets } from './url-rules.ts';

/**
 * The configuration in a text. `readFile` gets the paths of policy files as they are written there.
 * Throws ConfigError with every problem at once, in the order of the file.
 */
export function parseConfiguration(
  text: string,
  fileName: string,
  readFile: ReadFile,
  allowance: Allowance = NOTHING_ALLOWED,
): Configuration {
  const source = readYaml(text);
  const apparent = [...source.mistakes, ...findSecrets(text).map(exposedSecret)];
  if (source.value === undefined) throw configError(fileName, source, apparent);
  const expanded = expandAccounts(source.value);
  const file = configurationFile.safeParse(expanded, { reportInput: true });
  const outline = readOutline(expanded);
  const policies = outline.grants.map((grant, index) =>
    readInlinePolicies(grant, ['grants', index], {
      readFile,
      partitions: listGrantPartitions(grant, outline),
    }),
  );
  const surroundings = { readFile, classify: makeClassifier(listNamedProfiles(outline)) };
  const trusts = outline.grants.map((grant, index) => readTrust(grant, ['grants', index], surroundings));
  const complaints = [
    ...explainIssues([...(file.success ? [] : file.error.issues), ...findMissingFields(outline)]),
    ...checkTogether(outline),
    ...checkSafety(
      outline,
      policies.map(({ documents }) => documents),
      allowance,
    ),
    ...[...policies, ...trusts].flatMap((reading) => reading.complaints),
  ];
  const located = complaints.map((complaint) => locate(complaint, source));
  const known = [...apparent, ...located];
  const surprises = source.surprises.filter(({ offset }) => known.every((other) => other.offset !== offset));
  if (!file.success || known.length + surprises.length > 0)
    throw configError(fileName, source, [...known, ...surprises]);
  return toConfiguration(
    file.data,
    policies.map(({ documents }, index) => ({
      inlinePolicies: documents,
      trust: trusts[index]?.terms ?? PLAIN_TRUST,
    })),
  );
}

/** Issuers of Entra that the configuration names, wherever they are. */
function listNamedProfiles({ organizations }: ConfigurationOutline) {
  return organizations.flatMap(({ entra }) =>
    entra?.tenantId !== undefined && entra.issuer !== undefined
      ? [entraProfile({ tenantId: entra.tenantId, issuer: entra.issuer })]
      : [],
  );
}

/** Those that a policy of the grant must be right in. */
const listGrantPartitions = (grant: GrantOutline, outline: ConfigurationOutline): readonly string[] => [
  ...new Set(listGrantAccounts(grant).map((account) => findPartition(outline, account))),
];

/** The configuration in a file. Throws ConfigError. */
export function loadConfiguration(path: string, allowance: Allowance = NOTHING_ALLOWED): Configuration {
  const reading = readTextFile(path);
  if (!('text' in reading)) {
    const fix = reading.isMissing
      ? 'Run `azfed init` to write one from what is found, or give the path of yours.'
      : reading.fix;
    throw new ConfigError({ where: path, what: reading.what, fix });
  }
  return parseConfiguration(reading.text, path, (file) => readPolicyFile(path, file), allowance);
}

interface LocatedMistake extends Mistake {
  readonly path?: string;
}

function locate(complaint: Complaint, source: YamlSource): LocatedMistake {
  const { what, fix } = complaint;
  return { offset: source.findOffset(complaint), path: renderPath(complaint.path), what, fix };
}

const exposedSecret = (offset: number): Mistake => ({
  offset,
  what: 'This looks like a secret.',
  fix: 'Revoke it, and refer to the new one instead: { env: NAME } or { secret: <ARN> }.',
});

function configError(fileName: string, source: YamlSource, mistakes: readonly LocatedMistake[]): ConfigError {
  const inOrder = [...mistakes].sort((a, b) => a.offset - b.offset);
  return new ConfigError(
    inOrder.map(({ offset, path, what, fix }) => ({
      where: withoutSecrets(`${fileName}:${source.formatLocation(offset)}${path ? ` (${path})` : ''}`),
      what: withoutSecrets(what),
      fix: withoutSecrets(fix),
    })),
  );
}
