import type { MetadataStore, TrackerEntry } from '../../components/metadata-store.ts';
import { sluiceError } from '../../errors.ts';
import type { MetricPoint, RunMetrics, Series, TrackedValue } from '../api/metric.ts';
import { Downsampler, type Point } from './downsampler.ts';
import { isoTime } from './iso-time.ts';
import { stepRunOf } from './step-run-id.ts';

/** Points of one curve that are sent. */
const MOST_POINTS = 2000;
/** Curves of one answer: a run of thousands of steps may have a hundred thousand. */
const MOST_SERIES = 500;
/** Points read at once. */
const PAGE = 5000;

export interface MetricsQuery {
  readonly names?: readonly string[] | undefined;
  readonly nodes?: readonly string[] | undefined;
  /** Of one curve. Default 2,000. */
  readonly mostPoints?: number;
}

/** The curves of a run's metrics, and what else its steps told their tracker. A cached step's are those of its origin. */
export async function runMetrics(store: MetadataStore, runId: string, query: MetricsQuery): Promise<RunMetrics> {
  const { mostPoints = MOST_POINTS } = query;
  const makers = await makersOf(store, runId, query.nodes);
  const curves = new Map<string, Curve>();
  const values: TrackedValue[] = [];
  for (const [run, nodes] of makers) {
    await readCurves(store, { run, nodes, names: query.names, mostPoints, curves });
    for (const { stepRunId, entries } of await store.trackedValues(run)) {
      const step = nodes.get(stepRunId);
      if (step !== undefined) values.push(...entries.flatMap((entry) => shownValue(step, entry)));
    }
  }
  return { series: [...curves.values()].map(series), values };
}

/** Run → step run of that run → node of this run whose result it made. */
type Makers = ReadonlyMap<string, ReadonlyMap<string, string>>;

async function makersOf(store: MetadataStore, runId: string, nodes: readonly string[] | undefined): Promise<Makers> {
  const makers = new Map<string, Map<string, string>>();
  for (const { id, node, status, origin } of await store.overviewSteps(runId)) {
    if (nodes && !nodes.includes(node)) continue;
    const maker = status === 'cached' && origin !== null ? origin : id;
    const { run } = stepRunOf(maker);
    const some = makers.get(run) ?? new Map<string, string>();
    makers.set(run, some.set(maker, node));
  }
  return makers;
}

interface Curve {
  readonly step: string;
  readonly name: string;
  readonly points: Downsampler;
}

interface Reading {
  readonly run: string;
  readonly nodes: ReadonlyMap<string, string>;
  readonly names: readonly string[] | undefined;
  readonly mostPoints: number;
  readonly curves: Map<string, Curve>;
}

async function readCurves(store: MetadataStore, { run, nodes, names, mostPoints, curves }: Reading): Promise<void> {
  // All steps of the run that this is about, in one walk; of another run only those that are meant.
  const stepRuns = nodes.size <= 100 ? { stepRuns: [...nodes.keys()] } : {};
  let after: { readonly stepRunId: string; readonly seq: number } | undefined;
  for (;;) {
    const page = await store.readMetricPoints(run, {
      ...stepRuns,
      ...(names && { names }),
      ...(after && { after }),
      limit: PAGE,
    });
    for (const { stepRunId, name, step: x, value, time, seq } of page) {
      const step = nodes.get(stepRunId);
      if (step !== undefined) addPoint(curves, { step, name, mostPoints }, { x, y: value, time, seq });
    }
    after = page.at(-1);
    if (page.length < PAGE) return;
  }
}

function addPoint(
  curves: Map<string, Curve>,
  { step, name, mostPoints }: Pick<Curve, 'step' | 'name'> & { readonly mostPoints: number },
  point: Point,
): void {
  const key = `${step}\n${name}`;
  let curve = curves.get(key);
  if (!curve) {
    if (curves.size >= MOST_SERIES) throw tooMany();
    curve = { step, name, points: new Downsampler(mostPoints) };
    curves.set(key, curve);
  }
  curve.points.add(point);
}

const tooMany = (): Error =>
  sluiceError('ERR_USAGE', {
    message: `This run has more than ${MOST_SERIES} curves.`,
    hint: 'Ask for some of them: ?names=loss,mAP50 or ?steps=train_yolo.',
  });

const finite = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null;

const series = ({ step, name, points }: Curve): Series => ({
  step,
  name,
  points: points.points().map(({ x, y, time }): MetricPoint => [x, finite(y), isoTime(time)]),
  count: points.count,
  last: finite(points.last?.y),
  min: finite(points.min),
  max: finite(points.max),
});

function shownValue(step: string, entry: TrackerEntry): readonly TrackedValue[] {
  if (entry.kind === 'metric' || entry.kind === 'artifact') return [];
  const { kind, name, value } = entry;
  return [{ step, kind, name, value }];
}
