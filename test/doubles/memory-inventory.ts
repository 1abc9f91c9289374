import { ConflictError } from '../../shared/domain/kernel/errors.ts';
import type { StoredPart } from '../../shared/domain/discovery/stored-inventory.ts';
import { partKey } from '../../shared/domain/discovery/stored-inventory.ts';
import type { InventoryStore } from '../../shared/ports/state.ts';
import { frozenCopy } from './frozen-copy.ts';
import { toPromise } from './promise-of.ts';

export function createMemoryInventory(): InventoryStore {
  const parts = new Map<string, StoredPart>();
  const makeKey = (part: StoredPart) => `${part.organizationId} ${partKey(part)}`;

  function expect(part: StoredPart): string {
    const key = makeKey(part);
    if ((parts.get(key)?.version ?? 0) === part.version) return key;
    throw new ConflictError('inventory.conflict', `${key} is not as it was when it was read.`);
  }

  return {
    read: (organization) =>
      toPromise(() => [...parts.values()].filter(({ organizationId }) => organizationId === organization)),
    write: (part) =>
      toPromise(() => {
        parts.set(expect(part), frozenCopy({ ...part, version: part.version + 1 }));
      }),
    remove: (project) =>
      toPromise(() => {
        parts.delete(expect(project));
      }),
    removeUnused: () => Promise.resolve(),
  };
}
