import type { MetadataStore } from '../../components/metadata-store.ts';
import { isFinal } from '../../model/status.ts';
import { type StoredPlan, storedPlan } from './stored-plan.ts';

/** What is asked of a run when its artifacts' ways are followed. */
export interface PlannedRun {
  readonly id: string;
  readonly name: string;
  readonly pipeline: string;
  readonly plan: StoredPlan;
}

const KEPT = 100;

/** Plans of runs, read once: following an artifact through fifty runs asks for the same ones again and again. A dynamic run's grows until its end. */
export function planCache(store: Pick<MetadataStore, 'findRun'>): (run: string) => Promise<PlannedRun | undefined> {
  const kept = new Map<string, PlannedRun>();
  return async (id) => {
    const known = kept.get(id);
    if (known) return known;
    const run = await store.findRun(id);
    if (!run || run.id !== id) return undefined;
    const planned = { id, name: run.name, pipeline: run.pipeline, plan: storedPlan(run.plan) };
    if (isFinal(run.status)) kept.set(id, planned);
    const oldest = kept.size > KEPT ? kept.keys().next().value : undefined;
    if (oldest !== undefined) kept.delete(oldest);
    return planned;
  };
}
