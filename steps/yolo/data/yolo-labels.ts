import type { LabelRow } from './opened-source.ts';
import type { Finding } from './prepared-dataset.ts';

export interface ReadLabels {
  readonly rows: readonly LabelRow[];
  readonly findings: readonly Finding[];
  /** False when a row is wrong in a way that leaves an object without box: the picture can't be used. */
  readonly usable: boolean;
}

/** Ultralytics takes centres and sizes up to 1 % outside 0..1, as rounding writes them; what lies further out is not normalised at all. */
const TOLERANCE = 0.01;

/**
 * The rows of one YOLO label file: `class centre-x centre-y width height`, or a polygon `class x1 y1 x2 y2 x3 y3 …`, which becomes the box around it.
 * The text of a box is kept as it was given, so that preparing a data set changes no digit.
 *
 * @param file names the label file in findings.
 * @param classes how many class names there are.
 */
export function readYoloLabels(text: string, file: string, classes: number): ReadLabels {
  const rows: LabelRow[] = [];
  const findings: Finding[] = [];
  const seen = new Set<string>();
  let usable = true;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const verdict = readRow(line.trim().split(/\s+/), classes);
    const at = { file, line: index + 1 };
    if ('problem' in verdict) {
      findings.push({ severity: 'error', code: verdict.problem, message: verdict.message, ...at });
      if (verdict.problem !== 'zero-area-box') usable = false;
      continue;
    }
    const key = `${verdict.cls} ${verdict.box}`;
    if (seen.has(key)) {
      findings.push({ severity: 'error', code: 'duplicate-row', message: 'the row is there twice; used once', ...at });
      continue;
    }
    seen.add(key);
    if (verdict.overEdge) {
      findings.push({ severity: 'warning', code: 'out-of-range', message: 'the box reaches over the edge', ...at });
    }
    rows.push({ cls: verdict.cls, box: verdict.box });
  }
  return { rows, findings, usable };
}

interface GoodRow extends LabelRow {
  readonly overEdge: boolean;
}

interface BadRow {
  readonly problem: 'malformed-row' | 'out-of-range' | 'class-out-of-range' | 'zero-area-box';
  readonly message: string;
}

function readRow(columns: readonly string[], classes: number): GoodRow | BadRow {
  const polygon = columns.length >= 7 && columns.length % 2 === 1;
  if (columns.length !== 5 && !polygon) {
    return { problem: 'malformed-row', message: `${columns.length} columns instead of 5; picture left out` };
  }
  // Number('') and Number('0x1f') are numbers, which no label file means.
  const strange = columns.find((column) => !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(column));
  if (strange !== undefined)
    return { problem: 'malformed-row', message: `${quoted(strange)} is no number; picture left out` };
  const [cls, ...given] = columns.map(Number) as [number, ...number[]];
  if (!Number.isInteger(cls) || cls < 0 || cls >= classes) {
    return {
      problem: 'class-out-of-range',
      message: `class ${columns[0]} is not one of 0 to ${classes - 1}; picture left out`,
    };
  }
  const outside = given.find((value) => value < -TOLERANCE || value > 1 + TOLERANCE);
  if (outside !== undefined) {
    return { problem: 'out-of-range', message: `${outside} is not between 0 and 1; picture left out` };
  }
  const [x, y, w, h] = polygon ? boxAround(given) : (given as [number, number, number, number]);
  if (w <= 0 || h <= 0) return { problem: 'zero-area-box', message: `the box is ${w} × ${h}; row left out` };
  const overEdge = Math.max(w / 2 - x, h / 2 - y, x + w / 2 - 1, y + h / 2 - 1) > TOLERANCE;
  return { cls, box: polygon ? formatBox([x, y, w, h]) : columns.slice(1).join(' '), overEdge };
}

function boxAround(points: readonly number[]): [number, number, number, number] {
  const xs = points.filter((_, i) => i % 2 === 0);
  const ys = points.filter((_, i) => i % 2 === 1);
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  return [(left + right) / 2, (top + bottom) / 2, right - left, bottom - top];
}

/** As Ultralytics' converters write a box. */
export const formatBox = (box: readonly [number, number, number, number]): string => box.map(sixDecimals).join(' ');

/**
 * Python's `%.6f`: 0.3515625 is 0.351562, where toFixed alone rounds the half up. So one picture's label has the same text from either. Of binary fractions
 * only the odd multiples of 1/128 lie exactly between two numbers of six decimals.
 */
function sixDecimals(value: number): string {
  if (Math.abs(value * 128) % 2 !== 1) return value.toFixed(6);
  const cut = value.toFixed(7).slice(0, -1);
  return Number(cut.at(-1)) % 2 === 0 ? cut : value.toFixed(6);
}

const quoted = (text: string): string => JSON.stringify(text.length > 20 ? `${text.slice(0, 20)}…` : text);
