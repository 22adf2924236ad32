/**
 * Seeded random numbers, the same on every machine and in every thread: xoshiro128** (Blackman & Vigna 2018, https://prng.di.unimi.it), its state filled from
 * `keys` by splitmix32. Two generators of equal keys give equal series; keys that differ anywhere give unrelated ones, so a picture's augmentation can
 * be drawn from (seed, epoch, index) alone, by whoever comes to it first.
 */
export class Random {
  readonly #state = new Uint32Array(4);

  constructor(...keys: readonly number[]) {
    let hash = 0x9e3779b9;
    for (const key of keys) hash = mix(hash ^ mix(key));
    for (let i = 0; i < 4; i++) {
      hash = (hash + 0x9e3779b9) | 0;
      this.#state[i] = mix(hash);
    }
  }

  /** Uniform in [0, 1), in steps of 2^-32. */
  next(): number {
    const s = this.#state;
    const a = s[0]!;
    const b = s[1]!;
    const c = s[2]!;
    const d = s[3]!;
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    s[2] = c ^ a;
    s[3] = d ^ b;
    s[1] = b ^ s[2]!;
    s[0] = a ^ s[3]!;
    s[2] ^= b << 9;
    s[3] = rotate(s[3]!, 11);
    return result / 4294967296;
  }

  uniform(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** A whole number in [0, n). */
  below(n: number): number {
    return Math.floor(this.next() * n);
  }

  /** 0 … n-1 in random order (Fisher-Yates). */
  permutation(n: number): number[] {
    const order = Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    return order;
  }

  /** Beta(k, k) for a whole k: the ratio of two sums of k exponential draws. */
  beta(k: number): number {
    const gamma = (): number => {
      let sum = 0;
      for (let i = 0; i < k; i++) sum -= Math.log(1 - this.next());
      return sum;
    };
    const a = gamma();
    return a / (a + gamma());
  }
}

const rotate = (x: number, k: number): number => (x << k) | (x >>> (32 - k));

/** The finalizer of MurmurHash3: every bit of the input moves every bit of the output. */
function mix(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}
