/** Seeded choices: the same seed makes the same project and the same edits everywhere. */
export interface Random {
  /** 0 ≤ n < below, whole. */
  int(below: number): number;
  pick<T>(list: readonly T[]): T;
  /** `count` different members, fewer when there are no more. */
  some<T>(list: readonly T[], count: number): T[];
  chance(probability: number): boolean;
}

/** Mulberry32. */
export function random(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const int = (below: number): number => Math.floor(next() * below);
  return {
    int,
    pick: (list) => list[int(list.length)]!,
    some(list, count) {
      const rest = [...list];
      const chosen: typeof rest = [];
      while (rest.length > 0 && chosen.length < count) chosen.push(...rest.splice(int(rest.length), 1));
      return chosen;
    },
    chance: (probability) => next() < probability,
  };
}
