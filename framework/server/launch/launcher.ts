import type { NewRun } from '../api/pipeline.ts';
import type { StartedRun } from '../api/run.ts';

/** Starts runs as `sluice` commands in processes of their own, which outlive this one. */
export interface Launcher {
  /** Resolves when the run's record is there. @throws what kept the command from starting it, as the command said it. */
  run(pipeline: string, options: NewRun): Promise<StartedRun>;
  resume(run: string): Promise<StartedRun>;
  retry(run: string): Promise<StartedRun>;
  /** A command that answers with JSON and ends. @throws what the command said. */
  ask(words: readonly string[]): Promise<unknown>;
}
