import { sha256 } from '../../../hashing/digest.ts';
import { safeName } from './safe-name.ts';

/** Who says it: a node of the plan, in one attempt of one run. */
export interface Speaker {
  /** `''` for the pipeline itself. */
  readonly node: string;
  /** `<run id>#<attempt>`. */
  readonly generation: string;
}

type Kind = 'param' | 'metric' | 'tag' | 'path';

/**
 * What one MLflow run has been told under which names. MLflow can't take anything back, so this decides before anything is sent:
 * - a name belongs to the step that used it first; another step's becomes `<node>/<name>`;
 * - a point that a later attempt repeats is left out; where its value differs, that attempt's points of this metric go on as `<name>.attempt2`;
 * - a param that changes becomes `<name>.attempt2` (a later attempt) or is left out (the same attempt: the first value stays).
 */
export interface Ledger {
  /** The key to log it under; undefined when there is nothing to log. */
  param(speaker: Speaker, name: string, value: string): string | undefined;
  metric(speaker: Speaker, name: string, point: { readonly step: number; readonly value: number }): string | undefined;
  /** Tags and files may be written over. */
  key(kind: 'tag' | 'path', speaker: Speaker, name: string): string;
}

interface Point {
  readonly value: number;
  readonly generation: string;
}

export function createLedger(): Ledger {
  const owners = new Map<string, string>();
  const params = new Map<string, { readonly value: string; readonly generation: string }>();
  const series = new Map<string, Map<number, Point>>();
  /** Generations of a node, in the order they came. */
  const generations = new Map<string, string[]>();
  /** Where a generation's points of a metric go, once they differ from an earlier one's. */
  const diverted = new Map<string, string>();

  function ownKey(kind: Kind, { node }: Speaker, name: string): string {
    const plain = safeName(name);
    const own = safeName(`${node}/${name}`);
    const owner = JSON.stringify([node, name]);
    for (const key of [plain, own]) {
      const holder = owners.get(`${kind} ${key}`) ?? owner;
      if (holder !== owner) continue;
      owners.set(`${kind} ${key}`, owner);
      return key;
    }
    // Two names of one step that only differ in what MLflow does not take.
    return `${own}_${sha256(name).slice(0, 6)}`;
  }

  function attemptKey(key: string, { node, generation }: Speaker): string {
    return `${key}.attempt${ordinal(node, generation)}`;
  }

  function ordinal(node: string, generation: string): number {
    const known = generations.get(node) ?? [];
    if (!known.includes(generation)) known.push(generation);
    generations.set(node, known);
    return known.indexOf(generation) + 1;
  }

  return {
    param(speaker, name, value) {
      ordinal(speaker.node, speaker.generation);
      if (params.get(safeName(name))?.value === value) return undefined;
      const key = ownKey('param', speaker, name);
      const before = params.get(key);
      if (before === undefined) {
        params.set(key, { value, generation: speaker.generation });
        return key;
      }
      if (before.value === value || before.generation === speaker.generation) return undefined;
      const later = attemptKey(key, speaker);
      if (params.has(later)) return undefined;
      params.set(later, { value, generation: speaker.generation });
      return later;
    },
    metric(speaker, name, { step, value }) {
      const { generation } = speaker;
      ordinal(speaker.node, generation);
      const plain = ownKey('metric', speaker, name);
      const key = diverted.get(`${generation} ${plain}`) ?? plain;
      const points = series.get(key) ?? new Map<number, Point>();
      series.set(key, points);
      const before = points.get(step);
      if (before === undefined || (before.generation === generation && !Object.is(before.value, value))) {
        points.set(step, { value, generation });
        return key;
      }
      if (Object.is(before.value, value)) return undefined;
      const later = attemptKey(plain, speaker);
      diverted.set(`${generation} ${plain}`, later);
      series.set(later, new Map([[step, { value, generation }]]));
      return later;
    },
    key: ownKey,
  };
}
