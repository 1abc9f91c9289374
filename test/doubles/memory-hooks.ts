import type { HookNotification } from '../../shared/domain/discovery/hook-classification.ts';
import type { HookMemory } from '../../shared/ports/state.ts';
import { HOOK_HOURS } from '../../shared/contract/table-keys.ts';
import { promiseOf } from './promise-of.ts';

const HOOK_MS = HOOK_HOURS * 3_600_000;

export function createMemoryHooks(): HookMemory {
  const ends = new Map<string, number>();
  const keyOf = ({ organizationId, key }: HookNotification) => `${organizationId} ${key}`;
  const isKnown = (notification: HookNotification, now: number) =>
    now < (ends.get(keyOf(notification)) ?? -Infinity);
  return {
    knows: (notification, now) => promiseOf(() => isKnown(notification, now)),
    remember: (notification, now) =>
      promiseOf(() => {
        if (!isKnown(notification, now)) ends.set(keyOf(notification), now + HOOK_MS);
      }),
  };
}
