import { Link } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef } from 'react';
import type { Run } from '../../../server/api/run.ts';
import type { Segment, StepSummary } from '../../../server/api/step.ts';
import { Empty } from '../../parts/empty.tsx';
import { formatDuration, formatMark } from '../../parts/format.ts';
import { useIsNarrow } from '../../parts/is-narrow.ts';
import { useNow } from '../../parts/now.ts';
import { isOver, StatusShape } from '../../parts/status.tsx';
import { useFocusRow } from '../../parts/use-focus-row.ts';
import { useKeys } from '../../shell/keyboard.ts';
import { ticksOf } from './ticks.ts';
import './timeline-view.css';

const ROW_HEIGHT = 30;
/** Marks on the axis, and the part of it after which a bar has no room for its figure behind it: it stands before the bar, or else in it. */
const WIDE = { ticks: 8, late: 0.92 };
const NARROW = { ticks: 3, late: 0.72 };

const KINDS: readonly (readonly [Segment['kind'], string])[] = [
  ['wait', 'waits for a slot'],
  ['claim', 'waits for another run'],
  ['load', 'loads inputs'],
  ['run', 'runs'],
  ['save', 'saves the result'],
];

interface Bar {
  readonly step: StepSummary;
  readonly start: number;
  readonly end: number;
  readonly segments: readonly Segment[];
}

/** What a step's time went into; one that has not ended runs until now. */
function barOf(step: StepSummary, now: number): Bar[] {
  if (!step.startedAt) return [];
  const started = Date.parse(step.startedAt);
  const first = step.segments[0];
  const start = first ? Math.min(Date.parse(first.startedAt), started) : started;
  const end = step.endedAt ? Date.parse(step.endedAt) : isOver(step.status) ? started : now;
  const segments =
    step.segments.length > 0
      ? step.segments
      : [{ kind: 'run' as const, startedAt: step.startedAt, durationMs: Math.max(0, end - started) }];
  return [{ step, start, end: Math.max(end, start), segments }];
}

/** When each step waited, loaded, ran and saved, on one axis of time. */
export function TimelineView({ run }: { readonly run: Run }) {
  const { ticks, late } = useIsNarrow() ? NARROW : WIDE;
  const over = isOver(run.status);
  const live = useNow((now) => (over ? 0 : now));
  const bars = useMemo(
    () => run.steps.flatMap((step) => barOf(step, live)).sort((a, b) => a.start - b.start),
    [run.steps, live],
  );
  const critical = useMemo(() => new Set(run.criticalPath), [run.criticalPath]);
  const frame = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: bars.length,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 10,
  });
  const focusRow = useFocusRow(frame, (index) => virtual.scrollToIndex(index), bars.length);
  useKeys('Timeline', [
    { keys: 'j', what: 'Next step', act: () => focusRow(1) },
    { keys: 'k', what: 'Previous step', act: () => focusRow(-1) },
  ]);
  if (bars.length === 0)
    return <Empty title="Nothing has started yet">A bar appears here for each step that runs.</Empty>;
  const from = Math.min(...bars.slice(0, 1).map(({ start }) => start));
  const to = bars.reduce((latest, { end }) => Math.max(latest, end), from + 1);
  const span = Math.max(1, to - from);
  const notStarted = run.steps.length - bars.length;
  return (
    <div className="timeline">
      <ul className="timeline-legend" aria-label="Colours">
        {KINDS.map(([kind, what]) => (
          <li key={kind}>
            <span className="timeline-swatch" data-kind={kind} />
            {what}
          </li>
        ))}
        {critical.size > 1 && (
          <li>
            <span className="timeline-swatch" data-kind="critical" />
            critical path
          </li>
        )}
      </ul>
      <div className="timeline-axis" aria-hidden="true">
        {ticksOf(span, ticks).map((ms) => (
          <span key={ms} style={{ left: `${(ms / span) * 100}%` }}>
            {formatMark(ms)}
          </span>
        ))}
      </div>
      <div className="timeline-frame" ref={frame}>
        <ol style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start }) => (
            <li
              key={bars[index]!.step.id}
              data-index={index}
              style={{ transform: `translateY(${start}px)`, height: ROW_HEIGHT }}
            >
              <Row
                run={run.id}
                bar={bars[index]!}
                from={from}
                span={span}
                late={late}
                isCritical={critical.has(bars[index]!.step.id)}
              />
            </li>
          ))}
        </ol>
      </div>
      {notStarted > 0 && <p className="muted">{notStarted.toLocaleString('en-US')} steps have not started.</p>}
    </div>
  );
}

interface RowProps {
  readonly run: string;
  readonly bar: Bar;
  readonly from: number;
  readonly span: number;
  readonly late: number;
  readonly isCritical: boolean;
}

function Row({ run, bar: { step, start, end, segments }, from, span, late, isCritical }: RowProps) {
  const said = segments.map(({ kind, durationMs }) => `${kind} ${formatDuration(durationMs)}`).join(', ');
  const percent = (ms: number): string => `${(ms / span) * 100}%`;
  return (
    <Link
      to="/runs/$run/steps/$node"
      params={{ run, node: step.id }}
      className="timeline-row"
      title={`${step.id}: ${step.status}, ${formatDuration(end - start)} (${said})`}
    >
      <span className="timeline-name">
        <StatusShape status={step.status} />
        <span className="cut">{step.id}</span>
        <span className="hidden-but-read">
          {step.status}, {said}
        </span>
      </span>
      <span className="timeline-track" aria-hidden="true">
        {isCritical && (
          <span className="timeline-critical" style={{ left: percent(start - from), width: percent(end - start) }} />
        )}
        {segments.map((segment) => (
          <span
            key={`${segment.kind} ${segment.startedAt}`}
            className="timeline-bar"
            data-kind={segment.kind}
            data-status={step.status}
            style={{ left: percent(Date.parse(segment.startedAt) - from), width: percent(segment.durationMs) }}
          />
        ))}
        <Figure ms={end - start} from={(start - from) / span} to={(end - from) / span} late={late} />
      </span>
    </Link>
  );
}

interface FigureProps {
  readonly ms: number;
  /** Parts of the axis where the bar begins and ends. */
  readonly from: number;
  readonly to: number;
  readonly late: number;
}

function Figure({ ms, from, to, late }: FigureProps) {
  const said = formatDuration(ms);
  if (to < late) return <small style={{ left: `${to * 100}%` }}>{said}</small>;
  if (from > (1 - late) * 0.75) return <small style={{ right: `${(1 - from) * 100}%` }}>{said}</small>;
  return <small className="timeline-inside">{said}</small>;
}
