import type { Guarded } from '../../domain/guard/guard.ts';
import type { Initiator } from '../../domain/guard/controls.ts';
import type { RunScope } from '../../domain/desired/scope.ts';
import type { RecordedControls } from '../../domain/records/deployment-record.ts';
import type { Snapshot } from './observe.ts';

/** What would be done now, and what is held. */
export interface GuardedPlan extends Guarded {
  readonly snapshot: Snapshot;
  readonly initiator: Initiator;
  readonly scope: RunScope | undefined;
  readonly controls: RecordedControls;
}
