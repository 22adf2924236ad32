import type { MetadataStore, TrackerEntry } from '../../../components/metadata-store.ts';
import type { RunRecord, StepRunRecord } from '../../../model/run.ts';
import type { Status } from '../../../model/status.ts';
import type { EndLine, FinalStatus, LogLine, OriginLink, SpoolLine } from '../spool/spool-line.ts';
import { finalEntries } from './record-lines.ts';
import { tagText } from './safe-name.ts';
import { chainOf, type TrackedRun } from './tracked-run.ts';

/** Steps that the page's description lists, and that get a link to their origin: it is read by people. */
const MOST_STEPS = 100;

export interface RunEndOptions {
  readonly tracked: TrackedRun;
  readonly metadataStore: Pick<MetadataStore, 'findRun' | 'tracked'>;
  readonly experiment?: string | undefined;
}

/** A run's last lines: what its cached steps show of their origins, then its end and that of its nested runs. */
export async function runEnd(
  run: RunRecord,
  steps: readonly StepRunRecord[],
  { tracked, metadataStore, experiment }: RunEndOptions,
): Promise<{ readonly cached: readonly SpoolLine[]; readonly end: EndLine }> {
  const origins = new Map<string, Origin>();
  const cached: SpoolLine[] = [];
  const links = new Map<string, OriginLink>();
  for (const { node, origin, startedAt } of steps.filter(({ status }) => status === 'cached')) {
    if (origin === null) continue;
    const runId = origin.slice(0, origin.indexOf('/'));
    const found = origins.get(runId) ?? (await originOf(runId, run.pipeline, metadataStore));
    origins.set(runId, found);
    // An earlier run of the same chain: its entries are in this very MLflow run.
    if (found.root === tracked.root) continue;
    links.set(node, { stepRun: origin, root: found.root, experiment: experiment ?? found.pipeline });
    cached.push(
      ...tracked.lines(node, { attempt: 1, entries: finalEntries(found.entries.get(origin) ?? []), startedAt }),
    );
  }
  // Earlier runs of the chain may have shown the same.
  const doubted = run.resumedFrom === null ? cached : cached.map(doubtful);
  return { cached: doubted, end: endLine(run, steps, { tracked, links }) };
}

interface Origin {
  readonly root: string;
  readonly pipeline: string;
  readonly entries: ReadonlyMap<string, readonly TrackerEntry[]>;
}

async function originOf(
  runId: string,
  pipeline: string,
  store: Pick<MetadataStore, 'findRun' | 'tracked'>,
): Promise<Origin> {
  const entries = new Map((await store.tracked(runId)).map((one) => [one.stepRunId, one.entries]));
  const found = await store.findRun(runId);
  // The origin's record may be gone; its MLflow run need not be.
  if (found?.id !== runId) return { root: runId, pipeline, entries };
  const [root = runId] = await chainOf(found, store);
  return { root, pipeline: found.pipeline, entries };
}

const doubtful = (line: SpoolLine): SpoolLine =>
  line.op === 'log' ? ({ ...line, isDoubtful: true } satisfies LogLine) : line;

function endLine(
  run: RunRecord,
  steps: readonly StepRunRecord[],
  { tracked, links }: { readonly tracked: TrackedRun; readonly links: ReadonlyMap<string, OriginLink> },
): EndLine {
  const endedAt = run.endedAt ?? Date.now();
  const nested = steps
    .filter((step) => tracked.placeOf(step.node) !== '' && step.startedAt !== null)
    .map((step) => ({ at: step.node, status: finalStatus(step.status), endedAt: step.endedAt ?? endedAt }));
  return {
    op: 'end',
    status: finalStatus(run.status),
    endedAt,
    tags: {
      'sluice.status': run.status,
      ...(run.id !== tracked.root && { 'sluice.resumed_as': run.id }),
      ...(run.error && { 'sluice.error': tagText(`${run.error.code}: ${run.error.message}`) }),
    },
    ...(tracked.open.grid !== undefined && { grid: tracked.open.grid }),
    nested,
    steps: steps.slice(0, MOST_STEPS).map(({ node, status, startedAt, endedAt: ended }) => {
      const origin = links.get(node);
      const ms = startedAt === null || ended === null ? null : ended - startedAt;
      return { node, status, ms, ...(origin && { origin }) };
    }),
    more: Math.max(0, steps.length - MOST_STEPS),
    summary: `Pipeline **${run.pipeline}**, run \`${run.id}\` on stack ${run.stack}: ${run.status}.`,
  };
}

/** `cancelled` and `lost` are what MLflow calls killed. */
function finalStatus(status: Status): FinalStatus {
  if (status === 'succeeded' || status === 'cached') return 'FINISHED';
  return status === 'failed' || status === 'skipped' ? 'FAILED' : 'KILLED';
}
