/** Entry of the worker process of steps with `isolation: 'process'` (dist/worker.js): gives the executor's `serveStep` what only this room knows. */
import { join } from 'node:path';
import { registerTypeScriptLoader } from '../code/typescript-loader.ts';
import { serveStep } from '../executor/serve-step.ts';
import type { WorkerJob } from '../executor/worker-protocol.ts';
import { findPipeline } from './find-pipeline.ts';
import { openWorkerStack } from './open-stack.ts';
import { findProject } from './project.ts';

const projectOf = ({ projectDir }: WorkerJob['stack']) => ({ ...findProject(projectDir), dir: projectDir });

serveStep({
  openStack: (stack) => openWorkerStack(projectOf(stack), stack.name),
  async loadPipeline({ stack, pipeline, frozen }) {
    const project = projectOf(stack);
    registerTypeScriptLoader({ cacheDir: join(project.home, 'cache'), frozen });
    const reference = `${pipeline.source}#${pipeline.name}`;
    return (await findPipeline(reference, { project, cwd: project.dir })).target;
  },
});
