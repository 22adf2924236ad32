import type { RunOverview } from '../../components/metadata-reads.ts';
import type { Time } from '../../model/run.ts';
import type { Project } from '../../stack/project.ts';
import type { RunSummary } from '../api/run.ts';
import { hidePaths } from './hide-paths.ts';
import { durationOf, isoTime } from './iso-time.ts';

const LONGEST_ERROR = 300;

/** A run as a list shows it. */
export function runSummary(
  run: RunOverview,
  { project, now }: { readonly project: Project; readonly now: Time },
): RunSummary {
  const { startedAt, endedAt, error } = run;
  return {
    id: run.id,
    name: run.name,
    pipeline: run.pipeline,
    status: run.status,
    stack: run.stack,
    createdAt: isoTime(run.createdAt),
    startedAt: isoTime(startedAt),
    endedAt: isoTime(endedAt),
    durationMs: durationOf(startedAt, endedAt, now),
    tags: run.tags,
    git: run.git ?? null,
    counts: run.counts,
    metrics: finite(run.metrics),
    resumedFrom: run.resumedFrom,
    cancelRequested: run.cancelRequested,
    error: error && hidePaths(firstLine(error.message), project).slice(0, LONGEST_ERROR),
  };
}

const firstLine = (text: string): string => text.split('\n', 1)[0] ?? '';

/** JSON has no word for NaN and infinity: a metric that is none is left out. */
const finite = (metrics: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(metrics).filter(([, value]) => Number.isFinite(value)));
