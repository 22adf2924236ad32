import type { SegmentKind, TimeSegment, Usage } from '../model/recording.ts';
import type { Time } from '../model/run.ts';
import { startUsage } from './usage-meter.ts';

/** What is written of a step run, or of one attempt, when it ends. */
export interface Measured {
  readonly segments: readonly TimeSegment[];
  readonly usage: Usage | null;
}

/** Measures one attempt. */
export interface AttemptMeter {
  /** What the attempt's own process says that it used; without it, and in it, the attempt used nothing that anybody knows of. */
  used(usage: Usage): void;
  /** Up to now. */
  end(): Measured;
}

/** Where the time of one step run goes: every moment belongs to the kind that was entered last. */
export interface StepClock {
  /** @param at when, if it wasn't now: what another process tells comes late. */
  enter(kind: SegmentKind, at?: Time): void;
  /** Begins an attempt, with `load`. @param isInline it runs in this process, whose use is measured. */
  attempt(isInline: boolean): AttemptMeter;
  /** Up to now, all attempts together. */
  end(): Measured;
}

/** The clocks of the step runs under way, by node. */
export interface StepClocks {
  /** Starts the node's clock, waiting; one that goes already waits again. */
  start(node: string): StepClock;
  of(node: string): StepClock;
  /** What the node's clock says, for the last time. */
  end(node: string): Measured;
  /** For one that has said it all. */
  drop(node: string): void;
}

export function createStepClocks(): StepClocks {
  const clocks = new Map<string, StepClock>();
  const of = (node: string): StepClock => clocks.get(node) ?? add(node);
  const add = (node: string): StepClock => {
    const clock = createStepClock();
    clocks.set(node, clock);
    return clock;
  };
  return {
    start(node) {
      const clock = of(node);
      clock.enter('wait');
      return clock;
    },
    of,
    end(node) {
      const measured = of(node).end();
      clocks.delete(node);
      return measured;
    },
    drop: (node) => void clocks.delete(node),
  };
}

function createStepClock(): StepClock {
  // Durations by the clock that nobody sets, placed in the day once.
  const base = Date.now() - performance.now();
  const now = (): Time => base + performance.now();
  const entered: { readonly kind: SegmentKind; readonly at: Time }[] = [];
  const usages: (() => Usage | null)[] = [];

  function enter(kind: SegmentKind, at = now()): void {
    const last = entered.at(-1);
    if (last?.kind === kind) return;
    entered.push({ kind, at: Math.max(at, last?.at ?? at) });
  }

  function segments(from = 0): readonly TimeSegment[] {
    const end = now();
    return entered.slice(from).map(({ kind, at }, i) => {
      const until = Math.max(entered[from + i + 1]?.at ?? end, at);
      return { kind, startedAt: rounded(at), durationMs: rounded(until - at) };
    });
  }

  return {
    enter,
    attempt(isInline) {
      enter('load');
      const from = entered.length - 1;
      const stop = isInline ? startUsage(true) : undefined;
      let usage: Usage | null = null;
      const ended = (): Usage | null => {
        usage ??= stop?.() ?? null;
        return usage;
      };
      usages.push(ended);
      return {
        used(said) {
          usage = said;
        },
        end: () => ({ segments: segments(from), usage: ended() }),
      };
    },
    end: () => ({ segments: segments(), usage: together(usages.flatMap((usage) => usage() ?? [])) }),
  };
}

/** Milliseconds to a thousandth. */
const rounded = (ms: number): number => Math.round(ms * 1000) / 1000;

function together(usages: readonly Usage[]): Usage | null {
  if (usages.length < 2) return usages[0] ?? null;
  return {
    cpuMs: rounded(usages.reduce((sum, { cpuMs }) => sum + cpuMs, 0)),
    peakMemoryBytes: Math.max(...usages.map(({ peakMemoryBytes }) => peakMemoryBytes)),
    isShared: usages.some(({ isShared }) => isShared),
  };
}
