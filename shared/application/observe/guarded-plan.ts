import type { Guarded } from '../../domain/guard/guard.ts';
import type { Asker } from '../../domain/guard/person.ts';
import type { LookScope } from '../../domain/desired/scope.ts';
import type { RecordedControls } from '../../domain/records/deployment-record.ts';
import type { Look } from './observe.ts';

/** What would be done now, and what is held. */
export interface GuardedPlan extends Guarded {
  readonly look: Look;
  readonly asker: Asker;
  readonly scope: LookScope | undefined;
  readonly controls: RecordedControls;
}
