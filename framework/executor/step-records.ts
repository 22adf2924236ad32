import type { MetadataStore, StepRunChange } from '../components/metadata-store.ts';
import type { Plan } from '../dag/plan.ts';
import type { AttemptRecord, StepRunRecord } from '../model/run.ts';

/** The step runs of one run, as the store has them or will have them: written here, so never read back. */
export interface StepRecords {
  of(node: string): StepRunRecord;
  all(): readonly StepRunRecord[];
  /** Changes the record here and in the store. */
  update(node: string, change: StepRunChange): Promise<StepRunRecord>;
  /** The same together with the row of an attempt that begins, in one transaction. */
  start(node: string, change: StepRunChange, attempt: AttemptRecord): Promise<StepRunRecord>;
  /** Changes the record here, and in the store with the next batch: for what a crash may forget, such as a hit. */
  updateSoon(node: string, change: StepRunChange): StepRunRecord;
  /** For a change that a commit has written already. */
  set(record: StepRunRecord): void;
  /** Everything is in the store when this resolves. */
  flush(): Promise<void>;
}

const BATCH_MS = 20;

type Writes = Pick<MetadataStore, 'updateStepRun' | 'updateStepRuns' | 'startAttempt'>;

export function createStepRecords(plan: Plan, runId: string, store: Writes): StepRecords {
  const records = new Map(plan.nodes.map(({ id, step }) => [id, pendingStepRun(runId, id, step.name)]));
  let batch: { readonly id: string; readonly change: StepRunChange }[] = [];
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  let fault: unknown;

  const of = (node: string): StepRunRecord => records.get(node)!;

  function change(node: string, part: StepRunChange): StepRunRecord {
    const record = Object.freeze({ ...of(node), ...part });
    records.set(node, record);
    return record;
  }

  /** One batch after the other, so that the last word on a step is written last. */
  function write(): void {
    clearTimeout(timer);
    timer = undefined;
    if (batch.length === 0) return;
    const changes = batch;
    batch = [];
    writing = writing
      .then(() => store.updateStepRuns(changes))
      .catch((error: unknown) => {
        fault ??= error;
      });
  }

  async function flush(): Promise<void> {
    write();
    await writing;
    if (fault !== undefined) throw fault;
  }

  return {
    of,
    all: () => [...records.values()],
    async update(node, part) {
      const record = change(node, part);
      // What waits for its batch is older than this.
      await flush();
      await store.updateStepRun(record.id, part);
      return record;
    },
    async start(node, part, attempt) {
      const record = change(node, part);
      if (batch.length > 0) await flush();
      await store.startAttempt(attempt, part);
      return record;
    },
    updateSoon(node, part) {
      const record = change(node, part);
      batch.push({ id: record.id, change: part });
      timer ??= setTimeout(write, BATCH_MS);
      return record;
    },
    set: (record) => void records.set(record.node, record),
    flush,
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
    segments: null,
    usage: null,
    hookFailures: null,
  });
