/** The one public entry: everything a pipeline script, a step or a test imports from `sluice`. */
export { definePlan } from './authoring/define-plan.ts';
export { type PipelineClass, type PipelineOptions, pipeline } from './authoring/pipeline.ts';
export { after } from './authoring/recorder.ts';
export { step } from './authoring/step.ts';
export { type StepContext, type StepLog, type StepTracker, stepContext } from './authoring/step-context.ts';
export { inputError, SluiceError } from './errors.ts';
export { canonicalDigest } from './hashing/canonical.ts';
export { type Digest, sha256 } from './hashing/digest.ts';
export { DirectoryRef } from './materializers/directory-ref.ts';
export { FileRef } from './materializers/file-ref.ts';
export type { EncodeContext, Encoded, FolderFile, Materializer, StoredValue } from './materializers/materializer.ts';
export type { Progress } from './model/run-event.ts';
export type { HistoryEntry, HistoryReader, StepOptions } from './model/step-definition.ts';
export { nearest } from './nearest.ts';
export { type RunOptions, type RunResult, run } from './stack/run.ts';
