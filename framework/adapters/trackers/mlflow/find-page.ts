import type { MetadataStore } from '../../../components/metadata-store.ts';
import type { RunRecord } from '../../../model/run.ts';
import type { MlflowClient } from './mlflow-client.ts';
import { RUN_TAG, STEP_RUN_TAG } from './tag-names.ts';
import { chainOf, experimentOf } from './tracked-run.ts';

export interface FindPageOptions {
  readonly client: Pick<MlflowClient, 'findExperiment' | 'findRun' | 'pageOf'>;
  /** Default: that of the pipeline. */
  readonly experiment?: string | undefined;
  readonly metadataStore: Pick<MetadataStore, 'findRun'>;
}

/** The page of the MLflow run that a run, or one of its steps, has; undefined when it has none. Nothing is made by looking. */
export async function findPage(
  options: FindPageOptions,
  run: RunRecord,
  node: string | undefined,
): Promise<string | undefined> {
  const { client, metadataStore } = options;
  const [root = run.id] = await chainOf(run, metadataStore);
  const experiment = await client.findExperiment(experimentOf(run, options));
  if (!experiment) return undefined;
  const tag = node === undefined ? { key: RUN_TAG, value: root } : { key: STEP_RUN_TAG, value: `${root}/${node}` };
  const found = await client.findRun([experiment.id], tag);
  return found && client.pageOf(found);
}
