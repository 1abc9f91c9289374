import { performance } from 'node:perf_hooks';

/** What a piece of work has taken of this machine. */
export interface Usage {
  readonly wallMs: number;
  /** Of all threads, so collecting garbage and compiling are in it. */
  readonly cpuMs: number;
  /** The most that the whole process has ever held, from its start. */
  readonly peakMb: number;
}

/** Begins to count; the answer ends it. */
export function startUsage(): () => Usage {
  const [startedAt, cpuBefore] = [performance.now(), process.cpuUsage()];
  return () => {
    const { user, system } = process.cpuUsage(cpuBefore);
    return {
      wallMs: performance.now() - startedAt,
      cpuMs: (user + system) / 1_000,
      peakMb: process.resourceUsage().maxRSS / 1_024,
    };
  };
}
