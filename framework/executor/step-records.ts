import type { MetadataStore, StepRunChange } from '../components/metadata-store.ts';
import type { Plan } from '../dag/plan.ts';
import type { AttemptRecord, StepRunRecord } from '../model/run.ts';

/** The step runs of one run, as the store has them or will have them: written here, so never read back. */
export interface StepRecords {
  of(node: string): StepRunRecord;
  all(): readonly StepRunRecord[];
  /** A call that a dynamic pipeline has just made: in the store with the next batch, or with its first change. */
  add(node: string, step: string): void;
  /** Changes the record here and in the store. */
  update(node: string, change: StepRunChange): Promise<StepRunRecord>;
  /** The same together with the record of an attempt that begins, in one transaction. */
  start(node: string, change: StepRunChange, attempt: AttemptRecord): Promise<StepRunRecord>;
  /** Changes the record here after `write` has changed it in the store, and only if it has. Whatever waits for its batch is written before. */
  begin<T>(
    node: string,
    change: StepRunChange,
    write: () => Promise<T>,
    hasChanged: (answer: T) => boolean,
  ): Promise<T>;
  /** Changes the record here, and in the store with the next batch: for what a crash may forget, such as a hit. */
  updateSoon(node: string, change: StepRunChange): StepRunRecord;
  /** For a change that a commit has written already. */
  set(record: StepRunRecord): void;
  /** Everything is in the store when this resolves. */
  flush(): Promise<void>;
}

const BATCH_MS = 20;

type Writes = Pick<MetadataStore, 'addStepRuns' | 'updateStepRun' | 'updateStepRuns' | 'startAttempt'>;

export function createStepRecords(plan: Plan, runId: string, store: Writes): StepRecords {
  const records = new Map(plan.nodes.map(({ id, step }) => [id, pendingStepRun(runId, id, step.name)]));
  let batch: { readonly id: string; readonly change: StepRunChange }[] = [];
  /** Nodes that the store does not have yet: the last ones. */
  let added = new Set<string>();
  /** Batches on their way that hold new rows: who changes one of these has to wait. */
  let inserting = 0;
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
    if (batch.length === 0 && added.size === 0) return;
    const changes = batch;
    const rows = [...added].map(of);
    const position = records.size - rows.length;
    batch = [];
    added = new Set();
    if (rows.length > 0) inserting++;
    writing = writing
      .then(async () => {
        if (rows.length > 0) await store.addStepRuns(rows, position).finally(() => inserting--);
        if (changes.length > 0) await store.updateStepRuns(changes);
      })
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
    add(node, step) {
      records.set(node, pendingStepRun(runId, node, step));
      added.add(node);
      timer ??= setTimeout(write, BATCH_MS);
    },
    async update(node, part) {
      const record = change(node, part);
      // What waits for its batch is older than this.
      await flush();
      await store.updateStepRun(record.id, part);
      return record;
    },
    async start(node, part, attempt) {
      const record = change(node, part);
      const isNew = added.has(node);
      if (batch.length > 0 || isNew || inserting > 0) await flush();
      // A new row has it all, and the first attempt is told by its step run.
      if (attempt.attempt > 1) await store.startAttempt(attempt, isNew ? undefined : part);
      else if (!isNew) await store.updateStepRun(record.id, part);
      return record;
    },
    async begin(node, part, write, hasChanged) {
      // A record that is pending has nothing on its way, unless its row has.
      if (of(node).status !== 'pending' || added.has(node) || inserting > 0) await flush();
      const answer = await write();
      if (hasChanged(answer)) change(node, part);
      return answer;
    },
    updateSoon(node, part) {
      const record = change(node, part);
      if (!added.has(node)) batch.push({ id: record.id, change: part });
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
