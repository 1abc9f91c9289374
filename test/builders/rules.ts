import type { GuardRules } from '../../shared/domain/guard/guard.ts';
import { newControls } from '../../shared/domain/records/deployment-record.ts';
import type { RecordedControls } from '../../shared/domain/records/deployment-record.ts';
import { configuration } from './configuration.ts';
import { START } from './small-world.ts';

/** A person has let the deployment write, and stopped nothing since. */
export const bootstrapped: RecordedControls = {
  ...newControls,
  bootstrapped: { by: 'arn:aws:iam::999999999999:user/ana', at: Date.parse('2026-01-01T00:00:00.000Z') },
};

/** An automatic run of a deployment that may write. */
export function rules(fields: Partial<GuardRules> = {}): GuardRules {
  const { limits, denyWindows } = configuration();
  return {
    limits,
    denyWindows,
    initiator: { trigger: 'schedule' },
    controls: bootstrapped,
    now: START,
    ...fields,
  };
}
