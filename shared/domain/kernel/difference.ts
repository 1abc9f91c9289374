import type { Severity } from './severity.ts';

/**
 * One field in which two things are not equal. `path` names the field the way a person would look for it:
 * `trust.Statement[0].Condition.StringEquals.<key>`, `boundary`, `policies.inline.deploy`, `tags.team`.
 * `expected` or `actual` is `undefined` (left out of JSON) where that side has no such field.
 */
export interface Difference {
  readonly path: string;
  readonly expected?: unknown;
  readonly actual?: unknown;
  /** Of a field of a role: how dangerous it is. */
  readonly severity?: Severity;
}
