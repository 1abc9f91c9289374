import { rethrowDefect } from '../../domain/kernel/errors.ts';
import type { RoleArn } from '../../domain/kernel/ids.ts';
import type { AccountWriter, RoleParts, RoleReading, RoleReread } from '../../ports/accounts.ts';
import type { Clock } from '../../ports/clock.ts';

interface Waiting extends RoleReread {
  readonly resolve: (found: RoleReading | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** So many waiting reads are worth a bulk read, though other changes are still writing. */
const ENOUGH = 50;

/**
 * Reads of changes that are under way side by side. Each waits until all the others wait as well, or enough of them; then
 * one bulk read answers all, where that takes fewer requests. A read that is answered later is only newer. What the bulk
 * read cannot give, such as after an error, each is read singly for, so that one role's trouble is its own.
 */
export class GatheredReads {
  private readonly writer: Pick<AccountWriter, 'readRole' | 'readTogether'>;
  private readonly clock: Clock;
  /** Changes under way that do something else than wait. */
  private working = 0;
  private waiting: Waiting[] = [];
  private isReading = false;

  constructor(writer: Pick<AccountWriter, 'readRole' | 'readTogether'>, clock: Clock) {
    this.writer = writer;
    this.clock = clock;
  }

  /** Runs one change, which the reads of the others wait for. */
  async during<Result>(change: () => Promise<Result>): Promise<Result> {
    this.working += 1;
    try {
      return await change();
    } finally {
      this.working -= 1;
      this.readIfDue();
    }
  }

  /** As the writer reads it, perhaps with more parts. Throws as the writer does. */
  readRole(role: RoleArn, parts: RoleParts): Promise<RoleReading | undefined> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ role, parts, resolve: this.resuming(resolve), reject: this.resuming(reject) });
      this.stepAside();
    });
  }

  /** Nobody waits for one that sleeps. */
  async sleep(milliseconds: number): Promise<void> {
    if (milliseconds === 0) return;
    this.stepAside();
    await this.clock.sleep(milliseconds);
    this.working += 1;
  }

  private stepAside(): void {
    this.working -= 1;
    this.readIfDue();
  }

  private resuming<Value>(next: (value: Value) => void): (value: Value) => void {
    return (value) => {
      this.working += 1;
      next(value);
    };
  }

  private readIfDue(): void {
    const isDue = this.working === 0 || this.waiting.length >= ENOUGH;
    if (this.isReading || this.waiting.length === 0 || !isDue) return;
    const requests = this.waiting;
    this.waiting = [];
    this.isReading = true;
    void this.read(requests).finally(() => {
      this.isReading = false;
      this.readIfDue();
    });
  }

  private async read(requests: readonly Waiting[]): Promise<void> {
    const found = await this.readTogether(requests).catch((error: unknown) => {
      for (const { reject } of requests) reject(error);
      return 'failed' as const;
    });
    if (found === 'failed') return;
    for (const { role, parts, resolve, reject } of requests) {
      if (found) resolve(found.get(role));
      else this.writer.readRole(role, parts).then(resolve, reject);
    }
  }

  /** An error of the outside is left to the single reads. */
  private async readTogether(requests: readonly Waiting[]): ReturnType<AccountWriter['readTogether']> {
    return requests.length === 1 ? undefined : this.writer.readTogether(requests).catch(rethrowDefect);
  }
}
