import type { Reading } from '../kernel/result.ts';
import type { Check } from './check.ts';
import { judging } from './check.ts';
import type { ClockReading } from './examination.ts';

const SECOND_MS = 1_000;
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
  const worst = known.reduce((a, b) => (offOf(b) > offOf(a) ? b : a), first);
  const off = offOf(worst);
  if (off <= WARNING_MS) return [judge.ok(code, 'They agree within a minute.')];
  const seconds = Math.round(off / SECOND_MS);
  const says = `The clock of this machine is ${seconds} s ${worst.ours > worst.theirs ? 'fast' : 'slow'}.`;
  return [off > FAILURE_MS ? judge.failed(code, says) : judge.warning(code, says)];
}

const offOf = ({ theirs, ours }: ClockReading) => Math.abs(ours - theirs);
