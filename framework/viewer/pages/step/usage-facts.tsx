import type { Usage } from '../../../server/api/step.ts';
import { formatBytes, formatDuration } from '../../parts/format.ts';

/** What the step took of the machine. */
export function UsageFacts({
  usage,
  durationMs,
}: {
  readonly usage: Usage | null;
  readonly durationMs: number | null;
}) {
  if (!usage || (usage.cpuMs === null && usage.peakMemory === null)) return null;
  const share = usage.cpuMs !== null && durationMs ? usage.cpuMs / durationMs : null;
  return (
    <dl className="facts usage-facts">
      {usage.cpuMs !== null && (
        <>
          <dt>Processor time</dt>
          <dd>
            {formatDuration(usage.cpuMs)}
            {share !== null && <span className="muted"> · {share.toFixed(share < 10 ? 1 : 0)} cores on average</span>}
          </dd>
        </>
      )}
      {usage.peakMemory !== null && (
        <>
          <dt>Peak memory</dt>
          <dd>{formatBytes(usage.peakMemory)}</dd>
        </>
      )}
    </dl>
  );
}
