import { readFileSync, writeFileSync } from 'node:fs';
import { json } from 'node:stream/consumers';
import type { Invocation } from './invocation.ts';
import { connectFunction } from './invocation.ts';

/** What an invocation has taken of its process. */
export interface Invoked {
  readonly cpuMs: number;
  /** By how much the memory of the process has grown, at the most. */
  readonly growthMb: number;
  readonly troubles: readonly string[];
}

const invoke = connectFunction((await json(process.stdin)) as Invocation);
globalThis.gc?.();
const before = resetPeak();
const cpu = process.cpuUsage();
const troubles = await invoke();
const { user, system } = process.cpuUsage(cpu);
const cpuMs = (user + system) / 1_000;
const invoked: Invoked = { cpuMs, growthMb: readMegabytes('VmHWM') - before, troubles };
process.stdout.write(JSON.stringify(invoked), () => {
  // The clients keep their sockets open.
  process.exit();
});

/** Megabytes that the process holds now. On Linux the high water mark begins anew here (proc(5), clear_refs). */
function resetPeak(): number {
  writeFileSync('/proc/self/clear_refs', '5');
  return readMegabytes('VmRSS');
}

function readMegabytes(field: 'VmHWM' | 'VmRSS'): number {
  const status = readFileSync('/proc/self/status', 'utf8');
  const [, kilobytes] = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status) ?? [];
  return Number(kilobytes) / 1_024;
}
