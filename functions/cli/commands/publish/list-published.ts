import { timeText } from '../../../../shared/domain/kernel/durations.ts';
import { ConfigError } from '../../../../shared/domain/kernel/errors.ts';
import type { ExitCode, Invocation } from '../../command-line/command.ts';
import type { Deployment } from '../../composition/deployment.ts';
import type { DeployedVersions } from '../../composition/published-configuration.ts';
import { personText } from '../../output/controls-text.ts';
import { createLayout, shortenArns, type Layout } from '../../output/layout.ts';
import { jsonText } from '../../output/sanitize.ts';
import { table, whole } from '../../output/table.ts';

/** Nobody goes back further. */
const MOST_SHOWN = 20;

/** The versions with what is known of each, newest first. */
export async function listPublished(
  { terminal, options }: Invocation,
  { ports, configuration: { accounts } }: Deployment,
  { numbers, versions }: DeployedVersions,
): Promise<ExitCode> {
  const { configuration } = await ports.state.readControls();
  const shown = [...numbers].reverse().slice(0, MOST_SHOWN);
  const rows = await Promise.all(
    shown.map(async (version) => ({
      version,
      ...(await describe(versions, version)),
      state: toState(version, numbers.at(-1) ?? 0, configuration),
    })),
  );
  terminal.result(
    options.json
      ? jsonText({ schemaVersion: 1, versions: rows })
      : listText(rows, createLayout(terminal, { accounts }, ports.clock.now())),
  );
  return 0;
}

async function describe(versions: DeployedVersions['versions'], version: number) {
  try {
    const { text: _, version: __, ...published } = await versions.read(version);
    return published;
  } catch (error) {
    if (error instanceof ConfigError) return { unreadable: error.message };
    throw error;
  }
}

type Row = { readonly version: number; readonly state: string } & Awaited<ReturnType<typeof describe>>;

function toState(
  version: number,
  newest: number,
  known: { readonly version: number; readonly refused?: number } | undefined,
): 'in force' | 'refused' | 'waiting' | 'earlier' {
  if (version === known?.version) return 'in force';
  if (version === known?.refused) return 'refused';
  return version === newest ? 'waiting' : 'earlier';
}

function listText(rows: readonly Row[], layout: Layout): string {
  if (rows.length === 0)
    return 'Nothing was published yet: the configuration that was deployed with the stack is in force.';
  return table(
    [
      ...[whole('VERSION'), whole('STATE'), whole('PUBLISHED'), 'BY'],
      { heading: 'SHA-256', leaves: 1 },
      'NOTE',
    ],
    rows.map((row) => [
      String(row.version),
      row.state,
      'at' in row ? timeText(row.at) : '',
      'at' in row ? shortenArns(personText(row.by), layout) : '',
      'at' in row ? row.sha256.slice(0, 12) : '',
      'at' in row
        ? row.rollbackOf === undefined
          ? ''
          : `version ${row.rollbackOf} again`
        : 'cannot be read',
    ]),
    layout.columns,
  );
}
