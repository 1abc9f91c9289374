import type { ConfigurationProblem } from '../kernel/errors.ts';
import type { Reading } from '../kernel/result.ts';
import type { RecordedControls } from '../records/deployment-record.ts';
import { judging, type Check } from './check.ts';
import type { TableExamination, ClockReading } from './examination.ts';
import { formatDate, SECOND_MS } from '../kernel/durations.ts';

/** Each problem is a check of its own; without a configuration nothing else can be checked. */
export function invalidConfiguration(
  path: string,
  problems: readonly ConfigurationProblem[],
): readonly Check[] {
  const judge = judging(`configuration ${path}`);
  return problems.map(({ where, what, fix }) =>
    judge.failed('configuration.valid', `${where}: ${what}`, fix),
  );
}

export function validConfiguration(
  path: string,
  configuration: Readonly<Record<'organizations' | 'accounts' | 'grants', readonly unknown[]>>,
): Check {
  const { organizations, accounts, grants } = configuration;
  const says = `Organizations: ${organizations.length}; accounts: ${accounts.length}; grants: ${grants.length}.`;
  return judging(`configuration ${path}`).ok('configuration.valid', says);
}

export interface ExaminedTable {
  readonly name: string;
  /** `account 111122223333, region eu-central-1`, where that can be told. */
  readonly place?: string;
  readonly table: Reading<TableExamination>;
  /** How many connections are recorded. */
  readonly records: Reading<number>;
  readonly controls: Reading<RecordedControls>;
}

export function tableChecks({ name, place, table, records, controls }: ExaminedTable): readonly Check[] {
  const judge = judging(`table ${name}`);
  const missing = `There is no table ${name} ${place === undefined ? 'here' : `in ${place}`}.`;
  if (table.state === 'complete' && table.value.state !== 'ready') {
    const { state, problem = missing } = table.value;
    return [
      state === 'not-ready'
        ? judge.unknown('table.present', problem, waitFix)
        : judge.failed('table.present', problem),
      judge.untried('table.readable', 'the table is not there'),
      judge.untried('deployment.bootstrapped', 'the table is not there'),
    ];
  }
  // What may be read but not described is there all the same.
  const isRead = records.state === 'complete';
  return [
    table.state === 'complete' || isRead
      ? judge.ok('table.present', 'It has its indexes.')
      : judge.unread('table.present', table),
    isRead
      ? judge.ok('table.readable', `${records.value} recorded.`)
      : judge.unread('table.readable', records),
    ...(controls.state === 'complete' ? [bootstrappedCheck(judge, controls.value)] : []),
  ];
}

const waitFix = 'It is being made or changed: wait, and ask again.';

/** Not an error: somebody may want it to observe for years. */
function bootstrappedCheck(judge: ReturnType<typeof judging>, { bootstrapped }: RecordedControls): Check {
  return judge.ok(
    'deployment.bootstrapped',
    bootstrapped
      ? `Automatic runs may write since ${formatDate(bootstrapped.at)}.`
      : 'Automatic runs only observe. To let them write: azfed bootstrap',
  );
}
const WARNING_MS = 60 * SECOND_MS;
/** AWS refuses requests that are dated further off (General Reference, signing AWS API requests). */
const FAILURE_MS = 300 * SECOND_MS;

/** One check for each clock that anybody was asked about; the largest difference counts. */
export function clockCheck(
  code: 'clock.azure-devops' | 'clock.aws',
  readings: readonly Reading<ClockReading>[],
): readonly Check[] {
  const judge = judging('this machine');
  const known = readings.flatMap((reading) => (reading.state === 'complete' ? [reading.value] : []));
  const [first] = known;
  if (!first)
    return readings.length === 0 ? [] : [judge.untried(code, 'no answer came that says what time it is')];
  const worst = known.reduce((a, b) => (measureOffset(b) > measureOffset(a) ? b : a), first);
  const off = measureOffset(worst);
  if (off <= WARNING_MS) return [judge.ok(code, 'They agree within a minute.')];
  const seconds = Math.round(off / SECOND_MS);
  const says = `The clock of this machine is ${seconds} s ${worst.ours > worst.theirs ? 'fast' : 'slow'}.`;
  return [off > FAILURE_MS ? judge.failed(code, says) : judge.warning(code, says)];
}

const measureOffset = ({ theirs, ours }: ClockReading) => Math.abs(ours - theirs);
