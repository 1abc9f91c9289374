import { findAccountListGap } from '../../../../shared/domain/configuration/account-list.ts';
import { observe, readDesiredState, type Snapshot } from '../../../../shared/application/observe/observe.ts';
import type { ConnectionStatus } from '../../../../shared/application/observe/connection-status.ts';
import type { Filter } from '../../../../shared/application/reporting/selection.ts';
import { addFilterOptions, readFilter, requireOneWay, type FilterOptions } from '../../arguments/filter.ts';
import { selectConnections, planPartInteractively } from '../plan/interactive-plan.ts';
import { ConfigError, InvariantError, describeFailure } from '../../../../shared/domain/kernel/errors.ts';
import { listUnread } from '../../../../shared/domain/findings/finding.ts';
import { listIssuerStatuses, type IssuerStatus } from '../../../../shared/domain/migration/issuer-status.ts';
import { confirm } from '../../console/approval-notes.ts';
import { executePlan } from '../apply/apply-plan.ts';
import { openDeployment, type Deployment } from '../../composition/deployment.ts';
import type { IssuerSubject, IssuerUses } from './issuer-migration.ts';
import { findIssuerSubject, readIssuerUses, recordWord } from './issuer-migration.ts';
import { inert, jsonText, printResult } from '../../output/sanitize.ts';
import { table, whole } from '../../output/table.ts';
import { selectRunScope } from '../../arguments/scope-choice.ts';
import {
  endUnread,
  sayUnread,
  type ExitCode,
  type Invocation,
  type Verb,
} from '../../command-line/command.ts';

interface IssuerOptions extends FilterOptions {
  readonly finish?: boolean;
  readonly undo?: boolean;
  readonly unproven?: boolean;
}

export const migrateIssuerVerb: Verb = (command, run) => {
  addFilterOptions(command)
    .argument(
      '[connection]',
      'id, project/name, or a name that only one connection has; default: every connection, or those that the filter selects',
    )
    .option('--finish', 'accept no more tokens of vstoken: remove its statement from the trust')
    .option('--undo', 'accept the tokens of vstoken again')
    .option('--unproven', 'finish even if no token of the new issuer was accepted yet')
    .action(run(migrateIssuer));
};

async function migrateIssuer(
  invocation: Invocation,
  typed: string | undefined,
  options: IssuerOptions,
): Promise<ExitCode> {
  const changes = [options.finish, options.undo].filter((isTyped) => isTyped === true);
  const isChange = changes.length > 0;
  const filter = readFilter(options);
  if (isChange || (typed !== undefined && filter)) requireOneWay(where, typed, filter);
  if (changes.length > 1) throw bothWays();
  const deployment = await openDeployment(invocation, isChange ? 'change' : 'read');
  if (typed !== undefined) return migrateOne(invocation, deployment, typed, options);
  if (!filter || !isChange) return showAll(invocation, deployment, filter);
  return changeSelected(invocation, deployment, filter, options);
}

const where = 'azfed migrate issuer';
const bothWays = () => new ConfigError({ where, what: '--finish and --undo at once.', fix: 'Choose one.' });

async function migrateOne(
  invocation: Invocation,
  deployment: Deployment,
  typed: string,
  options: IssuerOptions,
): Promise<ExitCode> {
  const subject = await findIssuerSubject(deployment, typed);
  if (options.finish) return finish(invocation, deployment, subject, options.unproven === true);
  return options.undo ? undo(invocation, deployment, subject) : showOne(invocation, deployment, subject);
}

/** Each with its own evidence and its own question; what stands against one stops no other. */
async function changeSelected(
  invocation: Invocation,
  deployment: Deployment,
  filter: Filter,
  options: IssuerOptions,
): Promise<ExitCode> {
  const { terminal } = invocation;
  const { rows, snapshot } = await selectConnections(deployment, filter);
  const chosen = selectStatuses(snapshot, rows);
  const outcomes: { readonly connectionId: string; readonly exitCode: ExitCode }[] = [];
  // One document for all: that of each is left out.
  const quiet = { ...invocation, terminal: { ...terminal, result: () => undefined } };
  for (const { connectionId, connection } of chosen) {
    const each = invocation.options.json ? quiet : invocation;
    const exitCode = await migrateOne(each, deployment, connectionId, options).catch((error: unknown) => {
      if (error instanceof InvariantError) throw error;
      terminal.problem(`${inert(connection)}: ${inert(describeFailure(error).message)}`);
      return 1 as const;
    });
    outcomes.push({ connectionId, exitCode });
  }
  if (invocation.options.json) terminal.result(jsonText({ schemaVersion: 1, filter, connections: outcomes }));
  else if (chosen.length === 0) terminal.result('The filter selects no connection with a role.');
  const codes = outcomes.map(({ exitCode }) => exitCode);
  if (codes.includes(1)) return 1;
  return codes.includes(3) || listUnread(snapshot.plan.findings).length > 0 ? 3 : 0;
}

function selectStatuses(
  { desiredRoles, observations }: Pick<Snapshot, 'desiredRoles' | 'observations'>,
  rows?: readonly ConnectionStatus[],
): readonly IssuerStatus[] {
  const ids = rows && new Set(rows.map(({ connectionId }) => connectionId));
  return listIssuerStatuses(desiredRoles.targets, observations).filter(
    ({ connectionId }) => ids?.has(connectionId) ?? true,
  );
}

async function showAll(
  { terminal, options }: Invocation,
  deployment: Deployment,
  filter: Filter | undefined,
): Promise<ExitCode> {
  const { rows, snapshot } = filter
    ? await selectConnections(deployment, filter)
    : { rows: undefined, snapshot: await observe(deployment.ports, deployment.configuration) };
  const statuses = selectStatuses(snapshot, rows);
  const unread = listUnread(snapshot.plan.findings);
  const accountList = findAccountListGap(deployment.configuration);
  printResult(
    { terminal, options },
    {
      schemaVersion: 1,
      isPartial: unread.length > 0,
      accountList,
      connections: statuses.map(toDocument),
    },
    () => statusesText(statuses, terminal.columns),
  );
  sayUnread(terminal, unread);
  return unread.length > 0 ? 3 : 0;
}

function statusesText(statuses: readonly IssuerStatus[], columns?: number): string {
  if (statuses.length === 0) return 'No connection is federated, and none asks for it inside a grant.';
  const cells = statuses.map((one) => [one.connection, ...listFacts(one), describeNextStep(one)].map(inert));
  return table(
    [
      'CONNECTION',
      'CHOSEN',
      { heading: 'LETS IN', leaves: 2 },
      { heading: 'TRUST', leaves: 1 },
      whole('NEXT'),
    ],
    cells,
    columns,
  );
}

const listFacts = ({ chosen, trusted, trustSize, trustLength }: IssuerStatus) => [
  chosen.join(' + '),
  trusted === undefined ? 'not read' : trusted.join(' + ') || 'nobody',
  trustLength === undefined ? String(trustSize) : `${trustSize} of ${trustLength}`,
];

/** What brings the connection nearer to its new issuer. */
function describeNextStep({ chosen, trusted, connectionId }: IssuerStatus): string {
  if (!chosen.includes('entra')) return 'issuer: both, in the configuration';
  if (trusted === undefined || chosen.some((name) => !trusted.includes(name))) return 'azfed apply';
  if (chosen.includes('vstoken')) return `azfed migrate issuer ${connectionId} --finish`;
  return trusted.includes('vstoken') ? 'azfed apply' : 'done';
}

const toDocument = ({ trusted, trustLength, ...one }: IssuerStatus) => ({
  ...one,
  trusted: trusted ?? null,
  trustLength: trustLength ?? null,
});

async function showOne(
  invocation: Invocation,
  deployment: Deployment,
  subject: IssuerSubject,
): Promise<ExitCode> {
  const uses = await readIssuerUses(deployment, subject);
  const { status, snapshot } = subject;
  printResult(invocation, { schemaVersion: 1, ...toDocument(status), uses }, () =>
    [statusesText([status], invocation.terminal.columns), '', ...usesText(uses)].join('\n'),
  );
  if (listUnread(snapshot.plan.findings).length > 0) return endUnread(invocation, snapshot.plan.findings);
  return uses.state === 'unknown' ? 3 : 0;
}

function usesText(uses: IssuerUses): readonly string[] {
  if (uses.state === 'unknown') return [`CloudTrail could not be read: ${inert(uses.message)}`];
  return Object.entries(uses.value).map(
    ([name, at]) => `  last token of ${name} that got in: ${at ?? 'none in the last 90 days'}`,
  );
}

/** The old issuer goes from this one connection, once the new one was seen at work. */
async function finish(
  invocation: Invocation,
  deployment: Deployment,
  subject: IssuerSubject,
  isUnproven: boolean,
): Promise<ExitCode> {
  const { status, snapshot } = subject;
  const { findings } = snapshot.plan;
  // Where everything was read, there is no role yet, which is an objection.
  if (status.trusted === undefined && listUnread(findings).length > 0) return endUnread(invocation, findings);
  const uses = await readIssuerUses(deployment, subject);
  const objection = findObjection(status, uses, isUnproven);
  if (objection) throw new ConfigError({ where: status.connection, ...objection });
  const text = [
    `${inert(status.connection)} does without the tokens of vstoken from now on:`,
    ...usesText(uses),
    `  ${inert(status.roleArn)} lets in tokens of Entra alone; --undo brings the others back`,
  ].join('\n');
  if (!(await confirm(invocation, { text, question: 'Does every pipeline of it get tokens of Entra?' })))
    return 1;
  return decideAndApply(invocation, deployment, subject, true);
}

function findObjection(
  { chosen, trusted = [] }: IssuerStatus,
  uses: IssuerUses,
  isUnproven: boolean,
): { readonly what: string; readonly fix: string } | undefined {
  if (!chosen.includes('entra'))
    return {
      what: 'Its tokens of Entra are not let in.',
      fix: 'Write `issuer: both` in the configuration, then: azfed apply',
    };
  if (!chosen.includes('vstoken'))
    return { what: 'It does without vstoken already.', fix: 'See: azfed migrate issuer' };
  if (!trusted.includes('entra'))
    return { what: 'The live trust does not let its tokens of Entra in yet.', fix: 'First: azfed apply' };
  if (isUnproven) return undefined;
  if (uses.state === 'unknown')
    return {
      what: `CloudTrail could not be read: ${uses.message}`,
      fix: 'Fix that, or say --unproven when you know it otherwise.',
    };
  if (uses.value.entra !== null && (uses.value.vstoken ?? '') <= uses.value.entra) return undefined;
  return {
    what: 'The last token that got in was none of Entra.',
    fix: 'Let a pipeline run (azfed verify CONNECTION --run), wait some minutes for CloudTrail, or say --unproven when you know it otherwise.',
  };
}

async function undo(
  invocation: Invocation,
  deployment: Deployment,
  subject: IssuerSubject,
): Promise<ExitCode> {
  const { item, status } = subject;
  if (item?.withoutIssuer === undefined)
    throw new ConfigError({
      where: status.connection,
      what: 'Nobody has taken an issuer from it.',
      fix: 'What is let in is what the configuration says; see: azfed migrate issuer',
    });
  const text = `${inert(status.connection)} is let in with tokens of vstoken again, as its configuration says.`;
  if (!(await confirm(invocation, { text, question: 'Let them in again?' }))) return 1;
  return decideAndApply(invocation, deployment, subject, false);
}

async function decideAndApply(
  invocation: Invocation,
  deployment: Deployment,
  subject: IssuerSubject,
  isTaken: boolean,
): Promise<ExitCode> {
  await recordWord(deployment, subject, isTaken);
  const again = await readDesiredState(deployment.ports, deployment.configuration);
  const planned = await planPartInteractively(deployment, again, selectRunScope(subject.chosen, again));
  return executePlan(invocation, deployment, planned, { isConfirmed: true });
}
