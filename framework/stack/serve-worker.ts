import { join } from 'node:path';
import { registerTypeScriptLoader } from '../code/typescript-loader.ts';
import { serveStep } from '../executor/serve-step.ts';
import { findPipeline } from './find-pipeline.ts';
import { openWorkerStack } from './open-stack.ts';

/**
 * One attempt of one step with `isolation: 'process'`, in this process. It stands in this room because the executor knows neither adapters nor how
 * pipelines are found.
 */
export const serveWorker = (): void =>
  serveStep({
    openStack: ({ projectDir, home, name }) => openWorkerStack({ dir: projectDir, home }, name),
    async loadPipeline({ stack: { projectDir, home }, pipeline: { source, name }, frozen }) {
      registerTypeScriptLoader({ cacheDir: join(home, 'cache'), frozen });
      const project = { dir: projectDir, home };
      return (await findPipeline(`${source}#${name}`, { project, cwd: projectDir })).target;
    },
  });
