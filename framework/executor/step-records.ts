import type { MetadataStore } from '../components/metadata-store.ts';
import type { Plan } from '../dag/plan.ts';
import type { StepRunRecord } from '../model/run.ts';

type Change = Partial<Omit<StepRunRecord, 'id' | 'runId' | 'node'>>;

/** The step runs of one run, as the store has them: written here, so never read back. */
export interface StepRecords {
  of(node: string): StepRunRecord;
  all(): readonly StepRunRecord[];
  /** Changes the record here and in the store. */
  update(node: string, change: Change): Promise<StepRunRecord>;
  /** For a change that a commit has written already. */
  set(record: StepRunRecord): void;
}

export function createStepRecords(plan: Plan, runId: string, store: Pick<MetadataStore, 'updateStepRun'>): StepRecords {
  const records = new Map(plan.nodes.map(({ id, step }) => [id, pendingStepRun(runId, id, step.name)]));
  const of = (node: string): StepRunRecord => records.get(node)!;
  return {
    of,
    all: () => [...records.values()],
    async update(node, change) {
      const record = Object.freeze({ ...of(node), ...change });
      records.set(node, record);
      await store.updateStepRun(record.id, change);
      return record;
    },
    set: (record) => void records.set(record.node, record),
  };
}

const pendingStepRun = (runId: string, node: string, step: string): StepRunRecord =>
  Object.freeze({
    id: `${runId}/${node}`,
    runId,
    node,
    step,
    status: 'pending',
    key: null,
    parts: [],
    origin: null,
    reason: null,
    output: null,
    attempts: 0,
    startedAt: null,
    endedAt: null,
    error: null,
  });
