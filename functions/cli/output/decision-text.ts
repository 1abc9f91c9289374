import type { Trial } from '../../../shared/domain/verify/trials.ts';
import type { Style } from './style.ts';

/**
 * What the trust says to a token, coloured by whether that is as expected: green where the connection gets in and a
 * impostor does not, red where it is the other way round, yellow where it cannot be told or is not for IAM to know.
 */
export function decisionText(
  { decision, expected, isAsExpected }: Pick<Trial, 'decision' | 'expected' | 'isAsExpected'>,
  style: Style,
): string {
  // An impostor who may get in is no better than one who does.
  const isUnclear = expected === 'untold' || (expected === 'allowed' && decision === 'uncertain');
  const colour = isUnclear ? style.yellow : isAsExpected ? style.green : style.red;
  return colour(decision.padEnd('allowed'.length));
}
