import type { HookNotification } from '../../shared/domain/discovery/hook-classification.ts';
import type { HookMemory } from '../../shared/ports/state.ts';
import { HOOK_HOURS } from '../../shared/contract/table-keys.ts';
import { toPromise } from './promise-of.ts';

const HOOK_MS = HOOK_HOURS * 3_600_000;

export function createMemoryHooks(): HookMemory {
  const ends = new Map<string, number>();
  const makeKey = ({ organizationId, key }: HookNotification) => `${organizationId} ${key}`;
  const isKnown = (notification: HookNotification, now: number) =>
    now < (ends.get(makeKey(notification)) ?? -Infinity);
  return {
    knows: (notification, now) => toPromise(() => isKnown(notification, now)),
    remember: (notification, now) =>
      toPromise(() => {
        if (!isKnown(notification, now)) ends.set(makeKey(notification), now + HOOK_MS);
      }),
  };
}
