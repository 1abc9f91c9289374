import {
  findAccountListGap,
  type AccountListGap,
} from '../../../../shared/domain/configuration/account-list.ts';
import { createExecutionHistory } from '../../../../shared/adapters/azure-devops/pipelines.ts';
import { readDesiredState } from '../../../../shared/application/observe/observe.ts';
import type { Filter } from '../../../../shared/application/reporting/selection.ts';
import {
  createLocator,
  listFilterProblems,
  matchesPlace,
} from '../../../../shared/application/reporting/selection.ts';
import { displayName } from '../../../../shared/domain/azure-devops/service-connection.ts';
import { listUnread } from '../../../../shared/domain/findings/finding.ts';
import { counted } from '../../../../shared/domain/kernel/counted.ts';
import { InvariantError, describeFailure } from '../../../../shared/domain/kernel/errors.ts';
import { credentialLines } from '../../../../shared/domain/migration/credential-report.ts';
import { requireKnown } from '../../arguments/filter.ts';
import { sayUnread, type ExitCode, type Invocation } from '../../command-line/command.ts';
import type { Deployment } from '../../composition/deployment.ts';
import { confirm } from '../../console/approval-notes.ts';
import { deliverPending } from '../../console/notices.ts';
import { inert, printResult } from '../../output/sanitize.ts';
import { table } from '../../output/table.ts';
import { carryOutMigration, type ConfirmedMigration, type Migrated } from './key-migration-run.ts';
import { captureReading } from '../../../../shared/domain/kernel/result.ts';

/** Prepares one migration without writing anything. Throws ConfigError with what stands against it. */
export type Prepare = (connectionId: string) => Promise<ConfirmedMigration>;

interface Candidate {
  readonly connectionId: string;
  readonly connection: string;
  /** Empty: it names none, and no grant proposes one. */
  readonly roleArn: string;
  /** ISO time of the last job that named it; `null`: none is remembered; left out: not known. */
  readonly lastExecution?: string | null;
  /** Left out: it can be migrated now. */
  readonly objection?: string;
  readonly prepared?: ConfirmedMigration;
}

interface Outcome {
  readonly connectionId: string;
  readonly outcome: Migrated['outcome'] | 'failed';
}

/**
 * Every connection with keys that a filter selects: one table with the evidence, one question, then batch after batch. After a
 * batch in which one failed nothing more is begun; what was migrated is skipped the next time.
 */
export async function migrateAllKeys(
  invocation: Invocation,
  deployment: Deployment,
  prepare: Prepare,
  wanted: { readonly filter: Filter | undefined; readonly batch: number; readonly isDryRun: boolean },
): Promise<ExitCode> {
  const { terminal } = invocation;
  const { candidates, unread } = await listCandidates(deployment, prepare, wanted.filter);
  const accountList = findAccountListGap(deployment.configuration);
  sayUnread(terminal, unread);
  const ready = candidates.flatMap(({ prepared }) => prepared ?? []);
  if (ready.length === 0 || wanted.isDryRun) {
    showOutcome(invocation, { filter: wanted.filter, accountList }, candidates);
    return unread.length > 0 ? 3 : 0;
  }
  const text = `${candidatesText(candidates, terminal.columns)}\n`;
  const question = `Take ${counted(ready.length, 'connection')} from keys to OIDC?`;
  if (!(await confirm(invocation, { text, question }))) return 1;
  const done: Outcome[] = [];
  for (let at = 0; at < ready.length && done.every(isGood); at += wanted.batch)
    done.push(...(await migrateBatch(invocation, deployment, prepare, ready.slice(at, at + wanted.batch))));
  const notBegun = ready.slice(done.length).map(({ subject }) => subject.connection.id);
  showOutcome(invocation, { filter: wanted.filter, accountList }, candidates, { done, notBegun });
  const isUnknown = unread.length > 0 || done.some(({ outcome }) => outcome === 'unknown');
  return toExitCode(done, isUnknown);
}

function toExitCode(done: readonly Outcome[], isUnknown: boolean): ExitCode {
  if (done.some((one) => !isGood(one) && one.outcome !== 'unknown')) return 1;
  return isUnknown ? 3 : 0;
}

/** Left out: nothing was to be done. */
interface Carried {
  readonly done: readonly Outcome[];
  readonly notBegun: readonly string[];
}

function showOutcome(
  { terminal, options }: Invocation,
  { filter, accountList }: Readonly<{ filter: Filter | undefined; accountList: AccountListGap | undefined }>,
  candidates: readonly Candidate[],
  carried?: Carried,
): void {
  const { done = [], notBegun = [] } = carried ?? {};
  const items = candidates.map(({ prepared, ...item }) => ({ ...item, isReady: prepared !== undefined }));
  const left = notBegun.length > 0 ? ` Not begun: ${notBegun.length}; run it again.` : '';
  const count = counted(done.length + notBegun.length, 'connection');
  const text = carried
    ? `Migrated: ${done.filter(isGood).length} of ${count}.${left}`
    : candidatesText(candidates, terminal.columns);
  const document = { schemaVersion: 1, filter: filter ?? null, accountList, items, results: done, notBegun };
  printResult({ terminal, options }, document, () => text);
}

const isGood = ({ outcome }: Outcome): boolean => outcome === 'as-ordered';

async function listCandidates(deployment: Deployment, prepare: Prepare, filter: Filter | undefined) {
  const { ports, configuration } = deployment;
  const desiredState = await readDesiredState(ports, configuration);
  if (filter) requireKnown(listFilterProblems(filter, desiredState, configuration));
  const locate = createLocator(desiredState, configuration);
  const lines = desiredState.inventories
    .flatMap((inventory) => credentialLines(configuration, inventory, ''))
    .filter(({ credentials }) => credentials === 'keys' || credentials === 'mixed')
    .filter(
      ({ connectionId, roleArn }) =>
        !filter || matchesPlace(filter, locate([connectionId], roleArn), configuration),
    );
  const candidates: Candidate[] = [];
  for (const { connectionId, connection, roleArn } of lines)
    candidates.push({ connection, ...(await examine(deployment, prepare, connectionId, roleArn)) });
  return { candidates, unread: listUnread(desiredState.desiredRoles.findings) };
}

async function examine(
  { operator }: Deployment,
  prepare: Prepare,
  connectionId: string,
  roleArn: string,
): Promise<Omit<Candidate, 'connection'>> {
  try {
    const prepared = await prepare(connectionId);
    const { organization, project, id } = prepared.subject.place;
    const history = createExecutionHistory(operator);
    const read = await captureReading(() => history.read(organization, project, id));
    const executions = read.state === 'complete' ? read.value : read;
    const last =
      executions.state === 'complete'
        ? (executions.value
            .map(({ at }) => at)
            .sort()
            .at(-1) ?? null)
        : undefined;
    return {
      ...{ connectionId, prepared, roleArn: prepared.plan.roleArn },
      ...(last === undefined ? {} : { lastExecution: last }),
    };
  } catch (error) {
    if (error instanceof InvariantError) throw error;
    return { connectionId, roleArn, objection: describeFailure(error).message };
  }
}

/** Prepares each again right before its turn: the one before it may have made the provider that its plan was to make. */
async function migrateBatch(
  invocation: Invocation,
  deployment: Deployment,
  prepare: Prepare,
  batch: readonly ConfirmedMigration[],
): Promise<readonly Outcome[]> {
  const done: Outcome[] = [];
  for (const agreed of batch) {
    const { id: connectionId, references } = agreed.subject.connection;
    try {
      const now = await prepare(connectionId);
      const { outcome, ...migrated } = addsNothing(now, agreed)
        ? await carryOutMigration(invocation.terminal, now)
        : { outcome: 'not-ready' as const, why: 'What AWS needs for it has changed since it was shown.' };
      if ('why' in migrated)
        invocation.terminal.problem(`${inert(displayName(references))}: ${inert(migrated.why)}`);
      done.push({ connectionId, outcome });
    } catch (error) {
      if (error instanceof InvariantError) throw error;
      invocation.terminal.problem(
        `${inert(displayName(references))}: ${inert(describeFailure(error).message)}`,
      );
      done.push({ connectionId, outcome: 'failed' });
    }
  }
  await deliverPending(deployment, invocation);
  return done;
}

/** Nothing is done that was not shown. */
function addsNothing(now: ConfirmedMigration, agreed: ConfirmedMigration): boolean {
  const shown = new Set(agreed.plan.planned.changes.map(({ id }) => id));
  return (
    now.plan.roleArn === agreed.plan.roleArn && now.plan.planned.changes.every(({ id }) => shown.has(id))
  );
}

function candidatesText(candidates: readonly Candidate[], columns?: number): string {
  if (candidates.length === 0) return 'No connection that is selected signs in with keys.';
  const rows = candidates.map(({ connection, roleArn, lastExecution, objection }) =>
    [
      connection,
      roleArn,
      lastExecution ?? (lastExecution === null ? 'never' : 'not known'),
      objection ?? 'ready',
    ].map(inert),
  );
  return table(['CONNECTION', { heading: 'ROLE', leaves: 1 }, 'LAST JOB', 'STATE'], rows, columns);
}
