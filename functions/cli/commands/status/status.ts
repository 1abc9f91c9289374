import { findAccountListGap } from '../../../../shared/domain/configuration/account-list.ts';
import { Option } from 'commander';
import type { ConnectionStatus } from '../../../../shared/application/observe/connection-status.ts';
import { listStatusRows } from '../../../../shared/application/observe/connection-status.ts';
import type { Filter } from '../../../../shared/application/reporting/selection.ts';
import {
  createLocator,
  listFilterProblems,
  matchesPlace,
} from '../../../../shared/application/reporting/selection.ts';
import type { FilterOptions } from '../../arguments/filter.ts';
import {
  addFilterOptions,
  formatFilter,
  readFilter,
  refuseStates,
  requireKnown,
} from '../../arguments/filter.ts';
import { selectStateWord } from '../../../../shared/application/reporting/state-words.ts';
import { parseRoleArn } from '../../../../shared/domain/kernel/arn.ts';
import { readControls } from '../../../../shared/application/records/controls.ts';
import { observe, readDesiredState } from '../../../../shared/application/observe/observe.ts';
import { canApprove } from '../../../../shared/domain/configuration/people.ts';
import { inForce, scopeNames } from '../../../../shared/domain/guard/controls.ts';
import { countCoverage, listUnread } from '../../../../shared/domain/findings/finding.ts';
import { guardView, selectFromView } from '../plan/interactive-plan.ts';
import { openDeployment, type Deployment } from '../../composition/deployment.ts';
import { duration } from '../../arguments/scope-choice.ts';
import { controlsText, decisionDocument, type ShownControls } from '../../output/controls-text.ts';
import { inert, jsonLine, printResult } from '../../output/sanitize.ts';
import { createLayout, shortenArns, type Layout } from '../../output/layout.ts';
import { countStates, emptyText, statusText } from '../../output/status-text.ts';
import { tableDocument, type DeploymentTable } from '../../composition/table-location.ts';
import type { ExitCode, Invocation, Verb } from '../../command-line/command.ts';
import { localFlag, endUnread, sayUnread } from '../../command-line/command.ts';
import type { StatusReading } from './watch-snapshot.ts';
import { watch } from './watch.ts';
import { credentialKinds } from '../../../../shared/domain/azure-devops/service-connection.ts';
import type { CredentialLine } from '../../../../shared/domain/migration/credential-report.ts';
import { credentialLines } from '../../../../shared/domain/migration/credential-report.ts';
import { table, whole } from '../../output/table.ts';
import { counted } from '../../../../shared/domain/kernel/counted.ts';
import { formatInstant } from '../../../../shared/domain/kernel/durations.ts';

interface StatusOptions extends FilterOptions {
  readonly credentials?: boolean;
  readonly watch?: boolean;
  /** Milliseconds. */
  readonly every: number;
}

/** Azure DevOps and IAM answer everybody less gladly when somebody asks more often. */
const LEAST_MS = 5_000;
const USUAL_MS = 15_000;

export const statusVerb: Verb = (command, run) => {
  addFilterOptions(command)
    .addOption(
      new Option(
        '--credentials',
        'show one line for each AWS connection, granted or not, with the credentials that its pipelines use',
      ).conflicts('watch'),
    )
    .option(
      '--watch',
      'refresh the table and mark what has changed, until Ctrl-C; where nothing can be drawn on, append what has changed; with --json: one document a line',
    )
    .addOption(
      new Option('--every <time>', 'with --watch: the interval, such as 15s or 5m; at least 5s')
        .argParser(duration(LEAST_MS))
        .default(USUAL_MS, '15s'),
    )
    .action(
      run(async (invocation, { credentials, watch: isWatched, every: everyMs, ...typed }: StatusOptions) => {
        const deployment = await openDeployment(invocation);
        const filter = readFilter(typed);
        if (credentials) refuseStates(filter, '--credentials');
        if (credentials) return showCredentials(invocation, deployment, filter);
        if (!isWatched) return showStatus(invocation, await observeConnection(deployment, filter));
        const { clock } = deployment.ports;
        return watch(invocation, {
          clock,
          everyMs,
          observe: async () => buildObservation(await observeConnection(deployment, filter), invocation),
        });
      }),
    );
};

type Seen = Awaited<ReturnType<typeof observeConnection>>;

/** As an automatic run would see it. Who caused what is not asked: CloudTrail answers slowly, and nothing of it is shown. */
async function observeConnection(
  deployment: Deployment & { readonly table: DeploymentTable },
  filter?: Filter,
) {
  const { ports, configuration } = deployment;
  const [snapshot, recordedControls] = await Promise.all([
    observe(ports, configuration),
    readControls(ports.state, configuration.accounts),
  ]);
  const view = { snapshot, controls: recordedControls, actor: undefined };
  const now = ports.clock.now();
  const running = inForce(recordedControls, now);
  const { people } = configuration;
  const approvals = running.approvals.map((one) => ({ ...one, counts: canApprove(people, one.by) }));
  const controls = { ...running, approvals };
  const all = listStatusRows(configuration, guardView(deployment, view, { trigger: 'schedule' }), controls);
  const selection = filter && selectFromView(deployment, view, filter);
  const rows = selection ? all.filter((row) => selection.includesRow(row)) : all;
  return {
    rows,
    filter,
    notShown: all.length - rows.length,
    now,
    accounts: configuration.accounts,
    controls,
    names: scopeNames(configuration, snapshot.recorded),
    isPartial: snapshot.plan.isPartial,
    accountList: findAccountListGap(configuration),
    coverage: countCoverage(snapshot.plan.findings),
    unread: listUnread(snapshot.plan.findings),
    requests: snapshot.reads,
    table: deployment.table.place(),
  };
}

function showStatus({ terminal, options }: Invocation, seen: Seen): ExitCode {
  const { rows, controls, names, isPartial, unread } = seen;
  const layout = createLayout(terminal, seen, seen.now);
  const held = controlsText(controls, names, layout, localFlag(options));
  const isNone = seen.filter !== undefined && rows.length === 0;
  const shown = isNone ? 'The filter selects no connection.' : statusText(rows, isPartial, layout);
  const [summary = '', ...others] = shown.split('\n\n');
  printResult({ terminal, options }, toDocument(seen), () =>
    [summary, ...(held === '' ? [] : [held]), ...others].join('\n\n'),
  );
  if (seen.filter)
    terminal.note(
      `Only ${inert(formatFilter(seen.filter))}. Not shown: ${counted(seen.notShown, 'connection')}.`,
    );
  sayUnread(terminal, unread);
  if (isPartial) return 3;
  return rows.some(({ failing }) => failing) ? 2 : 0;
}

function buildObservation(
  seen: Seen,
  { terminal, options }: Invocation,
): StatusReading & { readonly line: string } {
  const { rows, controls, names, unread, requests, accounts, now } = seen;
  const layout = createLayout(terminal, seen, now);
  return {
    rows,
    unread,
    requests,
    accounts,
    controls: controlsText(controls, names, layout, localFlag(options)),
    line: jsonLine({ observedAt: formatInstant(now), ...toDocument(seen) }),
  };
}

function toDocument({ rows, controls, isPartial, accountList, coverage, table, accounts, ...seen }: Seen) {
  const names = new Map<string, string | undefined>(accounts.map(({ id, name }) => [id, name]));
  return {
    schemaVersion: 1,
    isPartial,
    ...(accountList && { accountList }),
    coverage,
    table: tableDocument(table),
    controls: controlsDocument(controls),
    ...(seen.filter ? { filter: seen.filter, notShown: seen.notShown } : {}),
    summary: Object.fromEntries(countStates(rows)),
    connections: rows.map((row) => toConnectionDocument(row, names)),
  };
}

/** `status` is the word that people read; `state` says more exactly what azfed would do. */
function toConnectionDocument(row: ConnectionStatus, names: ReadonlyMap<string, string | undefined>) {
  const account = parseRoleArn(row.roleArn)?.account;
  const name = account === undefined ? undefined : names.get(account);
  return {
    ...row,
    status: selectStateWord(row),
    ...(account === undefined ? {} : { account }),
    ...(name === undefined ? {} : { accountName: name }),
  };
}

function controlsDocument({ bootstrapped, pauses, breakers, approvals }: ShownControls) {
  return decisionDocument({ bootstrapped: bootstrapped ?? null, pauses, breakers, approvals });
}

/** One line for each AWS connection, granted or not: what pipelines sign in with. Reads Azure DevOps alone. */
async function showCredentials(
  invocation: Invocation,
  { ports, configuration }: Deployment,
  filter: Filter | undefined,
): Promise<ExitCode> {
  const desiredState = await readDesiredState(ports, configuration);
  const { inventories, desiredRoles } = desiredState;
  const { terminal, options } = invocation;
  if (filter) requireKnown(listFilterProblems(filter, desiredState, configuration));
  const locate = createLocator(desiredState, configuration);
  const lines = inventories
    .flatMap((inventory) => credentialLines(configuration, inventory, localFlag(options)))
    .filter(
      ({ connectionId, roleArn }) =>
        !filter || matchesPlace(filter, locate([connectionId], roleArn), configuration),
    )
    .sort(inOrder);
  const isPartial = listUnread(desiredRoles.findings).length > 0;
  const accountList = findAccountListGap(configuration);
  printResult(invocation, { schemaVersion: 1, isPartial, accountList, connections: lines }, () =>
    credentialsText(lines, isPartial, createLayout(terminal, configuration, ports.clock.now())),
  );
  return isPartial ? endUnread(invocation, desiredRoles.findings) : 0;
}

function inOrder(a: CredentialLine, b: CredentialLine): number {
  const rank = ({ credentials }: CredentialLine) => credentialKinds.indexOf(credentials);
  return rank(a) - rank(b) || (a.connection < b.connection ? -1 : 1);
}

function credentialsText(lines: readonly CredentialLine[], isPartial: boolean, layout: Layout): string {
  if (lines.length === 0) return emptyText(isPartial);
  const { style, columns } = layout;
  const cells = lines.map(({ connection, credentials, isDisabled, roleArn }) =>
    [connection, isDisabled ? `${credentials} (disabled)` : credentials, shortenArns(roleArn, layout)].map(
      inert,
    ),
  );
  const counts = credentialKinds.flatMap((kind) => {
    const count = lines.filter(({ credentials }) => credentials === kind).length;
    return count > 0 ? [`${count} ${kind}`] : [];
  });
  const steps = lines.flatMap(({ next }) => (next === null ? [] : [`  ${inert(next)}`]));
  return [
    `${style.bold(`${counted(lines.length, 'AWS connection')}:`)} ${counts.join(', ')}`,
    table(['CONNECTION', whole('CREDENTIALS'), { heading: 'ROLE', leaves: 1 }], cells, columns),
    ...(steps.length > 0 ? [['To take the keys away:', ...steps].join('\n')] : []),
  ].join('\n\n');
}
