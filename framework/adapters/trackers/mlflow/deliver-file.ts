import type { Digest } from '../../../hashing/digest.ts';
import { mapLimited } from '../../../hashing/map-limited.ts';
import type { Spool, SpoolFile } from '../spool/spool.ts';
import { type EndLine, entriesIn, type LogLine, type OpenLine, type SpoolLine } from '../spool/spool-line.ts';
import { batchesOf, halvesOf } from './batches.ts';
import { artifactFolder, type FileBody, type MlflowBatch, type MlflowClient, type MlflowRun } from './mlflow-client.ts';
import { MlflowError } from './mlflow-error.ts';
import type { RunFinder } from './run-finder.ts';
import { noteOf } from './run-note.ts';
import { tagText } from './safe-name.ts';
import { CACHED_FROM_TAG } from './tag-names.ts';

/** Requests at a time for the nested runs of one run. */
const PARALLEL = 8;

export interface DeliveryOptions {
  readonly client: MlflowClient;
  readonly finder: RunFinder;
  readonly spool: Spool;
  readonly openFile: (digest: Digest) => Promise<FileBody>;
  /** Keeps what the server will never take. */
  readonly refuse: (root: string, lines: readonly SpoolLine[], reason: string) => Promise<void>;
  readonly onDelivered: (entries: number) => void;
}

/** What is known of a file's delivery so far; kept by who delivers, for as long as the process lives. */
export interface FileState {
  /** Nobody can have made its MLflow run yet. */
  isNew: boolean;
  /** What comes next may have been sent before, by a process that died or in a request whose answer was lost. */
  isDoubtful: boolean;
}

/** Tells a file's waiting lines to the server, in order, and moves its cursor. @throws MlflowError when the rest has to wait. */
export async function deliverFile(file: SpoolFile, state: FileState, options: DeliveryOptions): Promise<void> {
  const { spool } = options;
  const head = await spool.head(file);
  if (!head) return;
  // What is written from now on is for the next round, so that a step that says much makes few requests.
  const size = spool.size(file);
  for (let cursor = await spool.cursor(file); cursor.offset < size; ) {
    const lines = await spool.read(file, cursor.offset);
    if (lines.length === 0) return;
    for (const { group, end } of groupsOf(lines)) {
      await deliverLines(head, group, state, options);
      const isClosed = group.at(-1)?.op === 'close';
      cursor = { offset: end, ...(isClosed && { isClosed }) };
      await spool.moveCursor(file, cursor);
      options.onDelivered(entriesIn(group));
    }
  }
}

/** Neighbouring log lines go together, so that many small ones are few requests. */
function groupsOf(lines: readonly { readonly line: SpoolLine; readonly end: number }[]) {
  const groups: { group: SpoolLine[]; end: number }[] = [];
  for (const { line, end } of lines) {
    const last = groups.at(-1);
    if (last && line.op === 'log' && last.group[0]?.op === 'log') {
      last.group.push(line);
      last.end = end;
    } else groups.push({ group: [line], end });
  }
  return groups;
}

/** One line, or several log lines. What the server refuses for good is put aside, so that it does not stop what follows. */
export async function deliverLines(
  head: OpenLine,
  lines: readonly SpoolLine[],
  state: FileState,
  options: DeliveryOptions,
): Promise<void> {
  try {
    const logs = lines.filter((line) => line.op === 'log');
    if (logs.length > 0) {
      await deliverLogs(head, logs, state, options);
      state.isDoubtful = false;
    } else for (const line of lines) await deliverLine(head, line, state, options);
  } catch (error) {
    if (error instanceof MlflowError && error.fault === 'refused') {
      return options.refuse(head.root, lines, error.message);
    }
    state.isNew = false;
    state.isDoubtful = true;
    throw error;
  }
}

async function deliverLine(
  head: OpenLine,
  line: SpoolLine,
  state: FileState,
  { client, finder, openFile }: DeliveryOptions,
): Promise<void> {
  switch (line.op) {
    case 'open': {
      const run = checked(await finder.run(line, state.isNew));
      state.isNew = false;
      // Only a resumed run is woken up: a line that comes late must not undo an end.
      if (line.resumed && run.status !== 'RUNNING') await client.updateRun(run.runId, { status: 'RUNNING' });
      return;
    }
    case 'nest':
      return void checked(await finder.nested(head, line.at, line));
    case 'dataset': {
      const { runId } = await runAt(head, line.at, finder);
      const source = JSON.stringify({ digest: line.digest });
      // MLflow keeps 36 characters of a digest; the source has all of it.
      const facts = { name: line.name.slice(0, 500), digest: line.digest.slice(0, 36), source, context: line.context };
      return void (await client.logDataset(runId, facts));
    }
    case 'artifact': {
      const run = await runAt(head, line.at, finder);
      const folder = artifactFolder(run.artifactUri);
      if (folder !== undefined) {
        const file = await openFile(line.digest);
        return void (await client.putFile(folder, line.path, file));
      }
      const value = `not uploaded (${run.artifactUri} is not the tracking server's own): sluice artifacts get ${line.digest}`;
      const tags = [{ key: `sluice.artifact.${line.path}`.slice(0, 250), value }];
      return void (await client.logBatch(run.runId, { params: [], metrics: [], tags }));
    }
    case 'end':
      return deliverEnd(head, line, { client, finder });
    case 'log':
    case 'close':
      return;
    default:
      line satisfies never;
  }
}

const runAt = async (head: OpenLine, at: string, finder: RunFinder): Promise<MlflowRun> =>
  checked(at === '' ? await finder.run(head, false) : await finder.nested(head, at));

function checked(run: MlflowRun): MlflowRun {
  if (run.isDeleted) throw new MlflowError('refused', `run ${run.runId} was deleted in MLflow`);
  return run;
}

async function deliverLogs(
  head: OpenLine,
  lines: readonly LogLine[],
  state: FileState,
  { client, finder, refuse }: DeliveryOptions,
): Promise<void> {
  for (const [at, some] of Map.groupBy(lines, (line) => line.at)) {
    const { runId } = await runAt(head, at, finder);
    for (const batch of batchesOf(some)) {
      const isDoubtful = state.isDoubtful || some.some((line) => line.isDoubtful);
      const unknown = isDoubtful ? await withoutKnown(runId, batch, client) : batch;
      await logBatch(unknown);
    }

    async function logBatch(batch: MlflowBatch): Promise<void> {
      try {
        if (batch.params.length + batch.metrics.length + batch.tags.length === 0) return;
        await client.logBatch(runId, batch);
      } catch (error) {
        if (!(error instanceof MlflowError) || error.fault !== 'refused') throw error;
        const halves = halvesOf(batch);
        // One bad entry must not take the others along.
        if (halves) for (const half of halves) await logBatch(half);
        else await logOne(batch, error);
      }
    }

    async function logOne({ params, metrics, tags }: MlflowBatch, error: MlflowError): Promise<void> {
      const [param] = params;
      if (param) {
        // Another machine has logged another value, or an older server takes only short ones.
        const tag = { key: `sluice.param.${param.key}`.slice(0, 250), value: tagText(param.value) };
        return logBatch({ params: [], metrics: [], tags: [tag] });
      }
      const line: LogLine = {
        op: 'log',
        at,
        metrics: metrics.map(({ key, value, timestamp, step }) => [key, value as number, timestamp, step]),
        tags: tags.map(({ key, value }) => [key, value]),
      };
      await refuse(head.root, [line], error.message);
    }
  }
}

/** MLflow's older file store keeps a point that is sent twice as two. */
async function withoutKnown(runId: string, batch: MlflowBatch, client: MlflowClient): Promise<MlflowBatch> {
  const known = new Set<string>();
  const mark = (key: string, { step, timestamp, value }: { step: number; timestamp: number; value: number | string }) =>
    JSON.stringify([key, Number(step), Number(timestamp), storedValue(value)]);
  for (const key of new Set(batch.metrics.map((metric) => metric.key))) {
    for (const point of await client.metricHistory(runId, key)) known.add(mark(key, point));
  }
  return { ...batch, metrics: batch.metrics.filter((metric) => !known.has(mark(metric.key, metric))) };
}

/** Databases behind MLflow keep infinities as their largest numbers. */
function storedValue(value: number | string): number | string {
  const number = Number(value);
  return Number.isNaN(number) ? 'NaN' : Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, number));
}

type Server = Pick<DeliveryOptions, 'client' | 'finder'>;

async function deliverEnd(head: OpenLine, line: EndLine, server: Server): Promise<void> {
  const { client, finder } = server;
  const run = checked(await finder.run(head, false));
  const originOf = await foundOrigins(line, finder);
  const links = line.steps.flatMap(({ node, origin }): [string, string][] => {
    if (!origin) return [];
    const found = originOf(origin.root);
    const value = found ? client.pageOf(found) : `Sluice step run ${origin.stepRun}`;
    return [[`${CACHED_FROM_TAG}${node}`.slice(0, 250), value]];
  });
  const note = tagText(noteOf(line, originOf));
  const tags = [...Object.entries(line.tags), ...links, ['mlflow.note.content', note] as const];
  // Beside each other: the end of a run is what somebody waits for.
  await Promise.all([
    endNested(head, line, server),
    ...batchesOf([{ op: 'log', at: '', tags }]).map((batch) => client.logBatch(run.runId, batch)),
    client.updateRun(run.runId, { status: line.status, endedAt: line.endedAt }),
  ]);
  if (line.grid === undefined) return;
  const grid = await finder.grid(head, line.grid);
  await client.updateRun(grid.runId, { status: 'FINISHED', endedAt: line.endedAt });
}

async function endNested(head: OpenLine, { nested }: EndLine, { client, finder }: Server): Promise<void> {
  await mapLimited(nested, PARALLEL, async ({ at, status, endedAt }) => {
    const run = await finder.findNested(head, at);
    if (run && !run.isDeleted) await client.updateRun(run.runId, { status, endedAt });
  });
}

/** The MLflow runs that made what cached steps show, by the id of their pipeline run. */
async function foundOrigins({ steps }: EndLine, finder: RunFinder): Promise<(root: string) => MlflowRun | undefined> {
  const wanted = new Map(steps.flatMap(({ origin }) => (origin ? [[origin.root, origin.experiment] as const] : [])));
  const found = await Promise.all(
    [...wanted].map(async ([root, experiment]) => [root, await finder.origin(experiment, root)] as const),
  );
  const origins = new Map(found);
  return (root) => origins.get(root);
}
