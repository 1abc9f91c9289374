import type { Lane } from '../../shared/domain/notify/lane.ts';
import type { LaneStore } from '../../shared/ports/state.ts';

export function createMemoryLanes(lanes = new Map<string, Lane>()): LaneStore {
  return {
    read: () => Promise.resolve(new Map(lanes)),
    write(webhook, lane) {
      lanes.set(webhook, lane);
      return Promise.resolve();
    },
  };
}
