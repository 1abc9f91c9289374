import { readReleases } from '../../../shared/application/checks/releases.ts';
import { judgeReleases, type JudgedPart } from '../../../shared/domain/doctor/releases.ts';
import type { ExitCode, Invocation, Verb } from '../command-line/command.ts';
import { openDeployment } from '../composition/deployment.ts';
import { inert, printResult } from '../output/sanitize.ts';
import { table, whole } from '../output/table.ts';
import { wrapLines } from '../output/text.ts';

export const versionVerb: Verb = (command, run) => {
  command
    .option(
      '--check',
      'compare the command, the functions and the roles in the accounts; exit with 2 where one lags',
      false,
    )
    .action(
      run((invocation, { check }: { readonly check: boolean }) =>
        check ? checkReleases(invocation) : Promise.resolve(sayVersion(invocation)),
      ),
    );
};

function sayVersion({ terminal, options, version }: Invocation): ExitCode {
  printResult({ terminal, options }, { schemaVersion: 1, version }, () => version);
  return 0;
}

async function checkReleases(invocation: Invocation): Promise<ExitCode> {
  const { ports, publication, configuration } = await openDeployment(invocation);
  const { terminal, version } = invocation;
  const parts = judgeReleases([
    { part: 'command', release: version },
    ...(await readReleases({ accounts: ports.accounts, stack: publication.stack }, configuration)),
  ]);
  printResult(invocation, { schemaVersion: 1, parts }, () => checkText(parts, terminal.columns));
  return toExitCode(parts);
}

const toExitCode = (parts: readonly JudgedPart[]): ExitCode => {
  if (parts.some(({ state }) => state === 'lags')) return 2;
  return parts.some(({ state }) => state === 'unknown') ? 3 : 0;
};

function checkText(parts: readonly JudgedPart[], columns?: number): string {
  const rows = parts.map(({ part, release, state, note = '' }) => [
    part,
    inert(release ?? '-'),
    state,
    inert(note),
  ]);
  const fixes = parts.filter(({ state }) => state === 'lags').map(({ part }) => findFix(part));
  return [
    table([whole('PART'), whole('RELEASE'), whole('STATE'), { heading: 'NOTE', wraps: true }], rows, columns),
    ...[...new Set(fixes)].map((fix) => wrapLines(fix, columns)),
  ].join('\n');
}

/** What brings a part to the newest release. */
function findFix(part: string): string {
  if (part === 'command') return 'Install the newest release of the command.';
  if (part === 'functions') return 'Deploy the stack of the hub with the newest release (docs/upgrade.md).';
  return 'Update the StackSet azfed-spoke with the template of the newest release (docs/upgrade.md).';
}
