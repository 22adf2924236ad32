import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';
import { localArtifactStore } from '../../../framework/adapters/artifact-stores/local.ts';
import { sqliteMetadataStore } from '../../../framework/adapters/metadata-stores/sqlite.ts';
import { localTracker } from '../../../framework/adapters/trackers/local.ts';
import { definePlan } from '../../../framework/authoring/define-plan.ts';
import type { PipelineClass } from '../../../framework/authoring/pipeline.ts';
import type { CodeDigester } from '../../../framework/code/code-digest.ts';
import type { Stack } from '../../../framework/components/stack.ts';
import { type ExecuteOptions, execute, type RunOutcome } from '../../../framework/executor/execute.ts';
import { canonicalDigest } from '../../../framework/hashing/canonical.ts';
import type { RunEvent } from '../../../framework/model/run-event.ts';

// What steps hold of the machine is counted apart from the runs of whoever works on it, and from those of other test files.
const state = mkdtempSync(join(tmpdir(), 'sluice-state-'));
process.env['SLUICE_STATE_DIR'] = state;
afterAll(() => rmSync(state, { recursive: true, force: true }));

/** A folder that goes when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-executor-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The embedded stack in a folder: SQLite and files, as users have it. */
export async function openTestStack(home = temporaryFolder(), maxParallel = 4): Promise<Stack> {
  const metadataStore = sqliteMetadataStore({ path: join(home, 'sluice.db') });
  await metadataStore.migrate();
  onTestFinished(() => metadataStore.close());
  const artifactStore = localArtifactStore({ path: join(home, 'artifacts') });
  const onProblem = (error: unknown): never => {
    throw error;
  };
  return {
    name: 'test',
    projectDir: home,
    home,
    metadataStore,
    artifactStore,
    experimentTracker: localTracker({ metadataStore, onProblem }),
    orchestrator: { flavor: 'local', maxParallel },
    close: async () => {},
  };
}

/** Code digests by the version a test says, so that these tests are about the executor alone. */
export const fakeDigester = (
  versions: Readonly<Record<string, string>> = {},
  more: { readonly receiverFields?: readonly string[] | '*' } = {},
): CodeDigester => ({
  digestOf: async ({ className, method }) => {
    const id = `${className}.${method}`;
    const digest = canonicalDigest([id, versions[method] ?? '1']);
    const part = { part: `code ${id}`, digest: canonicalDigest([digest, 'part']), display: versions[method] ?? '1' };
    return { digest, parts: [part], files: [], opened: [], receiverFields: more.receiverFields ?? [], warnings: [] };
  },
  textsOf: async () => new Map(),
});

export interface TestRun extends RunOutcome {
  readonly events: readonly RunEvent[];
  /** Status by node. */
  readonly status: Readonly<Record<string, string>>;
}

/** Plans and runs a pipeline, and keeps what happened. */
export async function runPipeline<P>(
  target: PipelineClass<P>,
  values: P,
  options: Partial<ExecuteOptions> & { readonly stack: Stack },
): Promise<TestRun> {
  const pipeline = target as PipelineClass;
  const { plan, params } = await definePlan(pipeline, values);
  const events: RunEvent[] = [];
  const outcome = await execute(plan, {
    codeDigester: fakeDigester(),
    ...options,
    pipeline,
    params,
    onEvent(event) {
      events.push(event);
      options.onEvent?.(event);
    },
  });
  return { ...outcome, events, status: Object.fromEntries(outcome.steps.map(({ node, status }) => [node, status])) };
}
