import type { Digest } from '../../../hashing/digest.ts';

/** JSON has no word for the last three. */
export type MetricValue = number | 'NaN' | 'Infinity' | '-Infinity';

/** Of a tracker's run: the run itself is `''`, a nested one is its step's node in the plan. */
export type Place = string;

/** The first line of every file: enough to find the tracker's run again, or to make it. */
export interface OpenLine {
  readonly op: 'open';
  /** First run of a chain of resumes: what the tracker's run is found again by. */
  readonly root: string;
  readonly runId: string;
  readonly experiment: string;
  readonly name: string;
  readonly startedAt: number;
  readonly user: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly grid?: string;
  /** A resumed run wakes its tracker's run up again. */
  readonly resumed: boolean;
}

/** Names are safe, and points that were given before are left out, when a line is written. */
export interface LogLine {
  readonly op: 'log';
  readonly at: Place;
  readonly params?: readonly (readonly [key: string, value: string])[];
  readonly metrics?: readonly (readonly [key: string, value: MetricValue, time: number, step: number])[];
  readonly tags?: readonly (readonly [key: string, value: string])[];
  /** Another process may have delivered these points already. */
  readonly isDoubtful?: true;
}

/** A cached step's origin, as its own tracker run is found. */
export interface OriginLink {
  readonly stepRun: string;
  readonly root: string;
  readonly experiment: string;
}

export type FinalStatus = 'FINISHED' | 'FAILED' | 'KILLED';

export interface EndLine {
  readonly op: 'end';
  readonly status: FinalStatus;
  readonly endedAt: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly grid?: string;
  readonly nested: readonly { readonly at: Place; readonly status: FinalStatus; readonly endedAt: number }[];
  /** For the page's description, cut to its first ones. */
  readonly steps: readonly {
    readonly node: string;
    readonly status: string;
    readonly ms: number | null;
    readonly origin?: OriginLink;
  }[];
  /** Steps that the list leaves out. */
  readonly more: number;
  readonly summary: string;
}

/** One line of a spool file: what to tell the tracker's server, in order. Every one may be told twice with the effect of once. */
export type SpoolLine =
  | OpenLine
  | LogLine
  | EndLine
  | { readonly op: 'nest'; readonly at: Place; readonly step: string; readonly startedAt: number }
  | {
      readonly op: 'artifact';
      readonly at: Place;
      readonly path: string;
      readonly digest: Digest;
      readonly size: number;
    }
  | {
      readonly op: 'dataset';
      readonly at: Place;
      readonly context: string;
      readonly name: string;
      readonly digest: string;
    }
  /** Nothing more will be written to this file. */
  | { readonly op: 'close' };

/** How many entries a line stands for, as `tracker status` counts them. */
function entriesOf(line: SpoolLine): number {
  switch (line.op) {
    case 'log':
      return (line.params?.length ?? 0) + (line.metrics?.length ?? 0) + (line.tags?.length ?? 0);
    case 'close':
      return 0;
    default:
      return 1;
  }
}

export const entriesIn = (lines: readonly SpoolLine[]): number => lines.reduce((sum, line) => sum + entriesOf(line), 0);
