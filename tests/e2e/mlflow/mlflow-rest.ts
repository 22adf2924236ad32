import { z } from 'zod';

const Pairs = z
  .array(z.object({ key: z.string(), value: z.union([z.string(), z.number()]) }))
  .default([])
  .transform((pairs) => Object.fromEntries(pairs.map(({ key, value }) => [key, value])));

const Run = z
  .object({
    info: z.object({
      run_id: z.string(),
      run_name: z.string(),
      status: z.string(),
      start_time: z.number(),
      end_time: z.number().optional(),
      artifact_uri: z.string(),
    }),
    data: z.object({ params: Pairs, tags: Pairs, metrics: Pairs }),
    inputs: z
      .object({
        dataset_inputs: z
          .array(z.object({ tags: Pairs, dataset: z.object({ name: z.string(), digest: z.string() }) }))
          .default([]),
      })
      .default({ dataset_inputs: [] }),
  })
  .transform(({ info, data, inputs }) => ({
    runId: info.run_id,
    name: info.run_name,
    status: info.status,
    startTime: info.start_time,
    endTime: info.end_time,
    artifactUri: info.artifact_uri,
    ...data,
    datasets: inputs.dataset_inputs.map(({ tags, dataset }) => ({ ...dataset, context: tags['mlflow.data.context'] })),
  }));

const Points = z.object({
  metrics: z
    .array(z.object({ value: z.union([z.number(), z.string()]), step: z.number(), timestamp: z.number() }))
    .default([]),
});

/** A run as MLflow has it. */
export type MlflowRunData = z.output<typeof Run>;

/** What stands on an MLflow server, read back over REST by the tests' own code. */
export interface MlflowRest {
  /** Runs of an experiment with that tag, in any state. */
  runs(experiment: string, tag: string, value: string): Promise<readonly MlflowRunData[]>;
  history(runId: string, metric: string): Promise<z.output<typeof Points>['metrics']>;
  file(run: MlflowRunData, path: string): Promise<string | undefined>;
}

export function mlflowRest(uri: string): MlflowRest {
  async function ask(path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${uri}/api/2.0/mlflow/${path}`, {
      ...(body && {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }
  return {
    async runs(experiment, tag, value) {
      const found = await ask(`experiments/get-by-name?${new URLSearchParams({ experiment_name: experiment })}`);
      const { experiment_id } = z
        .object({ experiment: z.object({ experiment_id: z.string() }) })
        .parse(found).experiment;
      const filter = `tags.\`${tag}\` = '${value}'`;
      const answer = await ask('runs/search', { experiment_ids: [experiment_id], filter, run_view_type: 'ALL' });
      return z.object({ runs: z.array(Run).default([]) }).parse(answer).runs;
    },
    async history(runId, metric) {
      const query = new URLSearchParams({ run_id: runId, metric_key: metric });
      return Points.parse(await ask(`metrics/get-history?${query}`)).metrics;
    },
    async file({ artifactUri }, path) {
      const folder = artifactUri.replace('mlflow-artifacts:/', '');
      const response = await fetch(`${uri}/api/2.0/mlflow-artifacts/artifacts/${folder}/${path}`);
      return response.ok ? response.text() : undefined;
    },
  };
}
