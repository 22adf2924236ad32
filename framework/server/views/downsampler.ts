/** A point of a curve. */
export interface Point {
  readonly x: number;
  readonly y: number;
  readonly time: number;
  /** Its number among all points of its step: those of a curve come with growing ones. */
  readonly seq: number;
}

interface Bucket {
  least: Point;
  greatest: Point;
  /** Points that are no numbers, such as a loss that has become NaN, are kept apart: they are neither least nor greatest. */
  other: Point | undefined;
}

/**
 * A curve of any length in at most `most` points, taken in one point after the other: of each stretch the least and the greatest stay, so that
 * no spike is lost. When there are too many stretches, neighbours are joined, two and two.
 */
export class Downsampler {
  #buckets: Bucket[] = [];
  /** Points a bucket. */
  #width = 1;
  #inLast = 0;
  #first: Point | undefined;
  #last: Point | undefined;
  readonly #most: number;
  count = 0;
  min = Number.POSITIVE_INFINITY;
  max = Number.NEGATIVE_INFINITY;

  constructor(most: number) {
    // Two points a bucket, the first and the last one of all, and one of a bucket that is no number.
    this.#most = Math.max(2, Math.floor((most - 2) / 3));
  }

  add(point: Point): void {
    this.count++;
    this.#first ??= point;
    this.#last = point;
    if (Number.isFinite(point.y)) {
      this.min = Math.min(this.min, point.y);
      this.max = Math.max(this.max, point.y);
    }
    const last = this.#buckets.at(-1);
    if (last && this.#inLast < this.#width) {
      join(last, bucketOf(point));
      this.#inLast++;
      return;
    }
    if (this.#buckets.length >= this.#most * (this.#width === 1 ? 3 : 1)) this.#halve();
    this.#buckets.push(bucketOf(point));
    this.#inLast = 1;
  }

  /** In the order they came. */
  points(): readonly Point[] {
    const kept = new Set<Point>();
    for (const { least, greatest, other } of this.#buckets) {
      for (const point of [least, greatest, other]) if (point) kept.add(point);
    }
    for (const point of [this.#first, this.#last]) if (point) kept.add(point);
    return [...kept].sort((a, b) => a.seq - b.seq);
  }

  #halve(): void {
    const joined: Bucket[] = [];
    while (this.#buckets.length > this.#most / 2) {
      joined.length = 0;
      for (let i = 0; i < this.#buckets.length; i += 2) {
        const [a, b] = [this.#buckets[i]!, this.#buckets[i + 1]];
        if (b) join(a, b);
        joined.push(a);
      }
      this.#buckets = [...joined];
      this.#width *= 2;
    }
  }

  get last(): Point | undefined {
    return this.#last;
  }
}

const bucketOf = (point: Point): Bucket => ({
  least: point,
  greatest: point,
  other: Number.isFinite(point.y) ? undefined : point,
});

function join(bucket: Bucket, more: Bucket): void {
  if (more.least.y < bucket.least.y || Number.isNaN(bucket.least.y)) bucket.least = more.least;
  if (more.greatest.y > bucket.greatest.y || Number.isNaN(bucket.greatest.y)) bucket.greatest = more.greatest;
  bucket.other ??= more.other;
}
