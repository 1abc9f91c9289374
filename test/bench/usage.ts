import { readFileSync } from 'node:fs';
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
      peakMb: peakKb() / 1_024,
    };
  };
}

/** On Linux maxRSS begins with what the process held that started this one; the high water mark of its own memory does not. */
function peakKb(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS;
  const [, peak] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(peak);
}
