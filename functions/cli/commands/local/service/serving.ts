import type { Clock } from '../../../../../shared/ports/clock.ts';
import type { LocalService } from './local-service.ts';

export interface ServingOptions {
  readonly clock: Clock;
  /** Between two schedules of every organization. */
  readonly everyMs: number;
  /** Between two looks at what has happened. Default 200. */
  readonly roundMs?: number;
  /** Asked between two rounds. */
  readonly isOver: () => boolean;
}

/** Lets the service run until it is over; what was begun is brought to its end. */
export async function serve(
  service: Pick<LocalService, 'schedule' | 'audit' | 'notify' | 'processBatch' | 'followStream' | 'sweep'>,
  { clock, everyMs, roundMs = 200, isOver }: ServingOptions,
): Promise<void> {
  let due = clock.now();
  while (!isOver()) {
    if (clock.now() >= due) {
      due = clock.now() + everyMs;
      await service.schedule();
      await service.audit();
      await service.sweep();
    }
    await round(service);
    await clock.sleep(roundMs);
  }
  while ((await round(service)) > 0);
}

async function round(
  service: Pick<LocalService, 'notify' | 'processBatch' | 'followStream'>,
): Promise<number> {
  await service.notify();
  const messages = await service.processBatch();
  return messages + (await service.followStream());
}
