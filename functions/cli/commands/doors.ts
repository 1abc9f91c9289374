import { findAccountListGap } from '../../../shared/domain/configuration/account-list.ts';
import { matchesAny } from '../../../shared/domain/configuration/grant-coverage.ts';
import { ConfigError } from '../../../shared/domain/kernel/errors.ts';
import { complete } from '../../../shared/domain/kernel/result.ts';
import { systemClock } from '../../../shared/adapters/system/system-clock.ts';
import type { Door, DoorReport } from '../../../shared/application/checks/doors.ts';
import {
  addUses,
  listDoors,
  readProjectNames,
  readTrusts,
} from '../../../shared/application/checks/doors.ts';
import { chooseKnownAccounts } from '../arguments/account-choice.ts';
import { addPlaceOptions, requireKnown, type PlaceOptions } from '../arguments/filter.ts';
import { parseRegions } from '../arguments/regions.ts';
import { sayUnread, type ExitCode, type Invocation, type Verb } from '../command-line/command.ts';
import { openTrusts } from '../composition/trusts.ts';
import { formatDoors } from '../output/doors-text.ts';
import { createLayout, type Layout } from '../output/layout.ts';
import { printResult } from '../output/sanitize.ts';

interface DoorOptions extends Pick<PlaceOptions, 'account' | 'project'> {
  readonly uses?: boolean;
  readonly region?: string;
}

export const doorsVerb: Verb = (command, run) => {
  addPlaceOptions(command, '', ['project', 'account'])
    .option('--uses', 'ask CloudTrail when each subject assumed the role; 90 days back')
    .option(
      '--region <list>',
      'with --uses: the Regions in which pipelines call STS, separated by commas; default: the home Region of the partition',
    )
    .action(run(showDoors));
};

/** Reads alone. What could not be read makes the answer partial: an empty table proves nothing then. */
async function showDoors(invocation: Invocation, options: DoorOptions): Promise<ExitCode> {
  const regions = parseUseRegions(options);
  const { configuration, ports } = await openTrusts(invocation);
  const accounts = chooseKnownAccounts(configuration, options.account);
  try {
    const trusts = await readTrusts(ports, accounts, configuration);
    const all = listDoors(trusts);
    const missing = listMissing(all, options.project);
    const projects =
      missing.length === 0
        ? complete([])
        : await readProjectNames(ports.connections, configuration.organizations, trusts);
    if (projects.state === 'complete') refuseUnknown(missing, projects.value);
    else sayUnread(invocation.terminal, [projects.message]);
    const chosen = { ...all, doors: all.doors.filter((door) => isOfProject(door, options.project)) };
    const search = { roleUses: ports.roleUses, accounts, now: systemClock.now(), regions };
    const report = options.uses ? await addUses(chosen, search) : chosen;
    const accountList = findAccountListGap(configuration);
    const isPartial = report.isPartial || accountList?.isOpen === true || projects.state === 'unknown';
    const shown = { ...report, ...(accountList && { accountList }), isPartial };
    printReport(invocation, shown, createLayout(invocation.terminal, configuration, systemClock.now()));
    return isPartial ? 3 : 0;
  } finally {
    ports.accounts.close();
  }
}

/** Throws ConfigError. */
function parseUseRegions({ region, uses = false }: DoorOptions): readonly string[] {
  if (region === undefined || uses) return parseRegions(region);
  throw new ConfigError({
    where: 'azfed doors',
    what: '--region says where to look for uses, and --uses is not given.',
    fix: 'Add --uses, or leave out --region.',
  });
}

/** What is typed without a pattern, and no door is of. */
const listMissing = ({ doors }: DoorReport, typed: readonly string[] = []): readonly string[] =>
  typed.filter((name) => !/[*?]/.test(name) && !doors.some((door) => isOfProject(door, [name])));

/** A project without a door is good news; one that there is not would look the same. Throws ConfigError. */
function refuseUnknown(missing: readonly string[], known: readonly string[]): void {
  const unknown = missing.filter((name) => !known.includes(name));
  requireKnown(unknown.map((value) => ({ kind: 'project', value, known: [...new Set(known)].sort() })));
}

function printReport({ terminal, options }: Invocation, report: DoorReport, layout: Layout): void {
  const document = {
    schemaVersion: 1,
    ...report,
    doors: report.doors.map(({ subject, match, ...door }) => ({
      ...door,
      match,
      subject: match === 'any' ? null : subject,
    })),
  };
  printResult({ terminal, options }, document, () => formatDoors(report, layout));
}

/** A pattern or a missing subject may be of any project: those are shown as long as a connection of the project matches. */
function isOfProject({ subject, holder }: Door, projects: readonly string[] = []): boolean {
  if (projects.length === 0) return true;
  const named = /^(?:sc|p):\/\/[^/]*\/([^/]*)\//.exec(subject)?.[1];
  const held = holder.state === 'connection' ? holder.connections.map(({ project }) => project) : [];
  return [...(named === undefined ? [] : [named]), ...held].some((one) => matchesAny(projects, one));
}
