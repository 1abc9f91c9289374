import { findValue } from '../../../shared/domain/iam/role-fields.ts';
import { listSeenRoles } from '../../../shared/domain/iam/role.ts';
import { dirname, join } from 'node:path';
import type { DesiredState, Snapshot } from '../../../shared/application/observe/observe.ts';
import { observeDesiredState, readDesiredState } from '../../../shared/application/observe/observe.ts';
import { readPolicyFile, type ReadFile } from '../../../shared/config/inline-policies.ts';
import { editGrant, type EditedGrant } from '../../../shared/config/grant-edit.ts';
import { parseConfiguration } from '../../../shared/config/load-configuration.ts';
import type { AcceptRefusal, AcceptRefusalReason } from '../../../shared/domain/adoption/accepted-terms.ts';
import { acceptLive } from '../../../shared/domain/adoption/accepted-terms.ts';
import { chooseSplit, listMovedRoles, type Split } from '../../../shared/domain/adoption/grant-split.ts';
import { displayName } from '../../../shared/domain/azure-devops/service-connection.ts';
import type { Configuration, Grant } from '../../../shared/domain/configuration/configuration.ts';
import type { Target } from '../../../shared/domain/desired/claims.ts';
import { designRoles } from '../../../shared/domain/desired/desired-roles.ts';
import { designTrust } from '../../../shared/domain/desired/role-design.ts';
import { fillPlaceholders } from '../../../shared/domain/kernel/arn.ts';
import { listIf } from '../../../shared/domain/kernel/group-by.ts';
import { ConfigError, listProblems } from '../../../shared/domain/kernel/errors.ts';
import type { RoleChange } from '../../../shared/domain/plan/change.ts';
import { chooseConnection, type Choice } from '../arguments/connection-choice.ts';
import { selectRunScope } from '../arguments/scope-choice.ts';
import type { ExitCode, Invocation, Verb } from '../command-line/command.ts';
import { endUnread, resolveAllowance, localFlag, resolveSettings } from '../command-line/command.ts';
import { readEditedText, rewriteText } from '../command-line/text-file.ts';
import { openDeployment, type Deployment } from '../composition/deployment.ts';
import type { FileWrite } from '../console/file-writes.ts';
import { confirmWrite, describeDifference, isWritable, showLines } from '../console/file-writes.ts';
import { inert, printResult } from '../output/sanitize.ts';

export const acceptVerb: Verb = (command, run) => {
  command
    .argument('<connection>', 'id, project/name, or a name that only one connection has')
    .option('--dry-run', 'print the difference, and write nothing', false)
    .action(run(accept));
};

/** The role of the connection with what is planned for it. */
interface Drift {
  readonly chosen: Choice;
  readonly target: Target;
  readonly grant: Grant;
  readonly change: RoleChange;
  readonly snapshot: Snapshot;
}

/** The other way to end drift: what stands in IAM becomes what is asked for. Writes the configuration, and nothing in AWS. */
async function accept(
  invocation: Invocation,
  typed: string,
  { dryRun }: { readonly dryRun: boolean },
): Promise<ExitCode> {
  const { path } = resolveSettings(invocation);
  const deployment = await openDeployment(invocation, 'change');
  const desiredState = await readDesiredState(deployment.ports, deployment.configuration);
  const chosen = chooseConnection(typed, desiredState, 'listed');
  const scope = selectRunScope(chosen, desiredState);
  const snapshot = await observeDesiredState(deployment.ports, desiredState, scope);
  if (snapshot.plan.isPartial) return endUnread(invocation, snapshot.plan.findings, 'Nothing was written.');
  const drift = requireDrift(chosen, snapshot, localFlag(invocation.options));
  const edited = editText(path, drift, desiredState);
  const proposed = parseProposed(invocation, path, edited, drift);
  await refuseUnclean(deployment, desiredState, proposed, drift);
  const writes = listWrites(path, edited);
  const difference = writes.map(describeDifference).join('\n');
  const mayWrite = !dryRun && writes.every((write) => isWritable(write.path));
  const isWritten = mayWrite && (await confirmWrite(invocation, writes, difference));
  if (isWritten) for (const write of writes) rewriteText(write.path, write.after);
  const { roleArn } = drift.change;
  const fields = drift.change.differences.map((one) => one.path);
  const document = {
    schemaVersion: 1,
    accepted: {
      roleArn,
      fields,
      file: path,
      files: writes.map((write) => write.path),
      unusedFiles: edited.unusedFiles,
      isWritten,
      difference,
    },
  };
  const accepted = `Accepted: ${inert(path)} asks for what stands in IAM. Review the file, then: azfed plan${localFlag(invocation.options)}`;
  printResult(invocation, document, () =>
    [...listUnused(edited), isWritten ? accepted : showLines(difference)].join('\n'),
  );
  return isWritten || !mayWrite ? 0 : 1;
}

const listUnused = ({ unusedFiles }: EditedGrant): readonly string[] =>
  listIf(unusedFiles.length > 0, `No grant names ${inert(unusedFiles.join(', '))} any more.`);

/** Files of policies come first: the configuration names them. */
function listWrites(path: string, { text, files }: EditedGrant): readonly FileWrite[] {
  const beside = Object.entries(files).map(([file, after]) => ({ path: join(dirname(path), file), after }));
  return [...beside, { path, after: text }]
    .map((write) => ({ ...write, before: readEditedText(write.path) }))
    .filter(({ before, after }) => before !== after);
}

/** Throws ConfigError where there is nothing to accept. */
function requireDrift(chosen: Choice, snapshot: Snapshot, flag: string): Drift {
  const { desiredRoles, plan } = snapshot;
  const [target] = desiredRoles.targets;
  const change = plan.changes.find(
    (one): one is RoleChange => one.target === 'role' && one.roleArn === target?.role.arn,
  );
  const where = displayName(chosen.references);
  if (!target?.grant || change?.kind !== 'repair')
    throw new ConfigError({
      where,
      what: change
        ? `The plan for its role is to ${change.kind} it, which is no difference to accept.`
        : 'Its role is as it should be, or azfed does not manage it.',
      fix: `See: azfed plan${flag}. A role that azfed does not manage is adopted first: azfed adopt <connection>${flag}`,
    });
  return { chosen, target, grant: target.grant, change, snapshot };
}

const refusalTexts: Readonly<Record<AcceptRefusalReason, string>> = {
  description: 'The description of a managed role is azfed’s own; no grant can say another one',
  mark: 'A tag by which azfed knows its roles is missing or another',
  'tag-of-aws': 'Tags of AWS itself cannot be asked for',
  'trust-closed': 'The live trust does not let the connection in',
  'trust-subject':
    'The live trust lets in tokens of Azure DevOps or Entra other than those of the connection',
  'trust-form':
    'The live trust lets in the connection alone, but in another form than azfed always writes (StringEquals for audience and subject, one action)',
  admin: 'The role has the permissions of an administrator, and no boundary',
  unmanaged: 'The grant leaves this to somebody else',
};

/** Throws ConfigError with everything that no grant can or may say. */
function editText(path: string, drift: Drift, desiredState: DesiredState): EditedGrant {
  const { chosen, target, grant, change, snapshot } = drift;
  const { role, bindings } = target;
  const [observation] = snapshot.observations;
  const live = observation && listSeenRoles(observation).find(({ arn }) => arn === role.arn);
  if (!live) throw new Error(`${role.arn} is planned for and was not seen.`);
  const fill = (arn: string) => fillPlaceholders(arn, role.partition, role.account);
  const { terms, refusals } = acceptLive(live, grant, designTrust(role, bindings), {
    differences: change.differences,
    fill,
    listAudiences: (arn) =>
      observation.providers.state === 'complete'
        ? observation.providers.value.ours.find((provider) => provider.arn === arn)?.audiences
        : undefined,
  });
  if (refusals.length > 0) throw new ConfigError(refusals.map((refusal) => toProblem(chosen, refusal)));
  const text = readEditedText(path);
  try {
    return editGrant(text, grant.name, requireSplit(drift, desiredState), terms, (file) =>
      readPolicyFile(path, file),
    );
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ConfigError({
      where: path,
      what: `azfed cannot edit its lines for grant ${grant.name}: ${error.message}`,
      fix: 'Edit the configuration by hand: azfed plan shows what differs.',
    });
  }
}

const PUT_BACK =
  'Put the role back with azfed apply, or change it in IAM to something that a grant can ask for.';

const toProblem = ({ references }: Choice, { reason, value }: AcceptRefusal) => ({
  where: displayName(references),
  what: `${refusalTexts[reason]}: ${value}.`,
  fix:
    reason === 'trust-form'
      ? 'azfed apply writes that form; whom the role lets in stays the same, and no pipeline notices.'
      : PUT_BACK,
});

/** Throws ConfigError where the grant covers others whom it cannot be kept for. */
function requireSplit({ target, grant, chosen }: Drift, { desiredRoles, inventories }: DesiredState): Split {
  const name = chosen.references[0]?.name ?? 'own';
  const split = chooseSplit({ ...target, grant }, name, desiredRoles.configuration, inventories);
  if (split) return split;
  throw new ConfigError({
    where: `grant ${grant.name}`,
    what: 'It covers other connections too, and azfed cannot take this one out of it by its name alone.',
    fix: 'Give the connection a grant of its own first: list pairs under `roles`.',
  });
}

/** What the safety of the configuration forbids is refused in its own words. Throws ConfigError. */
function parseProposed(
  invocation: Invocation,
  path: string,
  { text, files }: EditedGrant,
  { chosen }: Drift,
): Configuration {
  const readFile: ReadFile = (file) => {
    const edited = findValue(files, file);
    return edited === undefined ? readPolicyFile(path, file) : { text: edited };
  };
  try {
    return parseConfiguration(text, path, readFile, resolveAllowance(invocation));
  } catch (error) {
    const where = displayName(chosen.references);
    throw new ConfigError(
      listProblems(error).map(({ what, fix }) => ({
        where,
        what: `The configuration would be refused: ${what}`,
        fix,
      })),
    );
  }
}

/** Throws ConfigError where the next plan would not be clean, or another role would be meant otherwise. */
async function refuseUnclean(
  { ports }: Deployment,
  desiredState: DesiredState,
  proposed: Configuration,
  { chosen, target, change }: Drift,
): Promise<void> {
  const { inventories, recorded } = desiredState;
  const desiredRoles = designRoles(proposed, inventories, recorded, ports.clock.now());
  const next = { ...desiredState, desiredRoles };
  const { plan } = await observeDesiredState(ports, next, selectRunScope(chosen, next));
  const left = plan.changes
    .filter((one) => one.target === 'role' && one.roleArn === change.roleArn)
    .flatMap(({ differences }) => differences.map(({ path }) => path));
  const moved = listMovedRoles(desiredState.desiredRoles.targets, desiredRoles.targets, target.role.arn);
  const where = displayName(chosen.references);
  const fix = 'Edit the configuration by hand: azfed plan shows what is left.';
  const problems = [
    ...(left.length > 0
      ? [{ where, what: `No grant can say this: ${[...new Set(left)].join(', ')}.`, fix: PUT_BACK }]
      : []),
    ...(moved.length > 0
      ? [{ where, what: `These roles would go to other connections or grants: ${moved.join(', ')}.`, fix }]
      : []),
  ];
  if (problems.length > 0) throw new ConfigError(problems);
}
