import type { Guarded } from '../domain/guard.ts';
import type { Asker } from '../domain/person.ts';
import type { LookScope } from '../domain/look-scope.ts';
import type { RecordedControls } from '../domain/recorded-controls.ts';
import type { Look } from './look.ts';

/** What would be done now, and what is held. */
export interface GuardedPlan extends Guarded {
  readonly look: Look;
  readonly asker: Asker;
  readonly scope: LookScope | undefined;
  readonly controls: RecordedControls;
}
