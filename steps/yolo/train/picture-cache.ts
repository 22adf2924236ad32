import type { Picture } from './augment/picture.ts';

/** The pictures of a data set, by number. */
export interface PictureSource {
  readonly count: number;
  /** Decodes and scales one; its pixels lie in shared memory. */
  load(index: number): Promise<Picture>;
}

/** Enough for 10,000 pictures of 160 pixels or 800 of 640; sets beyond it are decoded again each epoch, which costs time and nothing else. */
const DEFAULT_BYTES = 1 << 30;

/**
 * Decoded pictures at their training size, in memory. When it is full, the pictures it has stay and the others are
 * decoded each time: with a random order every picture is as likely to come next, so there is nothing to gain from throwing one out for another.
 */
export class PictureCache {
  readonly #pictures = new Map<number, Promise<Picture>>();
  #bytes = 0;

  readonly #source: PictureSource;
  readonly #imgsz: number;
  readonly #limit: number;

  constructor(source: PictureSource, imgsz: number, limit = DEFAULT_BYTES) {
    this.#source = source;
    this.#imgsz = imgsz;
    this.#limit = limit;
  }

  get(index: number): Promise<Picture> {
    const known = this.#pictures.get(index);
    if (known) return known;
    const loading = this.#source.load(index);
    // The size is known only once it is decoded; a full square is the most it can be.
    const most = this.#imgsz * this.#imgsz * 3;
    if (this.#bytes + most <= this.#limit) {
      this.#bytes += most;
      this.#pictures.set(index, loading);
    }
    return loading;
  }
}
