/** Id of the pipeline run, the first one of a chain of resumes: exactly one MLflow run has it. */
export const RUN_TAG = 'sluice.run_id';
/** `<run id>/<node>`, on nested runs. */
export const STEP_RUN_TAG = 'sluice.step_run';
/** On the run that stands for a grid: its name. */
export const GRID_TAG = 'sluice.grid';
/** Beginning of the tag that links a cached step to the MLflow run that made its result. */
export const CACHED_FROM_TAG = 'sluice.cached_from.';
