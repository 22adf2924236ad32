import type { TrackerEntry } from '../../components/metadata-store.ts';
import type { Artifact } from '../../model/artifact.ts';

/** What a step told the tracker: of each metric the last value. */
export interface Tracked {
  readonly params: Readonly<Record<string, string>>;
  readonly metrics: Readonly<Record<string, number>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly artifacts: Readonly<Record<string, Artifact>>;
  /** What for → `<name>@<digest>`. */
  readonly datasets: Readonly<Record<string, string>>;
}

/** Step run id → the newest of everything tracked there. */
export function trackedByStep(
  all: readonly { readonly stepRunId: string; readonly entries: readonly TrackerEntry[] }[],
): ReadonlyMap<string, Tracked> {
  return new Map(all.map(({ stepRunId, entries }) => [stepRunId, newest(entries)]));
}

function newest(entries: readonly TrackerEntry[]): Tracked {
  const params: Record<string, string> = {};
  const tags: Record<string, string> = {};
  const artifacts: Record<string, Artifact> = {};
  const datasets: Record<string, string> = {};
  const last = new Map<string, { readonly step: number; readonly value: number }>();
  for (const entry of entries) {
    switch (entry.kind) {
      case 'param':
        params[entry.name] = entry.value;
        break;
      case 'tag':
        tags[entry.name] = entry.value;
        break;
      case 'artifact':
        artifacts[entry.name] = entry.artifact;
        break;
      case 'dataset':
        datasets[entry.name] = entry.value;
        break;
      case 'metric': {
        const before = last.get(entry.name);
        if (!before || entry.step >= before.step) last.set(entry.name, entry);
        break;
      }
      default:
        entry satisfies never;
    }
  }
  const metrics = Object.fromEntries([...last].map(([name, { value }]) => [name, value]));
  return { params, tags, artifacts, datasets, metrics };
}
