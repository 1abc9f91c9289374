import type { Person } from '../domain/records/deployment-record.ts';

/** Who is at the keyboard. */
export interface CallerSource {
  /** The caller's ARN, that of the session for an assumed role; `undefined` when it cannot be told, or not soon. Never rejects. */
  caller(): Promise<Person | undefined>;
}
