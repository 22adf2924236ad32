import { userInfo } from 'node:os';
import { isAbsolute, relative, sep } from 'node:path';
import type { MetadataStore, TrackerEntry } from '../../../components/metadata-store.ts';
import type { RunRecord } from '../../../model/run.ts';
import type { LogLine, OpenLine, Place, SpoolLine } from '../spool/spool-line.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { type Nesting, nestedSteps } from './nested-steps.ts';
import { recordLines } from './record-lines.ts';
import { paramText, safeName, tagText } from './safe-name.ts';

export interface TrackedRunOptions {
  readonly projectDir: string;
  /** Default: the pipeline's name. */
  readonly experiment?: string | undefined;
  readonly nesting: Nesting;
  readonly metadataStore: Pick<MetadataStore, 'findRun' | 'tracked'>;
}

/** One pipeline run, as it becomes lines of the spool. */
export interface TrackedRun {
  readonly root: string;
  readonly open: OpenLine;
  /** The pipeline's own parameters. */
  readonly params: LogLine;
  placeOf(node: string): Place;
  /** Places that have a nested run by now. */
  readonly nested: ReadonlySet<Place>;
  /** What a node says. @param startedAt when its nested run began, where this is the first that is heard of it. Default: now. */
  lines(
    node: string,
    said: {
      /** From 1; 0 for what an earlier run of the chain said. */
      readonly attempt: number;
      readonly entries: readonly TrackerEntry[];
      readonly startedAt?: number | null;
    },
  ): readonly SpoolLine[];
}

/** Everything that the entries of a run need, from its record. A resumed run goes on in the MLflow run of the first one of its chain. */
export async function trackedRun(run: RunRecord, options: TrackedRunOptions): Promise<TrackedRun> {
  const chain = await chainOf(run, options.metadataStore);
  const root = chain[0] ?? run.id;
  const isNested = nestedSteps(run.plan, options.nesting);
  const ledgers = new Map<Place, Ledger>();
  const nested = new Set<Place>();
  const ledgerOf = (at: Place): Ledger => {
    const ledger = ledgers.get(at) ?? createLedger();
    ledgers.set(at, ledger);
    return ledger;
  };
  const placeOf = (node: string): Place => (isNested(node) ? node : '');

  const params = flatParams(run.params).flatMap(([name, value]): [string, string][] => {
    const key = ledgerOf('').param({ node: '', generation: root }, name, value);
    return key === undefined ? [] : [[key, value]];
  });

  const lines: TrackedRun['lines'] = (node, { attempt, entries, startedAt }) => {
    const at = placeOf(node);
    const speaker = { node, generation: attempt === 0 ? 'earlier' : `${run.id}#${attempt}` };
    const said = recordLines(entries, { at, speaker, ledger: ledgerOf(at) });
    if (at === '' || nested.has(at) || said.length === 0) return said;
    nested.add(at);
    return [{ op: 'nest', at, step: node, startedAt: startedAt ?? Date.now() }, ...said];
  };

  // What the runs before this one of the chain said stands in the MLflow run already.
  for (const earlier of chain.slice(0, chain.indexOf(run.id))) {
    for (const { stepRunId, entries } of await options.metadataStore.tracked(earlier)) {
      lines(stepRunId.slice(earlier.length + 1), { attempt: 0, entries });
    }
  }
  nested.clear();
  return {
    root,
    open: openLine(run, root, options),
    params: { op: 'log', at: '', params },
    placeOf,
    nested,
    lines,
  };
}

/** Ids of the runs that a run continues, the first one first, itself last. */
export async function chainOf(
  run: Pick<RunRecord, 'id' | 'resumedFrom'>,
  store: Pick<MetadataStore, 'findRun'>,
): Promise<readonly string[]> {
  const chain = [run.id];
  for (let before = run.resumedFrom; before !== null && !chain.includes(before); ) {
    chain.unshift(before);
    const record = await store.findRun(before);
    before = record?.id === before ? record.resumedFrom : null;
  }
  return chain;
}

export const experimentOf = (
  run: Pick<RunRecord, 'pipeline'>,
  { experiment }: Pick<TrackedRunOptions, 'experiment'>,
): string => (experiment ?? run.pipeline).slice(0, 500);

function openLine(run: RunRecord, root: string, { projectDir, experiment }: TrackedRunOptions): OpenLine {
  const { git } = run;
  const given = run.tags.map((tag): [string, string] => {
    const cut = tag.indexOf('=');
    return cut < 1 ? [safeName(tag), 'true'] : [safeName(tag.slice(0, cut)), tagText(tag.slice(cut + 1))];
  });
  const grid = given.find(([key]) => key === 'grid')?.[1];
  return {
    op: 'open',
    root,
    runId: run.id,
    experiment: experimentOf(run, { experiment }),
    name: run.name,
    startedAt: run.startedAt ?? run.createdAt,
    user: userName(),
    tags: {
      ...Object.fromEntries(given),
      'mlflow.user': userName(),
      'mlflow.source.name': sourceName(run.source, projectDir),
      'mlflow.source.type': 'LOCAL',
      ...(git && { 'mlflow.source.git.commit': git.commit }),
      ...(typeof git?.branch === 'string' && { 'mlflow.source.git.branch': git.branch }),
      'sluice.pipeline': run.pipeline,
      'sluice.stack': run.stack,
    },
    ...(grid !== undefined && { grid }),
    resumed: root !== run.id,
  };
}

/** Files of the project by their place in it: the rest of the path is the machine's. */
function sourceName(source: string, projectDir: string): string {
  const inside = relative(projectDir, source);
  return isAbsolute(source) && !inside.startsWith('..') && !isAbsolute(inside) ? inside.split(sep).join('/') : source;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container's user id may have no name.
    return process.env['USER'] ?? 'unknown';
  }
}

/** `{ split: { seed: 1 } }` is `split.seed`; lists are JSON; what is null was left to a default that its step knows better. */
function flatParams(value: unknown, path = ''): readonly [string, string][] {
  if (value === null || value === undefined) return [];
  if (typeof value !== 'object' || Array.isArray(value)) {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return path === '' ? [] : [[path, paramText(text)]];
  }
  return Object.entries(value).flatMap(([name, inner]) => flatParams(inner, path === '' ? name : `${path}.${name}`));
}
