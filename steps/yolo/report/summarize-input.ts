import type { PreparedDataset } from '../data/prepared-dataset.ts';
import type { Evaluation } from '../metrics/evaluation.ts';
import type { TrainSummary } from '../train/trained-model.ts';
import type { EarlierRun } from './earlier-runs.ts';

type ParameterValue = string | number | boolean | null | readonly string[] | readonly number[];

export interface SummarizeInput {
  readonly title: string;
  readonly training: TrainSummary;
  readonly evaluation: Evaluation;
  readonly dataset: Pick<PreparedDataset, 'statistics'> & Partial<Pick<PreparedDataset, 'findings' | 'contactSheet'>>;
  /** Earlier runs on the same evaluation set, this model's own left out (`earlierRuns`). */
  readonly history: readonly EarlierRun[];
  /** As the run had them. Of absolute paths only the last part is shown: where a file lies on one machine is nobody's business. */
  readonly params: Readonly<Record<string, ParameterValue>>;
  readonly workDir: string;
}
