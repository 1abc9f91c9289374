import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** How far the clock of the cloud that is kept in a folder is ahead of that of the machine. It stays so over a restart. */
export function readMovedMs(folder: string): number {
  try {
    const { movedMs } = JSON.parse(readFileSync(join(folder, FILE), 'utf8')) as {
      readonly movedMs?: unknown;
    };
    return typeof movedMs === 'number' && Number.isFinite(movedMs) && movedMs > 0 ? movedMs : 0;
  } catch {
    return 0;
  }
}

const FILE = 'clock.json';

/** Moves the clock on. A cloud that runs notices it within a tenth of a second. */
export function moveClock(folder: string, byMs: number): number {
  const movedMs = readMovedMs(folder) + byMs;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, FILE), `${JSON.stringify({ movedMs })}\n`);
  return movedMs;
}

const REREAD_MS = 100;

/** The same for who asks all the time. */
export function watchMovedMs(folder: string): () => number {
  let readAt = -Infinity;
  let movedMs = 0;
  return () => {
    const now = Date.now();
    if (now - readAt >= REREAD_MS) [readAt, movedMs] = [now, readMovedMs(folder)];
    return movedMs;
  };
}
