import type { Release } from '../../../shared/application/connections/release-role.ts';
import { listMarks, releaseRole } from '../../../shared/application/connections/release-role.ts';
import type { Account } from '../../../shared/domain/configuration/configuration.ts';
import { listCoveredConnections, inForce, scopeNames } from '../../../shared/domain/guard/controls.ts';
import { ConfigError } from '../../../shared/domain/kernel/errors.ts';
import type { AccountId, RoleArn, RoleId } from '../../../shared/domain/kernel/ids.ts';
import type { ObservedRole } from '../../../shared/domain/iam/role.ts';
import { complete, type Reading } from '../../../shared/domain/kernel/result.ts';
import { listClaims, type RecordedConnection } from '../../../shared/domain/records/connection-record.ts';
import { displayName } from '../../../shared/domain/azure-devops/service-connection.ts';
import { chooseRecorded, fixOfName } from '../arguments/connection-choice.ts';
import { readRecords, type ReadRecords } from '../arguments/scope-choice.ts';
import { localFlag, type ExitCode, type Invocation, type Verb } from '../command-line/command.ts';
import { openDeployment, type Deployment } from '../composition/deployment.ts';
import { confirm } from '../console/approval-notes.ts';
import { deliverPending } from '../console/notices.ts';
import { pauseText } from '../output/controls-text.ts';
import { inert, jsonText } from '../output/sanitize.ts';
import { wrapLines } from '../output/text.ts';

export const releaseVerb: Verb = (command, run) => {
  command
    .argument('<connection>', 'id, project/name, or a name that only one connection has')
    .option('--role <arn>', 'which role, where azfed manages several for the connection')
    .action(run(release));
};

/** What azfed keeps of a role: by the records alone, so that a connection that cannot be read is no obstacle. */
interface KeptRole {
  readonly arn: RoleArn;
  readonly account: AccountId;
  readonly id: RoleId | undefined;
  readonly connections: readonly RecordedConnection[];
}

async function release(
  invocation: Invocation,
  typed: string,
  { role: wanted }: { readonly role?: string },
): Promise<ExitCode> {
  const deployment = await openDeployment(invocation, 'change');
  const { ports } = deployment;
  const records = await readRecords(deployment);
  const { connectionId, references } = chooseRecorded(
    typed,
    records.recorded.filter(keepsRoles),
    [],
    'azfed manages no role of a connection with this name or id.',
  );
  const item = records.recorded.find((one) => one.connectionId === connectionId);
  const kept = chooseRole(displayName(references), item ? listRoles(item) : [], wanted, records);
  const account = requireAccount(kept, deployment);
  refuseSuspended(kept, deployment, records, localFlag(invocation.options));
  const seen = await readRole(deployment, account, kept.arn);
  if (seen.state === 'unknown') {
    invocation.terminal.problem(`Could not be read: ${inert(seen.message)}`);
    invocation.terminal.problem('Nothing was written.');
    return 3;
  }
  const marks = listMarks(seen.value, kept.id);
  const prompt = { text: describeRelease(kept, seen.value, marks), question: 'Stop managing it?' };
  if (!(await confirm(invocation, prompt))) return 1;
  const by = (await ports.callers.caller()) ?? '';
  const { arn: roleArn, id: roleId, connections } = kept;
  await releaseRole(ports, { account, roleArn, roleId, connections, marks, by });
  await deliverPending(deployment, invocation);
  invocation.terminal.result(
    resultText(invocation, { account, roleArn, roleId, connections, marks, by }, kept),
  );
  return 0;
}

const keepsRoles = (item: RecordedConnection) => listRoles(item).length > 0;

function listRoles(item: RecordedConnection): readonly Pick<KeptRole, 'arn' | 'account' | 'id'>[] {
  const claimed = listClaims(item).map(({ role: { arn, account, id } }) => ({ arn, account, id }));
  const begun = (item.releasing ?? []).map(({ arn, account, id }) => ({ arn, account, id }));
  const arns = new Set(claimed.map(({ arn }) => arn));
  return [...claimed, ...begun.filter(({ arn }) => !arns.has(arn))];
}

/** Throws ConfigError when it is not clear which role is meant, or a record of it cannot be read. */
function chooseRole(
  where: string,
  roles: readonly Pick<KeptRole, 'arn' | 'account' | 'id'>[],
  wanted: string | undefined,
  { recorded }: ReadRecords,
): KeptRole {
  const fitting = wanted === undefined ? roles : roles.filter(({ arn }) => arn === wanted);
  const [only, another] = fitting;
  if (!only || another) {
    const what = only
      ? `azfed manages ${roles.length} roles of it.`
      : `azfed does not manage ${wanted ?? ''} for it.`;
    const fix = `Name one with --role. ${fixOfName(
      wanted ?? '',
      roles.map(({ arn }) => arn),
      'azfed status',
    )}`;
    throw new ConfigError({ where, what, fix });
  }
  const isUnreadable = ({ unreadable }: RecordedConnection) => unreadable?.roleArns.includes(only.arn);
  if (recorded.some(isUnreadable))
    throw new ConfigError({
      where,
      what: `A record that names ${only.arn} cannot be read.`,
      fix: 'Correct the record first: azfed plan says which one and why (record.unreadable).',
    });
  const connections = recorded.filter((item) => listRoles(item).some(({ arn }) => arn === only.arn));
  return { ...only, connections };
}

function requireAccount({ arn, account }: KeptRole, { configuration }: Deployment): Account {
  const known = configuration.accounts.find(({ id }) => id === account);
  if (known) return known;
  throw new ConfigError({
    where: arn,
    what: `The configuration names no account ${account}, so that azfed cannot remove its tags there.`,
    fix: 'Add the account to `accounts` until the role is released.',
  });
}

/** Throws ConfigError where a person has stopped writes. */
function refuseSuspended(
  { connections }: KeptRole,
  { configuration, ports }: Deployment,
  { controls, recorded }: ReadRecords,
  flag: string,
): void {
  const ids = new Set(connections.map(({ connectionId }) => connectionId));
  const pause = inForce(controls, ports.clock.now()).pauses.find(
    ({ scope }) =>
      scope.of === 'everything' ||
      listCoveredConnections(scope, recorded).some(({ connectionId }) => ids.has(connectionId)),
  );
  if (!pause) return;
  const what = `Writes are suspended: ${pauseText(pause, scopeNames(configuration, recorded))}`;
  throw new ConfigError({
    where: 'azfed release',
    what,
    fix: `End the suspension first: azfed resume${flag}`,
  });
}

async function readRole(
  { ports }: Deployment,
  account: Account,
  arn: RoleArn,
): Promise<Reading<ObservedRole | undefined>> {
  const { roles } = await ports.accounts.observe(account, { paths: [], providers: [], roles: [arn] });
  if (roles.state === 'unknown') return roles;
  return complete(roles.value.inScope.find((role) => role.arn === arn));
}

function describeRelease(
  { arn, id, connections }: KeptRole,
  role: ObservedRole | undefined,
  marks: readonly string[],
): string {
  const names = connections.map(
    ({ connectionId, references }) => `${displayName(references)} (${connectionId})`,
  );
  return [
    `azfed stops managing ${inert(arn)}:`,
    ...names.map((name) => `  of ${inert(name)}`),
    '',
    describeFate(role, id, marks),
    'Trust, policies and boundary stay as they are. No run repairs, closes or deletes the role any more, and nobody is told when somebody changes it.',
  ].join('\n');
}

function describeFate(
  role: ObservedRole | undefined,
  id: RoleId | undefined,
  marks: readonly string[],
): string {
  if (!role) return 'The role does not exist; only the record ends.';
  if (role.id !== id)
    return 'Another role has its name now; azfed leaves that one alone, and only the record ends.';
  if (marks.length === 0) return 'The role has no tag of azfed; only the record ends.';
  return `azfed removes its tags from the role: ${marks.map(inert).join(', ')}.`;
}

function resultText(
  { options, terminal }: Invocation,
  { account, roleArn, roleId, marks, by }: Release,
  { connections }: KeptRole,
): string {
  const flag = localFlag(options);
  if (options.json)
    return jsonText({
      schemaVersion: 1,
      released: {
        roleArn,
        account: account.id,
        ...(roleId === undefined ? {} : { roleId }),
        connections: connections.map(({ connectionId, references }) => ({
          id: connectionId,
          name: displayName(references),
        })),
        removedTags: marks,
        by,
      },
    });
  const lines = [
    `Released: ${inert(roleArn)}`,
    `azfed plan${flag} reports role.not-owned while a connection asks for it inside a grant. To manage it again: azfed adopt ${connections[0]?.connectionId ?? ''}${flag}`,
  ];
  return wrapLines(lines.join('\n'), terminal.columns);
}
