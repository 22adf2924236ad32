import type { MetadataReads } from '../../components/metadata-reads.ts';
import type { TrackerEntry } from '../../components/metadata-store.ts';
import { fromJson } from './json-column.ts';
import type { SqlContext } from './metadata-schema.ts';

export const metricPointQueries = ({ db }: SqlContext): Pick<MetadataReads, 'readMetricPoints' | 'trackedValues'> => ({
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

  async trackedValues(runId) {
    const rows = await db
      .selectFrom('tracked_value')
      .innerJoin('step_run', 'step_run.id', 'tracked_value.step_run_id')
      .select(['step_run_id', 'kind', 'name', 'value'])
      .where('step_run.run_id', '=', runId)
      .orderBy('position')
      .orderBy('kind')
      .orderBy('name')
      .execute();
    const byStep = new Map<string, TrackerEntry[]>();
    for (const { step_run_id, kind, name, value } of rows) {
      const entry: TrackerEntry =
        kind === 'artifact' ? { kind, name, artifact: fromJson(value) } : { kind, name, value };
      const some = byStep.get(step_run_id);
      if (some) some.push(entry);
      else byStep.set(step_run_id, [entry]);
    }
    return [...byStep].map(([stepRunId, entries]) => ({ stepRunId, entries }));
  },
});
