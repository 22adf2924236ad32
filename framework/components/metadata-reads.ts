import type { LogLine, RunRecord, StepRunRecord, Time } from '../model/run.ts';
import type { Status } from '../model/status.ts';
import type { Page, RunFilter, TrackerEntry } from './metadata-store.ts';

/** A run without what is long, with what a list shows of it. */
export interface RunOverview extends Omit<RunRecord, 'params' | 'plan' | 'result'> {
  /** Step runs by state; a state that none has is absent. */
  readonly counts: Readonly<Partial<Record<Status, number>>>;
  /** Last value of each metric; of a name that several steps use, that of the step that reported last. NaN where it was none. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** A step run without its key's parts and its output. */
export interface StepOverview extends Omit<StepRunRecord, 'parts' | 'output'> {
  /** Lines of its log. */
  readonly logs: number;
}

/** A line among all lines of a run, which lie in order of time, step run and number. */
export type StoredLogLine = LogLine & { readonly stepRunId: string; readonly attempt: number; readonly seq: number };

export interface RunLogQuery {
  /** Ids of step runs. Default: all of the run. */
  readonly stepRuns?: readonly string[];
  readonly attempt?: number;
  readonly levels?: readonly LogLine['level'][];
  /** Part of the message, in any case. */
  readonly search?: string;
  /** Lines after this mark, the next ones; or before it, the last ones. Neither: the last ones of all. */
  readonly after?: string;
  readonly before?: string;
  readonly limit: number;
  /** With filters: so many lines are looked at and no more. */
  readonly scan: number;
}

export interface RunLogPage {
  /** By time, whichever way they were asked for. */
  readonly lines: readonly StoredLogLine[];
  /** Of the first line, or of where the search stopped on the way back. Pass as `before`. Null: there is nothing earlier. */
  readonly first: string | null;
  /** Of the last line, or of where the search stopped on the way on. Pass as `after`. Null: no line at all so far. */
  readonly last: string | null;
  /** `scan` lines were looked at before the page was full. */
  readonly stopped: boolean;
}

export interface MetricPointRow {
  readonly stepRunId: string;
  readonly seq: number;
  readonly name: string;
  readonly step: number;
  readonly time: Time;
  readonly value: number;
}

export interface PipelineStatistics {
  readonly pipeline: string;
  readonly runs: number;
  /** Runs that ended by themselves: neither cancelled nor lost. */
  readonly ended: number;
  readonly succeeded: number;
  /** Id of the newest run. */
  readonly newest: string;
}

export interface StepStatistics {
  readonly step: string;
  /** Results in the cache now. */
  readonly entries: number;
  /** Ended in the time asked for. */
  readonly hits: number;
  readonly misses: number;
  /** What the hits' origins took, as far as their records are there. */
  readonly savedMs: number;
}

/** Reads that pages are made of: lean, paged, answered from indices whatever the size of the store. */
export interface MetadataReads {
  overviewRuns(filter?: RunFilter): Promise<Page<RunOverview>>;
  overviewRun(id: string): Promise<RunOverview | undefined>;
  /** Runs that resumed this one, newest first. */
  resumesOf(id: string, limit: number): Promise<readonly RunOverview[]>;
  /** How many runs fit, counted up to `most`. */
  countRuns(filter: RunFilter, most: number): Promise<number>;
  /** In the order of the plan. */
  overviewSteps(runId: string): Promise<readonly StepOverview[]>;
  /** By their ids, in no order; those that are gone are left out. */
  overviewStepRuns(ids: readonly string[]): Promise<readonly StepOverview[]>;
  stepRun(id: string): Promise<StepRunRecord | undefined>;
  /** Step runs whose result is that of one of these, themselves among them, newest first. */
  stepRunsOf(origins: readonly string[], limit: number): Promise<readonly StepOverview[]>;
  readRunLogs(runId: string, query: RunLogQuery): Promise<RunLogPage>;
  /** Points of all metrics of a run by step run and number; `after` is the last one that is known. */
  readMetricPoints(
    runId: string,
    query: {
      readonly stepRuns?: readonly string[];
      readonly names?: readonly string[];
      readonly after?: Pick<MetricPointRow, 'stepRunId' | 'seq'>;
      readonly limit: number;
    },
  ): Promise<readonly MetricPointRow[]>;
  /** What the steps of a run gave their tracker, without the metrics, of which there may be millions. */
  trackedValues(
    runId: string,
  ): Promise<readonly { readonly stepRunId: string; readonly entries: readonly TrackerEntry[] }[]>;
  pipelineStatistics(): Promise<readonly PipelineStatistics[]>;
  /** Of step runs that ended since, and of the cache as it is. */
  stepStatistics(since: Time): Promise<readonly StepStatistics[]>;
  /** Names of parameters or metrics, or tags, that runs have: by name, at most `limit`, beginning with `prefix`. */
  knownNames(
    of: 'param' | 'metric' | 'tag',
    options: { readonly prefix: string; readonly limit: number },
  ): Promise<readonly string[]>;
}
