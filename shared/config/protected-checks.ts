import { findProtectedRole } from '../domain/configuration/protected-roles.ts';
import { refuseValue, type Complaint, type FieldPath } from './field.ts';
import { nearestWord } from '../domain/kernel/nearest-word.ts';
import type { ConfigurationOutline } from './outline.ts';

/** Of those that are known the one that was probably meant, or all. */
export function suggestWord(written: string, known: readonly string[]): string {
  const near = nearestWord(written, known);
  return near === undefined ? `Configured: ${known.join(', ') || 'none'}.` : `Did you mean ${near}?`;
}

export const organizationNames = ({ organizations }: ConfigurationOutline): readonly string[] =>
  organizations.flatMap(({ name }) => name ?? []);

/** A name or pattern that meets a role that is never azfed's. */
export function refuseProtected(pattern: string, at: FieldPath): readonly Complaint[] {
  const found = findProtectedRole(pattern);
  if (!found) return [];
  const what = `${pattern} could match ${found.name} (${found.whose}): no connection may have such a role.`;
  return refuseValue(at, what, 'Give names, or patterns that match no such role.');
}
