import { existsSync, realpathSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { z } from 'zod';
import { messageOf } from '../../executor/stored-error.ts';
import { namedPipelines } from '../../stack/find-pipeline.ts';
import type { JsonValue } from '../api/json-value.ts';
import type { Pipeline, PipelineSummary } from '../api/pipeline.ts';
import type { ServerContext } from '../server-context.ts';
import { notFound } from './find-run.ts';
import { hidePaths } from './hide-paths.ts';
import { runSummary } from './run-summary.ts';

/** The pipelines of the project by name, then those that are known by their runs alone. */
export async function pipelineList({ stack, project, now }: ServerContext): Promise<readonly PipelineSummary[]> {
  const store = stack.metadataStore;
  const sources = new Map(namedPipelines(project).map(({ name, file }) => [name, hidePaths(file, project)]));
  const statistics = new Map((await store.pipelineStatistics()).map((one) => [one.pipeline, one]));
  return Promise.all(
    [...new Set([...sources.keys(), ...statistics.keys()])].map(async (name): Promise<PipelineSummary> => {
      const { runs = 0, ended = 0, succeeded = 0, newest } = statistics.get(name) ?? {};
      const last = newest === undefined ? undefined : await store.overviewRun(newest);
      return {
        name,
        source: sources.get(name) ?? null,
        lastRun: last ? runSummary(last, { project, now: now() }) : null,
        runs,
        successRate: ended === 0 ? null : succeeded / ended,
      };
    }),
  );
}

const Described = z.object({ source: z.string(), schema: z.record(z.string(), z.custom<JsonValue>()) });

/** How long what a pipeline's file said is believed. */
const FRESH_MS = 10_000;

/**
 * A pipeline with the schema of its parameters. Its file is imported by a process of its own, each time anew: an edited file would stay what it was
 * in this one, and a file that fails or hangs would take the viewer with it.
 */
export function pipelineView(context: ServerContext): (name: string) => Promise<Pipeline> {
  const { launcher, project, now } = context;
  const kept = new Map<string, { readonly at: number; readonly pipeline: Promise<Pipeline> }>();
  const read = async (name: string): Promise<Pipeline> => {
    const reference = await pipelineReference(context, name);
    try {
      const { source, schema } = Described.parse(await launcher.ask(['pipelines', 'show', reference]));
      return { name, source: hidePaths(source, project), schema, problem: null };
    } catch (error) {
      return { name, source: null, schema: null, problem: hidePaths(messageOf(error), project) };
    }
  };
  return (name) => {
    const known = kept.get(name);
    if (known && now() - known.at < FRESH_MS) return known.pipeline;
    const pipeline = read(name);
    kept.set(name, { at: now(), pipeline });
    pipeline.catch(() => kept.delete(name));
    return pipeline;
  };
}

/**
 * What the command is told: the name where the project has it; else the file of its newest run, when that still lies in the project.
 * @throws ERR_NOT_FOUND.
 */
export async function pipelineReference({ stack, project }: ServerContext, name: string): Promise<string> {
  if (namedPipelines(project).some((one) => one.name === name)) return name;
  const { items } = await stack.metadataStore.overviewRuns({ pipeline: name, limit: 1 });
  const source = items[0]?.source;
  if (source !== undefined && existsSync(source) && isInside(source, project.dir)) return `${source}#${name}`;
  throw notFound('pipeline', name, 'A pipeline is an exported class with @pipeline in a file pipelines/….pipeline.ts.');
}

/** Links followed: what a record says may come from another machine, and must not choose what is run here. */
function isInside(file: string, folder: string): boolean {
  const path = relative(realpathSync(folder), realpathSync(file));
  return path !== '..' && !path.startsWith(`..${sep}`) && !/^[A-Za-z]:/.test(path);
}
