import type { Feed } from '../nn/session.ts';
import type { Anchors } from './anchors.ts';

/**
 * Which anchors may answer for which labelled box: those whose centre lies inside it. That depends on the labels alone, so it is worked out here, before
 * the graph runs, and the assignment in the graph looks at G × C pairs instead of all N × M × A (Ultralytics' way: 60 labels in each of 16 pictures of
 * 640 px would be 8 million pairs).
 *
 * G boxes in the whole batch, C candidates of the box that has most, padded with `valid` 0; at least 1 and `least`.
 */
export interface Candidates {
  /** 0, 1, 2, … G - 1, [G, 1]. */
  readonly row: Feed;
  /** Corners of the boxes in pixels, [G, 1] each. */
  readonly x1: Feed;
  readonly y1: Feed;
  readonly x2: Feed;
  readonly y2: Feed;
  /** Place of each candidate among all N × A anchors of the batch, int64 [G, C]. */
  readonly anchors: Feed;
  /** Place of the candidate's score for the box's class in the [N, classes, A] scores, int64 [G, C]. */
  readonly scores: Feed;
  /** 1 for a candidate, 0 for padding, [G, C]. */
  readonly valid: Feed;
}

export interface CandidateOptions {
  readonly anchors: Anchors;
  readonly classes: number;
  /** [height, width] in pixels. */
  readonly size: readonly [number, number];
  /** Candidates to pad to at least: the k of the top-k that follows. */
  readonly least: number;
}

/** Sides shorter than this are taken as this long when candidates are sought (Ultralytics 8.4): else a tiny box may have no anchor at all. */
const SHORTEST_SIDE = 16;
/** An anchor must be further inside than this, in pixels. */
const INSIDE = 1e-9;

/** @param targets per picture: class, centre x, centre y, width, height, normalised, 5 numbers a box */
export function candidatesOf(targets: readonly Float32Array[], options: CandidateOptions): Candidates {
  const { anchors, classes, least } = options;
  const boxes = targets.flatMap((rows, picture) =>
    Array.from({ length: rows.length / 5 }, (_, i) => boxOf(rows.subarray(5 * i, 5 * i + 5), picture, options)),
  );
  const found = boxes.map((box) => anchorsInside(box, anchors));
  const rows = Math.max(boxes.length, 1);
  const columns = found.reduce((most, { length }) => Math.max(most, length), least);
  const places = new BigInt64Array(rows * columns);
  const scores = new BigInt64Array(rows * columns);
  const valid = new Float32Array(rows * columns);
  found.forEach((inside, row) => {
    const { picture, cls } = boxes[row]!;
    inside.forEach((anchor, column) => {
      places[row * columns + column] = BigInt(picture * anchors.count + anchor);
      scores[row * columns + column] = BigInt((picture * classes + cls) * anchors.count + anchor);
      valid[row * columns + column] = 1;
    });
  });
  const side = (pick: (box: Box) => number): Feed => ({
    shape: [rows, 1],
    data: boxes.length === 0 ? new Float32Array(1) : Float32Array.from(boxes, pick),
  });
  const shape = [rows, columns];
  return {
    row: { shape: [rows, 1], data: Float32Array.from({ length: rows }, (_, row) => row) },
    x1: side((box) => box.x1),
    y1: side((box) => box.y1),
    x2: side((box) => box.x2),
    y2: side((box) => box.y2),
    anchors: { shape, data: places },
    scores: { shape, data: scores },
    valid: { shape, data: valid },
  };
}

interface Box {
  readonly picture: number;
  readonly cls: number;
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

function boxOf(row: Float32Array, picture: number, { size: [height, width] }: CandidateOptions): Box {
  const [cls, cx, cy, w, h] = row as unknown as [number, number, number, number, number];
  return {
    picture,
    cls,
    x1: (cx - w / 2) * width,
    y1: (cy - h / 2) * height,
    x2: (cx + w / 2) * width,
    y2: (cy + h / 2) * height,
  };
}

function anchorsInside(box: Box, { levels }: Anchors): number[] {
  const [left, right] = enlarged(box.x1, box.x2);
  const [top, bottom] = enlarged(box.y1, box.y2);
  const inside: number[] = [];
  for (const { stride, width, height, first } of levels) {
    const [fromX, toX] = range(left, right, stride, width);
    const [fromY, toY] = range(top, bottom, stride, height);
    for (let y = fromY; y < toY; y++) {
      for (let x = fromX; x < toX; x++) inside.push(first + y * width + x);
    }
  }
  return inside;
}

function enlarged(low: number, high: number): readonly [number, number] {
  if (high - low >= SHORTEST_SIDE) return [low, high];
  const centre = (low + high) / 2;
  return [centre - SHORTEST_SIDE / 2, centre + SHORTEST_SIDE / 2];
}

/** Grid places whose centre lies strictly between `low` and `high` pixels: first, and one past the last. */
function range(low: number, high: number, stride: number, count: number): readonly [number, number] {
  let from = Math.max(0, Math.floor((low + INSIDE) / stride - 0.5));
  while (from < count && (from + 0.5) * stride - low <= INSIDE) from++;
  let to = Math.min(count, Math.ceil((high - INSIDE) / stride + 0.5));
  while (to > from && high - (to - 0.5) * stride <= INSIDE) to--;
  return [from, to];
}
