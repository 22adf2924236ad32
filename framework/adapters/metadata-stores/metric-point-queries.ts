import type { MetadataReads } from '../../components/metadata-reads.ts';
import type { SqlContext } from './metadata-schema.ts';

export const metricPointQueries = ({ db }: SqlContext): Pick<MetadataReads, 'readMetricPoints'> => ({
  async readMetricPoints(runId, { stepRuns, names, after, limit }) {
    let points = db
      .selectFrom('tracked_metric')
      .selectAll()
      .where('step_run_id', 'in', db.selectFrom('step_run').select('id').where('run_id', '=', runId))
      .orderBy('step_run_id')
      .orderBy('seq')
      .limit(limit);
    if (stepRuns !== undefined) points = points.where('step_run_id', 'in', [...stepRuns]);
    if (names !== undefined) points = points.where('name', 'in', [...names]);
    if (after !== undefined) {
      points = points.where((eb) => eb(eb.refTuple('step_run_id', 'seq'), '>', eb.tuple(after.stepRunId, after.seq)));
    }
    return (await points.execute()).map(({ step_run_id, value, ...point }) => ({
      ...point,
      stepRunId: step_run_id,
      value: value ?? Number.NaN,
    }));
  },
});
