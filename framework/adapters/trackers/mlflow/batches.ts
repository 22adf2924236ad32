import type { LogLine, MetricValue } from '../spool/spool-line.ts';
import type { MlflowBatch } from './mlflow-client.ts';

/** MLflow's limits for one request: entities in all, params and tags each, and a little less than its bytes. */
const MOST_ENTITIES = 1000;
const MOST_PAIRS = 100;
const MOST_CHARACTERS = 300_000;

export const sizeOf = ({ params, metrics, tags }: MlflowBatch): number => params.length + metrics.length + tags.length;

/** All that some lines of one MLflow run say, in requests that MLflow takes. */
export function batchesOf(lines: readonly LogLine[]): readonly MlflowBatch[] {
  const pairs = (of: 'params' | 'tags') =>
    lines.flatMap((line) => line[of] ?? []).map(([key, value]) => ({ key, value }));
  const params = pairs('params');
  // The newest value of a tag is the one that counts, and one request may not say two.
  const tags = [...new Map(pairs('tags').map((tag) => [tag.key, tag])).values()];
  const metrics = lines
    .flatMap((line) => line.metrics ?? [])
    .map(([key, value, timestamp, step]) => ({ key, value, timestamp, step }));
  const batches: MlflowBatch[] = [];
  const [params2, tags2, metrics2] = [[...params], [...tags], [...metrics]];
  while (params2.length + tags2.length + metrics2.length > 0) {
    const some = { params: params2.splice(0, MOST_PAIRS), tags: tags2.splice(0, MOST_PAIRS) };
    const room = MOST_ENTITIES - some.params.length - some.tags.length;
    batches.push(...withinBytes({ ...some, metrics: metrics2.splice(0, room) }));
  }
  return batches;
}

/** Values of params and tags may be long. */
function withinBytes(batch: MlflowBatch): readonly MlflowBatch[] {
  const parts = halvesOf(batch);
  return JSON.stringify(batch).length <= MOST_CHARACTERS || !parts ? [batch] : parts.flatMap(withinBytes);
}

/** Undefined for a batch of one. */
export function halvesOf(batch: MlflowBatch): readonly [MlflowBatch, MlflowBatch] | undefined {
  if (sizeOf(batch) < 2) return undefined;
  const { params, metrics, tags } = batch;
  const kinds = [params, metrics, tags].filter((some) => some.length > 0);
  const none = { params: [], metrics: [], tags: [] };
  if (kinds.length > 1) {
    return params.length > 0
      ? [
          { ...none, params },
          { ...none, metrics, tags },
        ]
      : [
          { ...none, metrics },
          { ...none, tags },
        ];
  }
  const half = <T>(some: readonly T[]): readonly [readonly T[], readonly T[]] => {
    const middle = Math.ceil(some.length / 2);
    return [some.slice(0, middle), some.slice(middle)];
  };
  const [[p1, p2], [m1, m2], [t1, t2]] = [half(params), half(metrics), half(tags)];
  return [
    { params: p1, metrics: m1, tags: t1 },
    { params: p2, metrics: m2, tags: t2 },
  ];
}

/** The value as JSON can say it and MLflow reads it. */
export function metricValue(value: number): MetricValue {
  if (Number.isFinite(value)) return value;
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
}
