import type { SegmentKind, TimeSegment } from '../../model/recording.ts';

/** Where a segment begins, from the beginning of the first: a third of the length of whole times, in a column that every step run fills. */
type Packed = readonly [start: number, ...(readonly [kind: SegmentKind, offset: number, duration: number])[]];

/** Milliseconds to a thousandth: a subtraction leaves a dozen digits otherwise. */
const rounded = (ms: number): number => Math.round(ms * 1000) / 1000;

/** `[1700000000000,["wait",0,0.3],["run",0.3,12.5]]`; null for none. */
export function toSegments(segments: readonly TimeSegment[] | null | undefined): string | null {
  const [first] = segments ?? [];
  if (!segments || !first) return null;
  const packed: Packed = [
    first.startedAt,
    ...segments.map(
      ({ kind, startedAt, durationMs }) => [kind, rounded(startedAt - first.startedAt), rounded(durationMs)] as const,
    ),
  ];
  return JSON.stringify(packed);
}

export function fromSegments(text: string | null): readonly TimeSegment[] | null {
  if (text === null) return null;
  const [start, ...rest] = JSON.parse(text) as Packed;
  return rest.map(([kind, offset, durationMs]) => ({ kind, startedAt: rounded(start + offset), durationMs }));
}
