import type { MetadataStore } from '../../../components/metadata-store.ts';
import { isFinal } from '../../../model/status.ts';
import type { EndLine, OpenLine } from '../spool/spool-line.ts';
import { runEnd } from './run-end.ts';
import { type TrackedRunOptions, trackedRun } from './tracked-run.ts';

export interface OrphanEndOptions extends TrackedRunOptions {
  readonly metadataStore: Pick<MetadataStore, 'findRun' | 'tracked' | 'stepRuns'>;
}

/** How the run of a process that died has ended, from its record. Undefined while the record says that it goes on: whoever looks for lost runs will tell. */
export async function orphanEnd(head: OpenLine, options: OrphanEndOptions): Promise<EndLine | undefined> {
  const { metadataStore } = options;
  const run = await metadataStore.findRun(head.runId);
  if (run?.id !== head.runId) return goneEnd(head);
  if (!isFinal(run.status)) return undefined;
  const [tracked, steps] = await Promise.all([trackedRun(run, options), metadataStore.stepRuns(run.id)]);
  return (await runEnd(run, steps, { ...options, tracked })).end;
}

/** Of a run whose record somebody has deleted. */
const goneEnd = ({ runId }: OpenLine): EndLine => ({
  op: 'end',
  status: 'KILLED',
  endedAt: Date.now(),
  tags: { 'sluice.status': 'lost' },
  nested: [],
  steps: [],
  more: 0,
  summary: `Run \`${runId}\`: its process died, and its record is gone.`,
});
