import type { RunOverview } from '../../components/metadata-reads.ts';
import type { MetadataStore } from '../../components/metadata-store.ts';
import { isPlain } from '../../dag/output-ref.ts';
import type { RunRecord } from '../../model/run.ts';
import type { Comparison } from '../api/comparison.ts';
import type { JsonValue } from '../api/json-value.ts';
import type { RunMetrics } from '../api/metric.ts';
import type { ServerContext } from '../server-context.ts';
import { comparePictures } from './compare-pictures.ts';
import { compareSteps } from './compare-steps.ts';
import { findRun } from './find-run.ts';
import { runMetrics } from './run-metrics.ts';
import { runSummary } from './run-summary.ts';

/** Points of a curve among many. */
const CURVE_POINTS = 500;

/** 2 to 20 runs side by side; whatever is listed is in the order of the runs. @throws ERR_NOT_FOUND. */
export async function compareRuns(context: ServerContext, references: readonly string[]): Promise<Comparison> {
  const { stack, project, now } = context;
  const store = stack.metadataStore;
  const runs = await Promise.all(references.map((reference) => findRun(store, reference)));
  const overviews = await Promise.all(runs.map(async (run) => (await store.overviewRun(run.id)) ?? bare(run)));
  const tracked = await Promise.all(runs.map(({ id }) => runMetrics(store, id, { mostPoints: CURVE_POINTS })));
  return {
    runs: overviews.map((run) => runSummary(run, { project, now: now() })),
    params: lines(runs.map(({ params }) => flattened(params))),
    metrics: metricLines(overviews),
    environment: lines(await Promise.all(runs.map((run) => surroundings(store, run)))),
    steps: await compareSteps(store, runs),
    evaluationSets: evaluationSets(tracked),
    series: runs.map(({ id }, i) => ({ run: id, series: (tracked[i]?.series ?? []).filter(({ count }) => count > 1) })),
    pictures: await comparePictures(context, runs),
  };
}

const bare = (run: RunRecord): RunOverview => ({ ...run, counts: {}, metrics: {} });

type Values = ReadonlyMap<string, JsonValue>;

/** Every name that one of them has, with the value of each. */
function lines(all: readonly Values[]): Comparison['params'] {
  return [...new Set(all.flatMap((values) => [...values.keys()]))].map((name) => {
    const values = all.map((one) => one.get(name) ?? null);
    return { name, values, differs: areDifferent(values) };
  });
}

const areDifferent = (values: readonly unknown[]): boolean =>
  new Set(values.map((value) => JSON.stringify(value))).size > 1;

/** `{ split: { train: 0.8 } }` → `split.train` → 0.8. */
function flattened(value: unknown, at = ''): Values {
  if (!isPlain(value) || Object.keys(value).length === 0) {
    return new Map(at === '' ? [] : [[at, (value ?? null) as JsonValue]]);
  }
  return new Map(
    Object.entries(value).flatMap(([key, inner]) => [...flattened(inner, at === '' ? key : `${at}.${key}`)]),
  );
}

function metricLines(runs: readonly RunOverview[]): Comparison['metrics'] {
  const names = [...new Set(runs.flatMap(({ metrics }) => Object.keys(metrics)))];
  return names.map((name) => {
    const values = runs.map(({ metrics }) => {
      const value = metrics[name];
      return value !== undefined && Number.isFinite(value) ? value : null;
    });
    return { name, values, differs: areDifferent(values), higherIsBetter: higherIsBetter(name) };
  });
}

/** By the names that metrics have among people; null where they do not tell. */
export function higherIsBetter(name: string): boolean | null {
  const words = name.toLowerCase();
  if (/loss|error|rmse|\bmae\b|mse|latency|time|_ms\b|seconds|perplexity/.test(words)) return false;
  if (/map|acc|precision|recall|f1|auc|iou|score|fitness|r2|img\/s|throughput/.test(words)) return true;
  return null;
}

async function surroundings(store: MetadataStore, run: RunRecord): Promise<Values> {
  const code = await store.codeState(run.id);
  const { commit = null, branch = null, dirty = null } = run.git ?? {};
  return new Map<string, JsonValue>([
    ['stack', run.stack],
    ['git.commit', commit],
    ['git.branch', branch],
    ['git.dirty', dirty],
    ...Object.entries(run.environment ?? {}),
    ...Object.entries(code?.packages ?? {}).map(([name, version]) => [`package ${name}`, version] as const),
  ]);
}

/** What a step called its validation or test data when it told its tracker. */
const EVALUATION_NAMES = ['evaluation', 'validation', 'val', 'test'];

/** Figures of different data can't be compared, however alike they look. */
export function evaluationSets(tracked: readonly RunMetrics[]): Comparison['evaluationSets'] {
  const digests = tracked.map(({ values }) => {
    const sets = values.filter(({ kind }) => kind === 'dataset');
    const name = EVALUATION_NAMES.find((one) => sets.some((set) => set.name === one));
    return sets.findLast((set) => set.name === name)?.value ?? null;
  });
  const known = digests.filter((digest) => digest !== null);
  const same = new Set(known.map((one) => one.split('@').at(-1))).size <= 1;
  const isPartial = known.length > 0 && known.length < digests.length;
  const warning = same
    ? isPartial
      ? 'Some of these runs do not say what they were evaluated on: their metrics may not be comparable.'
      : null
    : 'These runs were evaluated on different data: their metrics can not be compared.';
  return { digests, same: same && !isPartial, warning };
}
