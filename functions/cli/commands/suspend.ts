import { Argument } from 'commander';
import { decide } from '../../../shared/application/records/records.ts';
import { listCoveredConnections, scopeNames } from '../../../shared/domain/guard/controls.ts';
import { pauseProblems, recordPause } from '../../../shared/domain/guard/controls-recording.ts';
import { ConfigError, listProblems } from '../../../shared/domain/kernel/errors.ts';
import type { RecordedConnection } from '../../../shared/domain/records/connection-record.ts';
import type { Pause, PauseScope } from '../../../shared/domain/records/deployment-record.ts';
import { selectConnectionIds } from './plan/interactive-plan.ts';
import { confirm } from '../console/approval-notes.ts';
import { openDeployment } from '../composition/deployment.ts';
import { decisionDocument, pauseText } from '../output/controls-text.ts';
import { counted } from '../../../shared/domain/kernel/counted.ts';
import { inert, printResult } from '../output/sanitize.ts';
import { selectLayout, shortenArns, type Layout } from '../output/layout.ts';
import { table } from '../output/table.ts';
import { wrapLines } from '../output/text.ts';
import { addFilterOptions, readFilter, type FilterOptions } from '../arguments/filter.ts';
import { chooseScopes, readRecords, scopeKinds, type TypedScope } from '../arguments/scope-choice.ts';
import { deliverPending } from '../console/notices.ts';
import type { ExitCode, Invocation, Verb } from '../command-line/command.ts';
import { displayName } from '../../../shared/domain/azure-devops/service-connection.ts';
import { parseDuration, type Instant } from '../../../shared/domain/kernel/durations.ts';

interface SuspendOptions extends FilterOptions {
  readonly until?: string;
  readonly reason?: string;
}

export const suspendVerb: Verb = (command, run) => {
  addFilterOptions(command, 'with connection: ')
    .addArgument(new Argument('<what>', 'the scope of the suspension').choices(scopeKinds))
    .argument('[name]', 'its name or id; for a connection also project/name; none with a filter')
    .option('--until <time>', '30m, 4h, 2d, or 2026-11-22T18:00Z; at most 7 days')
    .option('--reason <text>', 'why; azfed shows it wherever the suspension blocks a change')
    .action(
      run((invocation, of: TypedScope['of'], name: string | undefined, options: SuspendOptions) =>
        suspend(invocation, { of, name }, options),
      ),
    );
};

async function suspend(
  invocation: Invocation,
  typed: TypedScope,
  { until = '', reason = '', ...places }: SuspendOptions,
): Promise<ExitCode> {
  const deployment = await openDeployment(invocation, 'change');
  const { ports, configuration } = deployment;
  const now = ports.clock.now();
  const [records, by = ''] = await Promise.all([readRecords(deployment), ports.callers.caller()]);
  const end = { until: parseEndTime(until, now), reason };
  const choice = chooseScopes(typed, deployment, records, readFilter(places), (filter) =>
    selectConnectionIds(deployment, filter),
  );
  const scopes = await withProblems(choice, pauseProblems(end, now));
  const pauses = scopes.map((scope): Pause => ({ scope, ...end, by, at: now }));
  const covered = scopes.flatMap((scope) => listCoveredConnections(scope, records.recorded));
  const names = scopeNames(configuration, records.recorded);
  const said = pauses.map((pause) => pauseText(pause, names)).join('\n');
  const text = promptText(said, covered, selectLayout(invocation, deployment));
  const prompt = { text, question: 'Suspend writes there?' };
  if (!(await confirm(invocation, prompt))) return 1;
  await decide(ports.state, (controls) =>
    pauses.reduce((known, pause) => recordPause(known, pause, now), controls),
  );
  await deliverPending(deployment, invocation);
  const { terminal } = invocation;
  printResult(
    invocation,
    {
      schemaVersion: 1,
      ...(typed.name === undefined && typed.of === 'connection'
        ? { suspensions: decisionDocument(pauses) }
        : { suspended: decisionDocument(pauses[0]) }),
      connections: covered.map(coveredConnection),
    },
    () => wrapLines(`Suspended: ${said}`, terminal.columns),
  );
  return 0;
}

/** All that is wrong at once, whatever of it is found first. Throws ConfigError. */
async function withProblems(
  choice: Promise<readonly PauseScope[]>,
  others: ConfigError['problems'],
): Promise<readonly PauseScope[]> {
  const scopes = await choice.catch((error: unknown) => {
    throw new ConfigError([...listProblems(error), ...others]);
  });
  if (others.length > 0) throw new ConfigError(others);
  return scopes;
}

function promptText(said: string, covered: readonly RecordedConnection[], layout: Layout): string {
  const rows = covered
    .map(coveredConnection)
    .map(({ connection, roleArn }) => ['', connection, shortenArns(roleArn, layout)].map(inert))
    .sort(([, a = ''], [, b = '']) => (a < b ? -1 : 1));
  return [
    said,
    'Nothing is written there, by hand or automatically; reads, findings and events go on.',
    ...(rows.length > 0
      ? [
          `It covers ${counted(rows.length, 'connection')} that azfed keeps:`,
          table(['', 'CONNECTION', { heading: 'ROLE', leaves: 1 }], rows, layout.columns),
        ]
      : ['It covers no connection that azfed keeps yet.']),
  ].join('\n');
}

function coveredConnection({ connectionId, references, role }: RecordedConnection) {
  return { connectionId, connection: displayName(references), roleArn: role?.arn ?? '' };
}

/** With its zone: a time without one would be another time on another machine. */
const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)$/;

/** When `4h`, `2d`, `30m` from now is, or a time as ISO 8601 has it; NaN, which is never later, when it is neither. */
export function parseEndTime(typed: string, now: Instant): number {
  const lasts = /^\d{1,6}[mhd]$/.test(typed) ? parseDuration(typed) : NaN;
  return isoTime.test(typed) ? Date.parse(typed) : now + lasts;
}
