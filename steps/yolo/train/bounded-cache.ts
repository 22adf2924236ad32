/** Enough for 10,000 pictures of 160 pixels or 800 of 640; sets beyond it are decoded again each epoch, which costs time and nothing else. */
const DEFAULT_BYTES = 1 << 30;

/**
 * What was loaded once, by number, in memory. When it is full, what it has stays and the rest is loaded each time: with a random order every
 * picture is as likely to come next, so there is nothing to gain from throwing one out for another.
 */
export class BoundedCache<T> {
  readonly #kept = new Map<number, Promise<T>>();
  readonly #load: (index: number) => Promise<T>;
  readonly #room: number;

  /** @param bytesEach the most that one takes. */
  constructor(load: (index: number) => Promise<T>, bytesEach: number, limit = DEFAULT_BYTES) {
    this.#load = load;
    this.#room = Math.floor(limit / bytesEach);
  }

  get(index: number): Promise<T> {
    const known = this.#kept.get(index);
    if (known) return known;
    const loading = this.#load(index);
    if (this.#kept.size < this.#room) this.#kept.set(index, loading);
    return loading;
  }
}
