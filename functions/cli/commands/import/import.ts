import { Option } from 'commander';
import { basename, dirname, join } from 'node:path';
import { existsSync } from 'node:fs';
import { readForImport, type ImportReading } from '../../../../shared/application/checks/import.ts';
import { addImport, type ImportFile } from '../../../../shared/config/import-file.ts';
import { readPolicyFile } from '../../../../shared/config/inline-policies.ts';
import { parseConfiguration } from '../../../../shared/config/load-configuration.ts';
import { listMarked, removeItems } from '../../../../shared/config/configuration-addition.ts';
import { PROPOSAL, PROPOSED_BOUNDARY, renderBeginning } from '../../../../shared/config/template.ts';
import type { TextReading } from '../../../../shared/config/yaml-source.ts';
import { displayName } from '../../../../shared/domain/azure-devops/service-connection.ts';
import {
  findAccountListGap,
  isListOpen,
  listAccountNames,
} from '../../../../shared/domain/configuration/account-list.ts';
import type {
  Account,
  Configuration,
  Grant,
  Permissions,
} from '../../../../shared/domain/configuration/configuration.ts';
import { coversConnection, matchesAny } from '../../../../shared/domain/configuration/grant-coverage.ts';
import { decideImport, type ImportDecision } from '../../../../shared/domain/import/decide-import.ts';
import {
  groupGrants,
  type ImportedGrant,
  type ImportedRole,
} from '../../../../shared/domain/import/group-grants.ts';
import { ConfigError, listProblems } from '../../../../shared/domain/kernel/errors.ts';
import { parseOrganizationId, type RoleArn } from '../../../../shared/domain/kernel/ids.ts';
import { parseRoleArn, splitRoleArn } from '../../../../shared/domain/kernel/arn.ts';
import { addPlaceOptions, type PlaceOptions } from '../../arguments/filter.ts';
import { fixOfName } from '../../arguments/connection-choice.ts';
import {
  resolveAllowance,
  localFlag,
  resolveSettings,
  type ExitCode,
  type Invocation,
  type Verb,
} from '../../command-line/command.ts';
import { readEditedText, requireWritable } from '../../command-line/text-file.ts';
import { connectTrusts, resolveAnywhere } from '../../composition/trusts.ts';
import { findOrganization, USUAL_CREDENTIAL } from '../init.ts';
import { printImport } from './import-output.ts';
import { refuseOtherOrganization, reportOtherRoles } from './unused-flags.ts';
import { writeImport, type Beginning } from './write-import.ts';
import { nameConnection, type ImportFinding } from '../../../../shared/domain/import/import-catalogue.ts';

export interface ImportOptions extends Pick<PlaceOptions, 'project' | 'account'> {
  readonly permissions: Permissions;
  readonly out?: string;
  readonly assumeRole?: string;
  readonly organization?: string;
  readonly credential: string;
}

export const importVerb: Verb = (command, run) => {
  addPlaceOptions(command, '', ['project', 'account'])
    .addOption(
      new Option(
        '--permissions <kind>',
        'unmanaged: azfed is to keep the trusts alone; managed: policies, boundary, duration and tags, too',
      )
        .choices(['unmanaged', 'managed'])
        .default('unmanaged'),
    )
    .option('--out <folder>', 'write there; the default is the folder of the configuration')
    .option(
      '--assume-role <name>',
      'role, by its path and name, to assume in accounts that have none in the configuration',
    )
    .option('--organization <name or url>', 'where there is no federation.yaml yet: as with azfed init')
    .option(
      '--credential <variable>',
      'with --organization: environment variable with a token that has the scope Service Connections (read)',
      USUAL_CREDENTIAL,
    )
    .action(run(importRoles));
};

/** Reads alone, and writes files: nothing of it is asked for. */
async function importRoles(invocation: Invocation, typed: ImportOptions): Promise<ExitCode> {
  const { path, local } = resolveSettings(invocation);
  const beginning = await begin(invocation, typed, path);
  const allowance = resolveAllowance(invocation);
  const { parse, named } = createParser(path, allowance);
  const ports = await connectTrusts(local);
  const asWritten = parse({ text: beginning.text, files: {} });
  if (!beginning.isNew) refuseOtherOrganization(path, asWritten, typed);
  const configuration = await resolveAnywhere(invocation, asWritten, local);
  const reach = placeAccounts(configuration, typed.assumeRole);
  const isWanted = (account: Account) => matchesAll(typed.account, listAccountNames(account));
  const reading = await readForImport(ports, configuration, reach, isWanted).finally(() => {
    ports.accounts.close();
  });
  refuseEmptyChoice(typed, configuration, reading);
  reportOtherRoles(invocation.terminal, reading.accounts, typed.assumeRole, buildRoleArn);
  const { decision, text, replaced } = resolveProposals(beginning.text, configuration, (known) =>
    decideImport({
      configuration: { ...known, accounts: reading.accounts },
      ...reading,
      ...(typed.project === undefined ? {} : { projects: typed.project }),
      ...(typed.account === undefined ? {} : { only: reading.accounts.map(({ id }) => id) }),
    }),
  );
  const taken = configuration.grants.map(({ name }) => name);
  const grants = groupGrants(decision, typed.permissions, taken);
  const place = (some: readonly ImportedGrant[]) =>
    listAccounts(configuration, reading.accounts, some, typed.assumeRole);
  const write = (some: readonly ImportedGrant[], findings: ImportDecision['findings']) =>
    addImport(text, {
      ...place(some),
      grants: some,
      findings,
      decided: listDecided(decision),
    });
  const kept = keepValid(grants, decision, (some) => {
    parse(write(some, []));
  });
  const file = writeComments(kept.findings, parse, (findings) => write(kept.grants, findings));
  parse(file);
  const folder = typed.out ?? dirname(path);
  const written = writeImport({ folder, name: basename(path), file, named, beginning });
  const accountList = findAccountListGap(configuration);
  printImport(invocation, {
    ...(accountList && { accountList }),
    path: join(folder, basename(path)),
    written,
    grants: kept.grants,
    replaced,
    accounts: place(kept.grants).accounts.map(({ id }) => id),
    decision: { ...decision, findings: kept.findings },
    calls: reading.observations.reduce((sum, { calls }) => sum + calls, 0),
    flag: localFlag(invocation.options),
  });
  return decision.unread.length > 0 || accountList?.isOpen === true ? 3 : 0;
}

/** Reads a configuration with the files that it names; `named` has those that stand on the disk. */
function createParser(path: string, allowance: ReturnType<typeof resolveAllowance>) {
  const named = new Map<string, string>();
  const readNamed = (file: string): TextReading => {
    const read = readPolicyFile(path, file);
    if ('text' in read) named.set(file, read.text);
    return read;
  };
  const parse = ({ text, files }: ImportFile): Configuration =>
    parseConfiguration(
      text,
      path,
      (file) => (file in files ? { text: files[file] ?? '' } : readNamed(file)),
      allowance,
    );
  return { parse, named };
}

/** Of every connection that was seen: whether it has a grant or a finding by now. */
function listDecided(decision: ImportDecision): ReadonlyMap<string, boolean> {
  const { accesses, covered, findings, candidates } = decision;
  const decided = new Set([
    ...accesses.map(({ connection }) => connection.id),
    ...covered,
    ...findings.map(({ connectionId }) => connectionId),
  ]);
  return new Map(
    candidates.map(({ connection }) => [displayName(connection.references), decided.has(connection.id)]),
  );
}

/** Names come from outside: one that looks like a secret keeps its line out of the file, and nothing else. */
function writeComments(
  findings: ImportDecision['findings'],
  parse: (file: ImportFile) => Configuration,
  write: (findings: ImportDecision['findings']) => ImportFile,
): ImportFile {
  const isAllowed = (some: ImportDecision['findings']) => {
    try {
      parse(write(some));
      return true;
    } catch (error) {
      return listProblems(error).length === 0;
    }
  };
  return write(isAllowed(findings) ? findings : findings.filter((one) => isAllowed([one])));
}

/**
 * Grants that `azfed init` has proposed, and nobody has changed, give way to those of the import: they only observe, and would
 * give roles that exist other permissions. One whose role is yet to be created stays.
 */
function resolveProposals(
  text: string,
  configuration: Configuration,
  decide: (configuration: Configuration) => ImportDecision,
): { readonly decision: ImportDecision; readonly text: string; readonly replaced: readonly string[] } {
  const marked = listMarked(text, 'grants', PROPOSAL);
  const proposals = configuration.grants.filter((grant) => marked.includes(grant.name) && isProposed(grant));
  if (proposals.length === 0) return { decision: decide(configuration), text, replaced: [] };
  const without = (gone: readonly Grant[]) => ({
    ...configuration,
    grants: configuration.grants.filter((grant) => !gone.includes(grant)),
  });
  const first = decide(without(proposals));
  const covers = (grant: Grant, id: string) =>
    first.candidates.some(
      ({ connection, organization }) =>
        connection.id === id && coversConnection(grant, organization, connection),
    );
  const gone = proposals.filter(
    (grant) =>
      first.accesses.some(({ connection }) => covers(grant, connection.id)) &&
      !first.withoutRole.some((id) => covers(grant, id)),
  );
  const replaced = gone.map(({ name }) => name);
  return {
    decision: gone.length === proposals.length ? first : decide(without(gone)),
    text: removeItems(text, 'grants', replaced),
    replaced,
  };
}

/** As `azfed init` has written it. */
const isProposed = ({ mode, boundary, managedPolicies, inlinePolicies, role }: Grant): boolean =>
  mode === 'observe' &&
  boundary === PROPOSED_BOUNDARY &&
  managedPolicies.length + Object.keys(inlinePolicies).length === 0 &&
  role?.name.join() === '*';

async function begin(invocation: Invocation, typed: ImportOptions, path: string): Promise<Beginning> {
  if (existsSync(path)) return { path, text: readEditedText(path), isNew: false };
  if (typed.organization === undefined)
    throw new ConfigError({
      where: path,
      what: 'The file is not there.',
      fix: 'Write one first: azfed init --organization NAME; or add --organization NAME here.',
    });
  if (typed.out === undefined) requireWritable(path);
  const { organization } = await findOrganization(invocation, typed);
  if (!parseOrganizationId(organization.id))
    throw new Error(`${organization.id} is not the id of an organization.`);
  const text = renderBeginning({ organization, credentialEnv: typed.credential });
  return { path, text, isNew: true };
}

/** Nothing typed selects everything. */
const matchesAll = (patterns: readonly string[] | undefined, names: readonly string[]): boolean =>
  patterns === undefined || names.some((name) => matchesAny(patterns, name));

/** Throws ConfigError for a project that no organization has, and for an account that nothing names. */
function refuseEmptyChoice(
  { project = [], account = [] }: ImportOptions,
  configuration: Configuration,
  { inventories, accounts: read }: ImportReading,
): void {
  const projects = inventories.flatMap((inventory) =>
    inventory.projects.state === 'complete' ? inventory.projects.value.map(({ name }) => name) : [],
  );
  const { accounts } = configuration;
  const isWhole =
    inventories.every(({ identity, projects: listed }) =>
      [identity, listed].every(({ state }) => state === 'complete'),
    ) && !isListOpen(configuration);
  const missing = (typed: readonly string[], names: readonly string[]) =>
    isWhole ? typed.filter((one) => !matchesAll([one], names)) : [];
  const problems = [
    ...missing(project, projects).map((one) => ({
      where: `--project ${one}`,
      what: 'No project has this name.',
      fix: fixOfName(one, projects, 'Azure DevOps'),
    })),
    ...missing(account, read.flatMap(listAccountNames)).map((one) => ({
      where: `--account ${one}`,
      what: 'The configuration does not name it, and no connection asks for a role in it.',
      fix: `Add it under \`accounts\`. ${fixOfName(one, accounts.flatMap(listAccountNames), 'the configuration')}`,
    })),
  ];
  if (problems.length > 0) throw new ConfigError(problems);
}

/**
 * How an account is reached: as the configuration says; else by the role that was typed; else, for one that the configuration
 * does not name, as all others are reached where they are reached alike.
 */
function placeAccounts(
  { accounts }: Configuration,
  typed: string | undefined,
): (account: Account) => Account {
  const roles = accounts.map(({ assumeRole }) => assumeRole && splitRoleArn(assumeRole));
  const paths = new Set(roles.map((role) => (role ? `${role.path}${role.name}` : '')));
  const [common = ''] = paths.size === 1 ? [...paths] : [];
  const known = new Set(accounts.map(({ id }) => id));
  return (account) => {
    const path = typed ?? (known.has(account.id) ? '' : common.replace(/^\//, ''));
    if (account.assumeRole !== undefined || path === '') return account;
    return { ...account, assumeRole: buildRoleArn(account, path) };
  };
}

function buildRoleArn({ id, partition }: Account, path: string): RoleArn {
  const role = parseRoleArn(`arn:${partition}:iam::${id}:role/${path.replace(/^\//, '')}`);
  if (role) return role.arn;
  throw new ConfigError({
    where: `--assume-role ${path}`,
    what: 'This is not the name of a role.',
    fix: 'Give its name, with its path where it has one: azfed-spoke, or team/azfed-spoke.',
  });
}

/** Accounts that the configuration has to name from now on, and roles that it has to say are assumed. */
function listAccounts(
  configuration: Configuration,
  read: readonly Account[],
  grants: readonly ImportedGrant[],
  typed: string | undefined,
) {
  const known = new Map(configuration.accounts.map((account) => [account.id, account]));
  const needed = new Set(grants.flatMap(({ roles }) => roles.map(({ account }) => account)));
  return {
    accounts: read
      .filter(({ id }) => !known.has(id) && needed.has(id))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
    assumeRoles: new Map(
      read.flatMap(({ id, assumeRole }) =>
        typed !== undefined &&
        known.has(id) &&
        known.get(id)?.assumeRole === undefined &&
        assumeRole !== undefined
          ? [[id as string, assumeRole] as const]
          : [],
      ),
    ),
  };
}

/**
 * The grants that the configuration takes. IAM holds what no configuration may say, such as a role name that is kept for AWS:
 * the connections of such a role are named, and all others are imported. `check` throws ConfigError for what is refused.
 */
function keepValid(
  grants: readonly ImportedGrant[],
  { accesses, findings }: Pick<ImportDecision, 'accesses' | 'findings'>,
  check: (grants: readonly ImportedGrant[]) => void,
): { readonly grants: readonly ImportedGrant[]; readonly findings: readonly ImportFinding[] } {
  if (explainRefusal(check, grants) === undefined) return { grants, findings };
  const refused = new Map<string, string>();
  const kept = grants.flatMap((grant) => {
    if (explainRefusal(check, [grant]) === undefined) return [grant];
    const roles = grant.roles.filter((role) => {
      const why = explainRefusal(check, [narrow(grant, role)]);
      if (why !== undefined) refused.set(role.arn, why);
      return why === undefined;
    });
    return roles.length === 0 ? [] : [{ ...grant, roles }];
  });
  const named = accesses.flatMap(({ connection, role }) => {
    const why = refused.get(role.arn);
    const what = `has ${role.arn}, which no grant can say: ${why ?? ''}`;
    return why === undefined
      ? []
      : [nameConnection('import.not-expressible', connection, what.replace(/\.$/, ''), role.arn)];
  });
  const distinct = new Map(named.map((one) => [one.connectionId, one]));
  return { grants: kept, findings: [...findings, ...distinct.values()] };
}

function narrow({ pattern: _, ...grant }: ImportedGrant, role: ImportedRole): ImportedGrant {
  return { ...grant, roles: [role] };
}

/** The first complaint; `undefined`: there is none. */
function explainRefusal(
  check: (grants: readonly ImportedGrant[]) => void,
  grants: readonly ImportedGrant[],
): string | undefined {
  try {
    check(grants);
    return undefined;
  } catch (error) {
    return listProblems(error)[0]?.what ?? 'it is refused';
  }
}
