import { Option } from 'commander';
import { statusRows } from '../../../../shared/application/reporting/connection-status.ts';
import { observe, readDesiredState } from '../../../../shared/application/observe/observe.ts';
import { inForce, scopeNames } from '../../../../shared/domain/guard/controls.ts';
import { countCoverage, listUnread } from '../../../../shared/domain/findings/finding.ts';
import type { Controls } from '../../../../shared/domain/records/deployment-record.ts';
import { guardView } from '../plan/interactive-plan.ts';
import type { Deployment } from '../../composition/deployment.ts';
import { openDeployment } from '../../composition/deployment.ts';
import { duration } from '../../arguments/scope-choice.ts';
import { controlsText } from '../../output/controls-text.ts';
import { inert, jsonLine, jsonText } from '../../output/sanitize.ts';
import { statusText } from '../../output/status-text.ts';
import type { Style } from '../../output/style.ts';
import type { DeploymentTable } from '../../composition/table-location.ts';
import { tableDocument } from '../../composition/table-location.ts';
import type { ExitCode, Invocation, Verb } from '../../command-line/command.ts';
import { localFlag, endUnread } from '../../command-line/command.ts';
import type { Sighting } from './watch-snapshot.ts';
import { watch } from './watch.ts';
import { credentialKinds } from '../../../../shared/domain/azure-devops/service-connection.ts';
import type { CredentialLine } from '../../../../shared/domain/migration/credential-report.ts';
import { credentialLines } from '../../../../shared/domain/migration/credential-report.ts';
import { table } from '../../output/table.ts';
import type { Terminal } from '../../console/terminal.ts';

interface StatusOptions {
  readonly credentials?: boolean;
  readonly watch?: boolean;
  /** Milliseconds. */
  readonly every: number;
}

/** Azure DevOps and IAM answer everybody less gladly when somebody asks more often. */
const LEAST_MS = 5_000;
const USUAL_MS = 15_000;

export const statusVerb: Verb = (command, run) => {
  command
    .addOption(
      new Option(
        '--credentials',
        'show one line for each AWS connection, granted or not, with the credentials that its pipelines use',
      ).conflicts('watch'),
    )
    .option(
      '--watch',
      'refresh the table and mark what has changed, until Ctrl-C; with --json: one document a line',
    )
    .addOption(
      new Option('--every <time>', 'with --watch: the interval, such as 15s or 5m; at least 5s')
        .argParser(duration(LEAST_MS))
        .default(USUAL_MS, '15s'),
    )
    .action(({ credentials, watch: isWatched, every: everyMs }: StatusOptions) =>
      run(async (invocation) => {
        const deployment = await openDeployment(invocation);
        if (credentials) return showCredentials(invocation, deployment);
        if (!isWatched) return showStatus(invocation, await observeConnection(deployment));
        const { clock } = deployment.ports;
        const { style } = invocation.terminal;
        return watch(invocation, {
          clock,
          everyMs,
          observe: async () =>
            buildObservation(
              await observeConnection(deployment),
              clock.now(),
              style,
              localFlag(invocation.options),
            ),
        });
      }),
    );
};

type Seen = Awaited<ReturnType<typeof observeConnection>>;

/** As an automatic run would see it. Who caused what is not asked: CloudTrail answers slowly, and nothing of it is shown. */
async function observeConnection(deployment: Deployment & { readonly table: DeploymentTable }) {
  const { ports, configuration } = deployment;
  const [snapshot, recordedControls] = await Promise.all([
    observe(ports, configuration),
    ports.state.readControls(),
  ]);
  const sight = { snapshot, controls: recordedControls, actor: undefined };
  const controls = inForce(recordedControls, ports.clock.now());
  return {
    rows: statusRows(guardView(deployment, sight, { trigger: 'schedule' }), controls),
    controls,
    names: scopeNames(configuration, snapshot.recorded),
    isPartial: snapshot.plan.isPartial,
    coverage: countCoverage(snapshot.plan.findings),
    unread: listUnread(snapshot.plan.findings),
    requests: snapshot.reads,
    table: deployment.table.place(),
  };
}

function showStatus({ terminal, options }: Invocation, seen: Seen): ExitCode {
  const { rows, controls, names, isPartial, unread } = seen;
  const above = controlsText(controls, names, terminal.style, localFlag(options));
  terminal.result(
    options.json
      ? jsonText(toDocument(seen))
      : [...(above === '' ? [] : [above]), statusText(rows, isPartial, terminal.columns)].join('\n\n'),
  );
  for (const message of unread) terminal.problem(`Could not be read: ${inert(message)}`);
  if (isPartial) return 3;
  return rows.some(({ failing }) => failing) ? 2 : 0;
}

function buildObservation(
  seen: Seen,
  now: number,
  style: Style,
  flag: string,
): Sighting & { readonly line: string } {
  const { rows, controls, names, unread, requests } = seen;
  return {
    rows,
    unread,
    requests,
    controls: controlsText(controls, names, style, flag),
    line: jsonLine({ observedAt: new Date(now).toISOString(), ...toDocument(seen) }),
  };
}

function toDocument({ rows, controls, isPartial, coverage, table }: Seen) {
  return {
    schemaVersion: 1,
    isPartial,
    coverage,
    table: tableDocument(table),
    controls: controlsDocument(controls),
    connections: rows,
  };
}

function controlsDocument({ bootstrapped, pauses, breakers, approvals }: Controls) {
  return { bootstrapped: bootstrapped ?? null, pauses, breakers, approvals };
}

/** One line for each AWS connection, granted or not: what pipelines sign in with. Reads Azure DevOps alone. */
async function showCredentials(
  invocation: Invocation,
  { ports, configuration }: Deployment,
): Promise<ExitCode> {
  const { inventories, desiredRoles } = await readDesiredState(ports, configuration);
  const { terminal, options } = invocation;
  const lines = inventories
    .flatMap((inventory) => credentialLines(configuration, inventory, localFlag(options)))
    .sort(inOrder);
  const isPartial = listUnread(desiredRoles.findings).length > 0;
  terminal.result(
    options.json
      ? jsonText({ schemaVersion: 1, isPartial, connections: lines })
      : credentialsText(lines, isPartial, terminal),
  );
  return isPartial ? endUnread(invocation, desiredRoles.findings) : 0;
}

function inOrder(a: CredentialLine, b: CredentialLine): number {
  const rank = ({ credentials }: CredentialLine) => credentialKinds.indexOf(credentials);
  return rank(a) - rank(b) || (a.connection < b.connection ? -1 : 1);
}

function credentialsText(
  lines: readonly CredentialLine[],
  isPartial: boolean,
  { style, columns }: Terminal,
): string {
  if (lines.length === 0)
    return isPartial
      ? 'Nothing can be said: not everything could be read.'
      : 'There is no AWS service connection that can be seen.';
  const cells = lines.map(({ connection, credentials, isDisabled, roleArn, next }) =>
    [connection, isDisabled ? `${credentials} (disabled)` : credentials, roleArn, next ?? ''].map(inert),
  );
  const counts = credentialKinds.flatMap((kind) => {
    const count = lines.filter(({ credentials }) => credentials === kind).length;
    return count > 0 ? [`${count} ${kind}`] : [];
  });
  return [
    table(['CONNECTION', 'CREDENTIALS', 'ROLE', 'NEXT'], cells, columns),
    style.bold(counts.join(', ')),
  ].join('\n\n');
}
