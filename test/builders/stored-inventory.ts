import type { OrganizationInventory } from '../../shared/domain/azure-devops/inventory.ts';
import type { StoredPart } from '../../shared/domain/discovery/stored-inventory.ts';
import { afterUpdate, wholeUpdate } from '../../shared/domain/discovery/stored-inventory.ts';

/** What the table holds after discovery has seen these, one after the other; versions are not counted on. */
export function stored(...looks: readonly OrganizationInventory[]): readonly StoredPart[] {
  return looks.reduce<readonly StoredPart[]>(
    (parts, snapshot) => afterUpdate(parts, wholeUpdate(parts, snapshot, 0)),
    [],
  );
}
