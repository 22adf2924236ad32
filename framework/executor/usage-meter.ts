import type { Usage } from '../model/recording.ts';

/** The resident set costs a read of /proc, a hundredth of a short step: one reading serves all that end within this time. */
const FRESH_MS = 50;
let reading = { at: Number.NEGATIVE_INFINITY, bytes: 0 };

/**
 * Begins to measure what this process uses; the answer ends it.
 *
 * The system keeps the highest resident set of a process, not of a stretch of time: where it grew, the new one is the stretch's own; where
 * it didn't, what is held at the end stands for it.
 */
export function startUsage(isShared: boolean): () => Usage {
  const before = process.resourceUsage();
  return () => {
    const after = process.resourceUsage();
    const cpuMicros = after.userCPUTime - before.userCPUTime + after.systemCPUTime - before.systemCPUTime;
    const hasGrown = after.maxRSS > before.maxRSS;
    return { cpuMs: cpuMicros / 1000, peakMemoryBytes: hasGrown ? after.maxRSS * 1024 : residentBytes(), isShared };
  };
}

function residentBytes(): number {
  const at = performance.now();
  if (at - reading.at > FRESH_MS) reading = { at, bytes: process.memoryUsage.rss() };
  return reading.bytes;
}
