import type { ConnectionStatus } from '../../../shared/application/connection-status.ts';
import { statusRows } from '../../../shared/application/connection-status.ts';
import { planPass } from '../../../shared/application/reconcile.ts';
import type { Configuration } from '../../../shared/domain/configuration.ts';
import { inForce } from '../../../shared/domain/controls.ts';
import { unreadIn } from '../../../shared/domain/finding.ts';
import { scopeNames } from '../../../shared/domain/pause-sentence.ts';
import type { RecordedConnection } from '../../../shared/domain/recorded.ts';
import type { Controls } from '../../../shared/domain/recorded-controls.ts';
import { showCredentials } from '../credential-status.ts';
import { openDeployment } from '../deployment.ts';
import { controlsText } from '../render/controls-text.ts';
import { inert, jsonText } from '../render/inert.ts';
import { retirementText } from '../render/retirement-text.ts';
import type { Style } from '../render/style.ts';
import { table } from '../render/table.ts';
import type { Verb } from '../verb.ts';

interface StatusOptions {
  readonly credentials?: boolean;
}

export const statusVerb: Verb = (command, run) => {
  command
    .option('--credentials', 'one line for each AWS connection, granted or not: what pipelines sign in with')
    .action(({ credentials }: StatusOptions) =>
      run(async (invocation) => {
        const deployment = await openDeployment(invocation);
        if (credentials) return showCredentials(invocation, deployment);
        const { ports, configuration } = deployment;
        const planned = await planPass(ports, configuration, { trigger: 'schedule' });
        const { plan, recorded } = planned.look;
        const controls = inForce(planned.controls, ports.clock.now());
        const rows = statusRows(planned, controls);
        const { terminal, options } = invocation;
        terminal.result(
          options.json
            ? jsonText({
                schemaVersion: 1,
                isPartial: plan.isPartial,
                controls: controlsDocument(controls),
                connections: rows,
              })
            : [
                ...headerText(controls, configuration, recorded, terminal.style),
                statusText(rows, plan.isPartial, terminal.columns),
              ].join('\n\n'),
        );
        for (const message of unreadIn(plan.findings))
          terminal.problem(`Could not be read: ${inert(message)}`);
        return plan.isPartial ? 3 : 0;
      }),
    );
};

function controlsDocument({ bootstrapped, pauses, breakers, approvals }: Controls) {
  return { bootstrapped: bootstrapped ?? null, pauses, breakers, approvals };
}

function headerText(
  controls: Controls,
  configuration: Configuration,
  recorded: readonly RecordedConnection[],
  style: Style,
): readonly string[] {
  const text = controlsText(controls, scopeNames(configuration, recorded), style);
  return text === '' ? [] : [text];
}

function statusText(rows: readonly ConnectionStatus[], isPartial: boolean, columns?: number): string {
  if (rows.length === 0 && isPartial) return 'Nothing can be said: not everything could be read.';
  if (rows.length === 0)
    return 'No connection is federated, and none asks for it inside a grant. See: azfed plan';
  const cells = rows.map((row) =>
    [row.connection, stateText(row), row.roleArn, row.findings.join(', ')].map(inert),
  );
  return table(['CONNECTION', 'STATE', 'ROLE', 'FINDINGS'], cells, columns);
}

function stateText({ state, held, retirement }: ConnectionStatus): string {
  const since = retirement ? retirementText(state, retirement) : state;
  return held ? `${since} (${held})` : since;
}
