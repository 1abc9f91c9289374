import type { RecordedConnection, RecordedRole } from './connection-record.ts';

/** A connection that has, or had, a role. */
export type Claim = RecordedConnection & { readonly role: RecordedRole };

/** A connection has a claim on the role that it asks for, and on those that it asked for before. */
export function claimsOf(item: RecordedConnection): readonly Claim[] {
  return [...(item.role ? [item.role] : []), ...item.earlier].map((role) => ({ ...item, role }));
}
