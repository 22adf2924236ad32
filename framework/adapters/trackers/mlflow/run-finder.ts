import type { OpenLine, Place } from '../spool/spool-line.ts';
import type { MlflowClient, MlflowRun } from './mlflow-client.ts';
import { MlflowError } from './mlflow-error.ts';
import { GRID_TAG, RUN_TAG, STEP_RUN_TAG } from './tag-names.ts';

export interface RunFinderOptions {
  readonly client: MlflowClient;
  /** Does it while no other process, on any machine, makes runs there. */
  readonly inTurn: <T>(body: () => Promise<T>) => Promise<T>;
}

/** Finds the MLflow run of a pipeline run, of a nested step, of a grid; makes it where there is none. Remembers what it found. */
export interface RunFinder {
  /** @param isNew nobody can have made it yet: saves the search. */
  run(head: OpenLine, isNew: boolean): Promise<MlflowRun>;
  nested(head: OpenLine, at: Place, facts?: { readonly startedAt: number }): Promise<MlflowRun>;
  /** Undefined where there is none. */
  findNested(head: OpenLine, at: Place): Promise<MlflowRun | undefined>;
  grid(head: OpenLine, name: string): Promise<MlflowRun>;
  /** The MLflow run that a pipeline run has, if any. */
  origin(experiment: string, root: string): Promise<MlflowRun | undefined>;
  /** The page of a run that was found or made before. */
  pageOf(root: string): string | undefined;
  forget(): void;
}

export function createRunFinder({ client, inTurn }: RunFinderOptions): RunFinder {
  const experiments = new Map<string, string>();
  const runs = new Map<string, MlflowRun>();
  const pages = new Map<string, string>();
  /** Runs that were made here and since: nobody else can have made something below them. */
  const made = new Set<string>();

  async function experimentOf(name: string): Promise<string> {
    const known = experiments.get(name);
    if (known !== undefined) return known;
    const found = (await client.findExperiment(name)) ?? (await createExperiment(name));
    if (found.isDeleted) {
      throw new MlflowError('busy', `experiment ${name} was deleted: restore it, or name another one in the stack`);
    }
    experiments.set(name, found.id);
    return found.id;
  }

  async function createExperiment(name: string): Promise<{ readonly id: string; readonly isDeleted: boolean }> {
    try {
      return { id: await client.createExperiment(name), isDeleted: false };
    } catch (error) {
      // Somebody else was quicker.
      const found = isCode(error, 'RESOURCE_ALREADY_EXISTS') ? await client.findExperiment(name) : undefined;
      if (!found) throw error;
      return found;
    }
  }

  async function once(key: string, make: () => Promise<MlflowRun>): Promise<MlflowRun> {
    const run = runs.get(key) ?? (await make());
    runs.set(key, run);
    return run;
  }

  const finder: RunFinder = {
    run: (head, isNew) =>
      once(`run ${head.root}`, async () => {
        const experimentId = await experimentOf(head.experiment);
        const tag = { key: RUN_TAG, value: head.root };
        const parent = head.grid === undefined ? undefined : await finder.grid(head, head.grid);
        const tags = {
          ...head.tags,
          [RUN_TAG]: head.root,
          ...(parent && { 'mlflow.parentRunId': parent.runId }),
        };
        const { name, user, startedAt } = head;
        const create = (): Promise<MlflowRun> => client.createRun({ experimentId, name, user, startedAt, tags });
        const find = async (): Promise<MlflowRun> => (await client.findRun([experimentId], tag)) ?? create();
        const run = isNew ? await create() : await inTurn(find);
        if (isNew) made.add(head.root);
        pages.set(head.root, client.pageOf(run));
        return run;
      }),

    nested: (head, at, { startedAt } = { startedAt: head.startedAt }) =>
      once(`nested ${head.root} ${at}`, async () => {
        const parent = await finder.run(head, false);
        const { user } = head;
        const tags = {
          ...Object.fromEntries(Object.entries(head.tags).filter(([key]) => key.startsWith('mlflow.'))),
          [STEP_RUN_TAG]: `${head.root}/${at}`,
          'mlflow.parentRunId': parent.runId,
        };
        const { experimentId } = parent;
        const create = (): Promise<MlflowRun> => client.createRun({ experimentId, name: at, user, startedAt, tags });
        if (made.has(head.root)) return create();
        return inTurn(async () => (await finder.findNested(head, at)) ?? create());
      }),

    async findNested(head, at) {
      const known = runs.get(`nested ${head.root} ${at}`);
      // What this process has not made below its own run is not there.
      if (known || made.has(head.root)) return known;
      const { experimentId } = await finder.run(head, false);
      return client.findRun([experimentId], { key: STEP_RUN_TAG, value: `${head.root}/${at}` });
    },

    grid: (head, name) =>
      once(`grid ${head.experiment} ${name}`, async () => {
        const experimentId = await experimentOf(head.experiment);
        const { user, startedAt } = head;
        const create = async (): Promise<MlflowRun> => {
          const run = await client.createRun({ experimentId, name, user, startedAt, tags: { [GRID_TAG]: name } });
          // A frame for its children runs nothing itself: it must not stand there as running when the last one was killed.
          await client.updateRun(run.runId, { status: 'FINISHED', endedAt: startedAt });
          return run;
        };
        return inTurn(async () => (await client.findRun([experimentId], { key: GRID_TAG, value: name })) ?? create());
      }),

    async origin(experiment, root) {
      const known = runs.get(`run ${root}`);
      if (known) return known;
      const id = experiments.get(experiment) ?? (await client.findExperiment(experiment))?.id;
      return id === undefined ? undefined : client.findRun([id], { key: RUN_TAG, value: root });
    },

    pageOf: (root) => pages.get(root),

    forget() {
      experiments.clear();
      runs.clear();
      made.clear();
    },
  };
  return finder;
}

const isCode = (error: unknown, code: string): boolean => error instanceof MlflowError && error.code === code;
